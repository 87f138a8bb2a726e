// When an execution is over, and as what: the rule of each kind of service, pure. observe.ts and tick.ts ask it after every change.
import type { Execution } from "#shared/execution.ts";
import type { Outcome, Usage } from "#shared/instance.ts";
import type { Placement } from "#shared/placement.ts";
import type { QueueCounts } from "./task-queues.ts";

export type Settlement =
  | { readonly kind: "goesOn" }
  /** Its work is over, and something still runs. `stop`: that does not leave by itself. */
  | { readonly kind: "ending"; readonly outcome: Outcome; readonly stop: boolean }
  | { readonly kind: "ended"; readonly outcome: Outcome };

type Queues = Readonly<Record<string, QueueCounts>>;

/** `queues`: the counts of each, all from one moment. */
export function settle(
  execution: Execution,
  placements: readonly Placement[],
  queues: Queues,
): Settlement {
  const isIdle = placements.every((placement) => placement.live === 0);
  if (execution.stop !== undefined) {
    const { outcome } = execution.stop;
    return isIdle ? { kind: "ended", outcome } : { kind: "ending", outcome, stop: true };
  }
  const ruling = placements.filter((placement) => placement.run !== "forever");
  const isDone = ruling.length > 0 && ruling.every((placement) => holds(placement, queues));
  // From `ending` there is no way back: what was redriven meanwhile stays open.
  if (!isDone && execution.state !== "ending") return { kind: "goesOn" };
  const outcome = outcomeOf(ruling, queues);
  if (isIdle) return { kind: "ended", outcome };
  const stop = placements.some((placement) => placement.run !== "worker" && placement.live > 0);
  return { kind: "ending", outcome, stop };
}

/** The rule of a service: `once`, `array` and `gang` have ended; a worker's queues are closed and drained. */
function holds(placement: Placement, queues: Queues): boolean {
  if (placement.run === "worker") return isDrained(queues[placement.queue ?? ""]);
  return placement.next >= placement.count && placement.live === 0 && placement.retrying === 0;
}

export function isDrained(counts: QueueCounts | undefined): boolean {
  return counts?.closed === true && counts.done >= counts.put;
}

function outcomeOf(placements: readonly Placement[], queues: Queues): Outcome {
  for (const placement of placements) {
    const failure = failureOf(placement);
    if (failure !== undefined) return failure;
  }
  const sum = (of: (counts: QueueCounts) => number) =>
    Object.values(queues).reduce((total, counts) => total + of(counts), 0);
  const open = placements.some(
    ({ run, queue = "" }) => run === "worker" && !isDrained(queues[queue]),
  );
  if (open) {
    const reason = `${countOf(sum(({ put, done }) => put - done))} came back when it was about to end: retry it.`;
    return { kind: "failed", code: "tasks_open", reason };
  }
  const deadLetters = sum(({ failed }) => failed);
  if (deadLetters > 0) {
    const reason = `${countOf(deadLetters)} failed for good: see the dead letters of its queues.`;
    return { kind: "failed", code: "tasks_failed", reason };
  }
  return { kind: "succeeded" };
}

const countOf = (tasks: number) => `${tasks} ${tasks === 1 ? "task" : "tasks"}`;

/** Workers come and go: their tasks tell how it went. */
function failureOf(placement: Placement): Outcome | undefined {
  if (placement.run === "worker") return undefined;
  if (placement.failed <= placement.tolerate) return undefined;
  if (placement.run !== "array") return placement.failure;
  const reason = `${placement.failed} of ${placement.count} of ${placement.service} failed, ${placement.tolerate} are tolerated.`;
  return { kind: "failed", code: "children_failed", reason };
}

export function usedBy(placements: readonly Placement[]): Usage {
  const sum = (of: (placement: Placement) => number) =>
    placements.reduce((total, placement) => total + of(placement), 0);
  return {
    cpuSeconds: sum((placement) => placement.cpuSeconds),
    wallSeconds: sum((placement) => placement.wallSeconds),
    peakMemoryMib: Math.max(0, ...placements.map((placement) => placement.peakMemoryMib)),
  };
}
