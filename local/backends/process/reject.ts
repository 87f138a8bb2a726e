// What this engine never can run, found before anything is started.
import type { LaunchRequest } from "#functions/backend.ts";
import type { Capabilities } from "#shared/pool.ts";
import { type OutputOptions, whyNotTarget } from "./outputs.ts";
import { programFolder } from "./prepare.ts";

/** A sentence; undefined when it can run here. */
export function whyRejected(
  request: LaunchRequest,
  capabilities: Capabilities,
  outputs: Omit<OutputOptions, "objects">,
): string | undefined {
  const { service, programRoot } = request;
  if (!capabilities.runs.includes(service.run))
    return `The process engine can't run "${service.name}": it is a ${service.run} service, and this engine runs ${capabilities.runs.join(", ")}.`;
  if (!service.command)
    return `The service "${service.name}" has no command; with the process engine there is no image whose own command could run.`;
  if (programRoot !== undefined && programFolder(request) === undefined)
    return `The program "${service.program}" of "${service.name}" doesn't lie in the zapp's own folder.`;
  const reasons = service.outputs.map(({ to }) => whyNotTarget(to, outputs));
  const reason = reasons.find((found) => found !== undefined);
  return reason && `The outputs of "${service.name}" can't be kept: ${reason}.`;
}
