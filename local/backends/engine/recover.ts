// After a restart of the control plane: what an earlier one had running is ended by the new runner; here its remains are kept, and its end is told.
import { existsSync } from "node:fs";
import { outcomeOfNode } from "#functions/gang-request.ts";
import type { Outcome } from "#shared/instance.ts";
import { type Keeper, keepWhatIsLeft } from "./finish.ts";
import { foldersIn } from "./folders.ts";
import type { End } from "./live.ts";
import { outcomeOf, usageOf } from "./outcome.ts";
import type { Leaver } from "./outputs.ts";
import type { RecoveredProgram } from "./runner.ts";

export const LOST: Outcome = {
  kind: "lost",
  reason:
    "Zoe's control plane or what starts its programs died while the program ran, and the program was ended.",
};

/** Ends in the order of their starts. A folder holds what its last program left, and goes once that is kept; those before were kept long ago. */
export async function recoverPrograms(
  programs: readonly RecoveredProgram[],
  { isExact, inner }: { readonly isExact: boolean; readonly inner: string },
  keeper: Keeper,
  now: () => number,
): Promise<readonly { readonly key: string; readonly end: End }[]> {
  const last = new Map(programs.map((program) => [program.folder, program.id]));
  const ends: { key: string; end: End }[] = [];
  for (const program of programs) {
    const { id, folder, end, at } = program;
    const leaver = program.note as Leaver;
    const ofGang = leaver.isNode && end && outcomeOfNode(end.code);
    let outcome = ofGang || (end ? outcomeOf(end, undefined, isExact) : LOST);
    if (last.get(folder) === id && existsSync(folder))
      outcome = await keepWhatIsLeft(leaver, foldersIn(folder, inner), outcome, undefined, keeper);
    const usage = end && { usage: usageOf(end) };
    ends.push({
      key: id,
      end: { instance: leaver.instance, at: end?.at ?? now(), startedAt: at, outcome, ...usage },
    });
  }
  return ends;
}
