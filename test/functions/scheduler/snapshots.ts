// One picture for the pure half of the scheduler, to be bent.
import { type Decision, decide } from "#functions/scheduler/decide.ts";
import type { Snapshot } from "#functions/scheduler/snapshot.ts";
import { anAmount, NOON } from "#test/builders.ts";

export function aSnapshot(bend: Partial<Snapshot> = {}): Snapshot {
  const capacity = anAmount({ instances: 10, cpu: 10, memoryMib: 1000 });
  return {
    ...{ now: NOON, waiting: [], placements: [], quotas: new Map(), partial: new Set() },
    pools: [{ name: "simulated", capacity }],
    ...{ patienceSeconds: 600, placedPerCycle: 500, ...bend },
  };
}

/** Decisions in words: `admit exe_1 main 1`, `grow exe_1 child 2`, `reclaim exe_1 child`, `wait exe_1 pool`. */
export function decided(bend: Partial<Snapshot>): string[] {
  return decide(aSnapshot(bend)).map(inWords);
}

function inWords(decision: Decision): string {
  switch (decision.kind) {
    case "admit": {
      const starts = [...decision.start].map(([service, n]) => `${service} ${n}`);
      return `admit ${decision.waiting.executionId} ${starts.join(" ")}`;
    }
    case "grow":
      return `grow ${decision.placement.executionId} ${decision.placement.service} ${decision.add}`;
    case "reclaim":
      return `reclaim ${decision.placement.executionId} ${decision.placement.service}`;
    case "wait":
      return `wait ${decision.waiting.executionId} ${decision.reason.code}`;
  }
}
