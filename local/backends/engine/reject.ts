// What no engine here can run: a kind of service that it doesn't know, outputs that can't go where they should.
import type { LaunchRequest } from "#functions/backend.ts";
import type { Capabilities } from "#shared/pool.ts";
import { type OutputOptions, whyNotTarget } from "./outputs.ts";

/** A sentence; undefined when it can run here. */
export function whyNever(
  { service }: LaunchRequest,
  { engine, runs }: Capabilities,
  outputs: Omit<OutputOptions, "objects">,
): string | undefined {
  if (!runs.includes(service.run))
    return `The ${engine} engine can't run "${service.name}": it is a ${service.run} service, and this engine runs ${runs.join(", ")}.`;
  const reasons = service.outputs.map(({ to }) => whyNotTarget(to, outputs));
  const reason = reasons.find((found) => found !== undefined);
  return reason && `The outputs of "${service.name}" can't be kept: ${reason}.`;
}
