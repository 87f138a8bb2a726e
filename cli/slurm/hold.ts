// A job that only holds its nodes, for salloc and srun: its program on node 0 waits until nobody has used it for a while.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { secondsOf } from "#shared/units.ts";
import { SlurmError } from "./fault.ts";
import { jobOf } from "./job.ts";
import { lastOf, notesOf, type Option, type Reading } from "./option.ts";
import { SBATCH_OPTIONS } from "./sbatch-options.ts";
import type { Batch } from "./script.ts";

const SCRIPT = join(import.meta.dirname, "hold.sh");
const USUAL_IDLE = "30m";
/** What a job without a script of its own can't have. */
const OF_SCRIPTS = ["array", "output", "error", "input", "open-mode", "wrap", "wait", "parsable"];

export const SALLOC_OPTIONS: readonly Option[] = [
  ...SBATCH_OPTIONS.filter(({ long }) => !OF_SCRIPTS.includes(long)),
  { long: "no-shell", value: "none", effect: "used" },
  { long: "idle", value: "one", effect: "used" },
];

export function heldBatch({ given, rest }: Reading): Batch {
  const text = lastOf(given, "idle")?.value ?? USUAL_IDLE;
  const idle = text === "0" ? 0 : secondsOf(text);
  if (idle === undefined)
    throw new SlurmError([
      `--idle=${text}: wanted a duration such as 30m, or 0 for as long as it lasts`,
    ]);
  return {
    job: { ...jobOf(given), output: "/dev/null", isHeld: true },
    usualName: "interactive",
    text: readFileSync(SCRIPT, "utf8"),
    interpreter: ["/bin/sh"],
    args: [String(Math.ceil(idle))],
    command: rest[0] ?? "(null)",
    notes: notesOf(given),
  };
}
