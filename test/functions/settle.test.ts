// When an execution is over, and as what.
import { describe, expect, test } from "vitest";
import { settle, usedBy } from "#functions/settle.ts";
import type { Execution } from "#shared/execution.ts";
import type { Placement } from "#shared/placement.ts";
import { anArray, anExecution, aPlacement, aWorker, FAILED } from "#test/builders.ts";

const done = { live: 0, succeeded: 1 };
const failed = { live: 0, failed: 1, failure: FAILED };
const array = (bend: Partial<Placement>) =>
  aPlacement("exe_1", { ...anArray({ count: 3 }), next: 3, live: 0, ...bend });
const worker = (bend: Partial<Placement> = {}) =>
  aPlacement("exe_1", { ...aWorker(), live: 0, ...bend });
const queue = { put: 5, done: 5, failed: 0, leased: 0, redriven: 0, closed: true };
const stop = { at: 1, by: "ann", outcome: { kind: "cancelled", by: "ann" } } as const;

interface Case {
  readonly placements: readonly Placement[];
  readonly queues?: Parameters<typeof settle>[2];
  readonly execution?: Partial<Execution>;
  /** `goesOn`, or the kind with the outcome's kind or code. */
  readonly is: string;
}

const table: Record<string, Case> = {
  "while its one instance lives it goes on": { placements: [aPlacement("exe_1")], is: "goesOn" },
  "once it has ended, so has the execution": {
    placements: [aPlacement("exe_1", done)],
    is: "ended succeeded",
  },
  "its failure is that of the execution": {
    placements: [aPlacement("exe_1", failed)],
    is: "ended exit",
  },
  "while a retry is due it goes on": {
    placements: [aPlacement("exe_1", { live: 0, retrying: 1 })],
    is: "goesOn",
  },
  "an array goes on while children are left": {
    placements: [array({ next: 2, succeeded: 2 })],
    is: "goesOn",
  },
  "an array ends with its last child": {
    placements: [array({ succeeded: 3 })],
    is: "ended succeeded",
  },
  "children that fail within the tolerance are forgiven": {
    placements: [array({ succeeded: 2, failed: 1, tolerate: 1 })],
    is: "ended succeeded",
  },
  "one more fails it": {
    placements: [array({ succeeded: 1, failed: 2, tolerate: 1 })],
    is: "ended children_failed",
  },
  "all services must be over": {
    placements: [aPlacement("exe_1", done), array({ next: 1, live: 1 })],
    is: "goesOn",
  },
  "a worker's rule is its queue: open, it goes on": {
    placements: [worker()],
    queues: { tasks: { ...queue, closed: false } },
    is: "goesOn",
  },
  "closed with tasks left, it goes on": {
    placements: [worker()],
    queues: { tasks: { ...queue, done: 4 } },
    is: "goesOn",
  },
  "drained, it is over, however its workers ended": {
    placements: [worker({ failed: 3, failure: FAILED })],
    queues: { tasks: queue },
    is: "ended succeeded",
  },
  "drained while workers live, it is ending": {
    placements: [worker({ live: 1 })],
    queues: { tasks: queue },
    is: "ending succeeded",
  },
  "dead letters fail it": {
    placements: [worker()],
    queues: { tasks: { ...queue, failed: 2 } },
    is: "ended tasks_failed",
  },
  "tasks that came back while it was ending are told": {
    placements: [worker()],
    queues: { tasks: { ...queue, put: 6 } },
    execution: { state: "ending" },
    is: "ended tasks_open",
  },
  "forever never ends by itself": {
    placements: [aPlacement("exe_1", { run: "forever", live: 0, succeeded: 1 })],
    is: "goesOn",
  },
  "forever is stopped when the others are over": {
    placements: [aPlacement("exe_1", done), aPlacement("exe_1", { run: "forever" })],
    is: "ending succeeded",
  },
  "a stop waits until nothing lives": {
    placements: [aPlacement("exe_1")],
    execution: { stop },
    is: "ending cancelled",
  },
  "and has its own outcome": {
    placements: [aPlacement("exe_1", failed)],
    execution: { stop },
    is: "ended cancelled",
  },
};

describe("an execution", () => {
  for (const [fact, { placements, queues = {}, execution, is }] of Object.entries(table))
    test(fact, () => {
      const found = settle(anExecution({ state: "running", ...execution }), placements, queues);
      const { outcome } = found.kind === "goesOn" ? { outcome: undefined } : found;
      const name = outcome?.kind === "failed" ? outcome.code : outcome?.kind;
      expect(name === undefined ? found.kind : `${found.kind} ${name}`).toBe(is);
    });

  test("says how many tasks failed", () => {
    const found = settle(anExecution({ state: "running" }), [worker()], {
      tasks: { ...queue, failed: 1 },
    });
    expect(found).toMatchObject({ outcome: { reason: expect.stringContaining("1 task failed") } });
  });
});

test("what is stopped: that which does not leave by itself", () => {
  const once = aPlacement("exe_1", done);
  const ending = (other: Placement) =>
    settle(anExecution({ state: "running" }), [once, other], { tasks: queue });
  expect(ending(worker({ live: 1 }))).toMatchObject({ kind: "ending", stop: false });
  expect(ending(aPlacement("exe_1", { run: "forever" }))).toMatchObject({
    kind: "ending",
    stop: true,
  });
});

test("what was used is summed, and the peak is the highest", () => {
  const used = { cpuSeconds: 2, wallSeconds: 3, peakMemoryMib: 50 };
  const placements = [
    aPlacement("exe_1", used),
    aPlacement("exe_1", { ...used, peakMemoryMib: 70 }),
  ];
  expect(usedBy(placements)).toEqual({ cpuSeconds: 4, wallSeconds: 6, peakMemoryMib: 70 });
});
