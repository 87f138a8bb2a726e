// Invariant 4: every task ends as exactly one recorded outcome, result or dead letter, and the counts say so.
import type { QueueCounts, Outcome as TaskOutcome } from "#functions/task-queues.ts";

/** Put, done and redriven only grow, closed stays closed, and nothing is done that was not put. */
export function wrongCount(
  before: QueueCounts | undefined,
  after: QueueCounts,
): string | undefined {
  const { put, done, failed, leased, redriven, closed } = after;
  if (done > put) return `${done} of ${put} tasks are done.`;
  if (leased > put - done) return `${leased} are leased, and ${put - done} are open.`;
  if (failed > done - redriven) return `${failed} failed of ${done - redriven} outcomes.`;
  if (before === undefined) return undefined;
  if (before.closed && !closed) return "The queue was closed, and is open again.";
  for (const name of ["put", "done", "redriven"] as const)
    if (after[name] < before[name]) return `${name} fell from ${before[name]} to ${after[name]}.`;
  return undefined;
}

export interface QueueAtEnd {
  readonly name: string;
  readonly counts: QueueCounts;
  readonly outcomes: readonly TaskOutcome[];
  /** Tasks whose put was acknowledged, and children of recorded results. */
  readonly known: readonly string[];
  /** Its execution ended because all was done. */
  readonly isComplete: boolean;
}

export function wrongAtEnd({ name, counts, outcomes, known, isComplete }: QueueAtEnd): string[] {
  const wrong: string[] = [];
  const ids = outcomes.map(({ task }) => task);
  const distinct = new Set(ids);
  if (distinct.size < ids.length) wrong.push(`${name}: a task has two outcomes.`);
  const dead = outcomes.filter(({ ok }) => !ok).length;
  if (counts.failed !== dead)
    wrong.push(`${name}: ${counts.failed} failed by the counts, ${dead} dead letters are there.`);
  if (counts.done - counts.redriven !== ids.length)
    wrong.push(
      `${name}: ${counts.done} done and ${counts.redriven} redriven, and ${ids.length} outcomes.`,
    );
  if (!isComplete) return wrong;
  const open = known.filter((id) => !distinct.has(id));
  if (open.length > 0) wrong.push(`${name}: ${open.join(", ")} ended without an outcome.`);
  if (counts.done !== counts.put || !counts.closed)
    wrong.push(
      `${name}: complete, with ${counts.done} of ${counts.put} done, closed ${counts.closed}.`,
    );
  return wrong;
}
