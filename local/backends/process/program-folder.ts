// Where a program of the process engine runs: in its zapp's own folder, and nowhere outside it.
import { relative, resolve } from "node:path";
import type { LaunchRequest } from "#functions/backend.ts";

/** Undefined where the zapp brings no folder: then the work folder is the program's. */
export function programFolder({ programRoot, service }: LaunchRequest): string | undefined {
  if (programRoot === undefined) return undefined;
  const folder = resolve(programRoot, service.program ?? ".");
  return relative(programRoot, folder).startsWith("..") ? undefined : folder;
}
