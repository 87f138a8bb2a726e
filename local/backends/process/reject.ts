// What the process engine never can run, found before anything is started.
import type { LaunchRequest } from "#functions/backend.ts";
import { programFolder } from "./program-folder.ts";

/** A sentence; undefined when there is a program. */
export function whyNoProgram(request: LaunchRequest): string | undefined {
  const { service, programRoot } = request;
  if (!service.command)
    return `The service "${service.name}" has no command; with the process engine there is no image whose own command could run.`;
  if (programRoot !== undefined && programFolder(request) === undefined)
    return `The program "${service.program}" of "${service.name}" doesn't lie in the zapp's own folder.`;
  return undefined;
}
