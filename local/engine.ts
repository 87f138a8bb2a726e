// Which engine runs programs on this machine: processes, or containers where a runtime answers, as the administrator chose.
import type { Log } from "#functions/world.ts";
import type { EngineBackend } from "./backends/engine/backend.ts";
import type { EngineOptions } from "./backends/engine/options.ts";
import { processBackend } from "./backends/process.ts";
import type { HostOptions } from "./options.ts";

export interface LocalEngineOptions extends EngineOptions {
  readonly serveRuntimeAt: (socket: string) => Promise<void>;
}

/** Containers' own code is loaded only where they are wanted. */
export async function openEngine(
  { engine = "process", containers }: HostOptions,
  log: Log,
  options: LocalEngineOptions,
): Promise<EngineBackend> {
  if (engine === "process") return processBackend(options);
  const { lookForRuntime } = await import("./backends/container/runtime.ts");
  const { containerBackend } = await import("./backends/container.ts");
  if (engine === "auto") {
    const found = await lookForRuntime(containers ?? {});
    if (typeof found === "string") {
      log.info("Programs run as processes.", { why: found });
      return processBackend(options);
    }
  }
  return containerBackend({ ...options, ...containers });
}
