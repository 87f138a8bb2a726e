// A thousand seeds, and what they covered of the state tables.
import { expect, test } from "vitest";
import { Coverage } from "./coverage.ts";
import { scenarioOf } from "./scenario.ts";
import { simulate } from "./simulation.ts";

const SEEDS = 1000;

test(`${SEEDS} seeds break no invariant, and take every allowed move`, async () => {
  const coverage = new Coverage();
  for (let seed = 1; seed <= SEEDS; seed++) {
    const run = await simulate(scenarioOf(seed));
    expect(run.violation, `npm run simulate -- --seed ${seed} --trace`).toBeUndefined();
    coverage.join(run.coverage);
  }
  expect(coverage.missing().allowed).toEqual([]);
});
