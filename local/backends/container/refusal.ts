// Why a container never began, in words for the person who wants it.
import { PreparationError } from "#local/backends/engine/inputs.ts";

export interface Refusal {
  readonly reason: string;
  readonly exitCode?: number;
  readonly code?: string;
}

/** By the conventions of shells: 127 is not found, 126 can't be run. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof PreparationError) return { reason: error.message, code: error.code };
  const text = error instanceof Error ? error.message : String(error);
  if (/executable file not found|no such file or directory/i.test(text) && /exec/i.test(text))
    return { exitCode: 127, reason: `Its command was not found in the image: ${lastOf(text)}.` };
  if (/permission denied/i.test(text) && /exec/i.test(text))
    return { exitCode: 126, reason: `Its command can't be run: ${lastOf(text)}.` };
  if (/fully subnetted|no free subnet|could not find free subnet/i.test(text))
    return {
      code: "network",
      reason: `The container runtime has no network left: ${lastOf(text)}.`,
    };
  return { code: "engine", reason: `The container couldn't be started: ${lastOf(text)}.` };
}

/** Runtimes tell the whole way down; what counts comes last. */
function lastOf(text: string): string {
  const plain = text.replace(/^\(HTTP code \d+\)[^-]*- /, "").trim();
  const parts = plain.split(/unable to start container process: |OCI runtime [a-z]+ failed: /);
  return (parts.at(-1) ?? plain)
    .replace(/: OCI runtime .*$/s, "")
    .replace(/\.$/, "")
    .trim();
}
