// The simulation itself: it is green over many seeds, the same from the same seed, and finds and cuts down what is broken.
import { expect, test } from "vitest";
import { NO_FAULTS } from "./chaos.ts";
import { cutDown, readCut, WHOLE, writeCut } from "./cut.ts";
import { scenarioOf } from "./scenario.ts";
import { simulate } from "./simulation.ts";

const SEEDS = 100;

test(`${SEEDS} seeds break no invariant`, { timeout: 120_000 }, async () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { violation } = await simulate(scenarioOf(seed));
    expect(violation, `npm run simulate -- --seed ${seed} --trace`).toBeUndefined();
  }
});

test("the same seed tells the same story, step by step", async () => {
  const [first, second] = [
    await simulate(scenarioOf(7), { trace: true }),
    await simulate(scenarioOf(7), { trace: true }),
  ];
  expect(first.trace.length).toBeGreaterThan(100);
  expect(second.trace).toEqual(first.trace);
  const other = await simulate(scenarioOf(8), { trace: true });
  expect(other.trace).not.toEqual(first.trace);
});

test("a storm brings every kind of fault, and a calm none", async () => {
  const often = Object.fromEntries(Object.keys(NO_FAULTS).map((kind) => [kind, 0.1]));
  const faults = { ...often, crash: 0.002, stall: 0.002, collapse: 1, rejected: 0.02 };
  const happened = new Set<string>();
  for (let seed = 1; seed <= 20; seed++) {
    const scenario = scenarioOf(seed);
    const run = await simulate({ ...scenario, faults: { ...NO_FAULTS, ...faults } });
    for (const kind of run.faults.keys()) happened.add(kind);
    const calm = await simulate({ ...scenario, faults: NO_FAULTS });
    expect(calm.faults.size).toBe(0);
  }
  expect([...happened].sort()).toEqual(Object.keys(NO_FAULTS).sort());
});

test("a cut leaves out actions and faults, and is written as it is read", () => {
  const cut = { only: [0, 2], without: ["crash", "late"], stormMs: 5000, hosts: 1 } as const;
  const written = writeCut(cut);
  expect(written).toBe("--only 0,2 --without crash,late --storm 5000 --hosts 1");
  expect(readCut({ only: "0,2", without: "crash,late", storm: "5000", hosts: "1" })).toEqual(cut);
  const scenario = scenarioOf(3);
  const smaller = cutDown(scenario, cut);
  expect(smaller.actions).toEqual([scenario.actions[0], scenario.actions[2]]);
  expect(smaller.faults).toMatchObject({ crash: 0, late: 0 });
  expect(cutDown(scenario, WHOLE)).toEqual(scenario);
  expect(() => readCut({ without: "crsh" })).toThrow("There is no fault crsh");
});
