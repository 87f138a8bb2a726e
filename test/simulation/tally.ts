// What runs of many seeds come to: how many, what went wrong in them on purpose, what they covered, and the first that broke a promise.
import { Coverage } from "./coverage.ts";
import { scenarioOf } from "./scenario.ts";
import { simulate } from "./simulation.ts";

export interface Seeds {
  readonly from: number;
  readonly count: number;
}

/** Plain data: it goes from one thread to another. */
export interface Tally {
  readonly seeds: number;
  readonly turns: number;
  readonly faults: ReadonlyMap<string, number>;
  readonly taken: ReadonlyMap<string, number>;
  readonly tried: ReadonlyMap<string, number>;
  readonly broken: number | undefined;
}

/** Ends with the first seed that breaks a promise. */
export async function runSeeds({ from, count }: Seeds): Promise<Tally> {
  const coverage = new Coverage();
  const faults = new Map<string, number>();
  let turns = 0;
  for (let n = 0; n < count; n++) {
    const run = await simulate(scenarioOf(from + n));
    turns += run.turns;
    coverage.join(run.coverage);
    addTo(faults, run.faults);
    if (run.violation !== undefined)
      return { seeds: n + 1, turns, faults, ...movesOf(coverage), broken: from + n };
  }
  return { seeds: count, turns, faults, ...movesOf(coverage), broken: undefined };
}

export class Sum {
  readonly coverage = new Coverage();
  readonly faults = new Map<string, number>();
  seeds = 0;
  turns = 0;
  /** The lowest. */
  broken: number | undefined;

  add(tally: Tally): void {
    this.seeds += tally.seeds;
    this.turns += tally.turns;
    this.coverage.join(tally);
    addTo(this.faults, tally.faults);
    if (tally.broken !== undefined)
      this.broken = Math.min(tally.broken, this.broken ?? tally.broken);
  }
}

const movesOf = ({ taken, tried }: Coverage) => ({ taken, tried });

function addTo(sums: Map<string, number>, more: ReadonlyMap<string, number>): void {
  for (const [kind, times] of more) sums.set(kind, (sums.get(kind) ?? 0) + times);
}
