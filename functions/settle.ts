// When an execution is over, and as what: the rule of each kind of service, pure. observe.ts and tick.ts ask it after every change.
import type { Execution } from "#shared/execution.ts";
import type { Outcome, Usage } from "#shared/instance.ts";
import type { Placement } from "#shared/placement.ts";

export type Settlement =
  | { readonly kind: "goesOn" }
  /** Its work is over, and something still runs. `stop`: that does not leave by itself. */
  | { readonly kind: "ending"; readonly outcome: Outcome; readonly stop: boolean }
  | { readonly kind: "ended"; readonly outcome: Outcome };

/** `deadLetters`: of all its queues. */
export function settle(
  execution: Execution,
  placements: readonly Placement[],
  deadLetters: number,
): Settlement {
  const isIdle = placements.every((placement) => placement.live === 0);
  if (execution.stop !== undefined) {
    const { outcome } = execution.stop;
    return isIdle ? { kind: "ended", outcome } : { kind: "ending", outcome, stop: true };
  }
  const ruling = placements.filter((placement) => placement.run !== "forever");
  const isDone = ruling.length > 0 && ruling.every(holds);
  if (!isDone) return { kind: "goesOn" };
  const outcome = outcomeOf(ruling, deadLetters);
  if (isIdle) return { kind: "ended", outcome };
  const stop = placements.some((placement) => placement.run !== "worker" && placement.live > 0);
  return { kind: "ending", outcome, stop };
}

/** The rule of a service: `once`, `array` and `gang` have ended; a worker's queues are closed and drained. */
function holds(placement: Placement): boolean {
  if (placement.stopped) return placement.live === 0;
  if (placement.run === "worker") return placement.drained === true;
  return placement.next >= placement.count && placement.live === 0 && placement.retrying === 0;
}

function outcomeOf(placements: readonly Placement[], deadLetters: number): Outcome {
  for (const placement of placements) {
    const failure = failureOf(placement);
    if (failure !== undefined) return failure;
  }
  if (deadLetters > 0) {
    const reason = `${deadLetters} ${deadLetters === 1 ? "task" : "tasks"} failed for good: see the dead letters of its queues.`;
    return { kind: "failed", code: "tasks_failed", reason };
  }
  return { kind: "succeeded" };
}

function failureOf(placement: Placement): Outcome | undefined {
  if (placement.run === "worker") return placement.stopped ? placement.failure : undefined;
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
