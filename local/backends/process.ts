// The process engine: each instance is a process group on this machine, started and ended by the spawner (../spawner/). It is no sandbox: programs
// run as the control plane's own user and can do what it can. Its port is engine/backend.ts; the life of an instance is engine/engine.ts.
import { type MemoryLimitWay, memoryLimitWay } from "#local/memory-limit.ts";
import { type EngineBackend, openBackend } from "./engine/backend.ts";
import { type EngineOptions, stateIdOf } from "./engine/options.ts";
import { whyNever } from "./engine/reject.ts";
import { capabilitiesOf } from "./process/capabilities.ts";
import { whyNoProgram } from "./process/reject.ts";
import { ProcessRunner } from "./process/runner.ts";

export interface ProcessOptions extends EngineOptions {
  /** Look at memory use even where control groups could limit it. */
  readonly memoryLimit?: "sampler";
}

export type ProcessBackend = EngineBackend<ProcessRunner>;

/** Resolves when it can launch: what an earlier control plane left running has been ended, and its events are on their way. */
export async function processBackend(options: ProcessOptions): Promise<ProcessBackend> {
  const { allowFileUrls = false, allowLocalUrls = false, log } = options;
  const limit = await limitOf(options);
  const capabilities = capabilitiesOf(limit, options.capacity);
  return openBackend(options, {
    ...{ name: "process", inner: "", capabilities },
    whyRejected: (request) =>
      whyNoProgram(request) ?? whyNever(request, capabilities, { allowFileUrls, allowLocalUrls }),
    openRunner: ({ root, stateId, tell }) =>
      new ProcessRunner({ folder: root, stateId, limit, tell, log }),
  });
}

async function limitOf({ memoryLimit, stateDirectory }: ProcessOptions): Promise<MemoryLimitWay> {
  if (memoryLimit === "sampler") return { kind: "sampler", reason: "it is set so" };
  return memoryLimitWay(`zoe-${stateIdOf(stateDirectory)}`);
}
