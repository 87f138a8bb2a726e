// What an execution may wait for before it takes part in scheduling: ends of other executions. functions/after.ts lets go of it when they come.
import type { WaitReason } from "./execution.ts";
import type { Outcome } from "./instance.ts";

/** ok: after it has succeeded. any: after it has ended. notOk: after it has ended otherwise. */
export const AFTER_WHENS = ["ok", "any", "notOk"] as const;
export type AfterWhen = (typeof AFTER_WHENS)[number];

export interface After {
  /** The id of another execution. */
  readonly execution: string;
  readonly when: AfterWhen;
  /** It came: this one no longer holds it back. */
  readonly met?: true;
}

export function isHeldBack({ after = [] }: { readonly after?: readonly After[] }): boolean {
  return after.some(({ met }) => met !== true);
}

/** Whether an end is the one that was waited for. `undefined`: nobody knows any more how it ended. */
export function isMetBy(when: AfterWhen, outcome: Outcome | undefined): boolean {
  if (when === "any") return true;
  return outcome !== undefined && (outcome.kind === "succeeded") === (when === "ok");
}

const ENDS: Readonly<Record<AfterWhen, string>> = {
  ok: "to succeed",
  any: "to end",
  notOk: "to end without success",
};

export function whyHeldBack(after: readonly After[]): WaitReason {
  const open = after.filter(({ met }) => met !== true);
  const list = open.map(({ execution, when }) => `execution ${execution} ${ENDS[when]}`);
  return {
    code: "dependency",
    text: `It waits for ${list.join(" and for ")}.`,
    help: "It stands in line from then on; if that can no longer come, it is cancelled.",
  };
}

/** Begins with Slurm's word for it, which programs look for. */
export function whyNeverMet({ execution, when }: After, outcome: Outcome | undefined): string {
  const end = outcome?.kind ?? "was forgotten";
  return `DependencyNeverSatisfied: it waited for execution ${execution} ${ENDS[when]}, and that ended so: ${end}.`;
}
