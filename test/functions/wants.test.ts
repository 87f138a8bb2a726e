// How many workers a backlog deserves.
import { describe, expect, test } from "vitest";
import { wants } from "#functions/wants.ts";
import { readZapp } from "#shared/zapp/read.ts";
import { aZapp } from "#test/builders.ts";

interface Worker {
  readonly name?: string;
  readonly queue?: string;
  readonly count?: object;
  readonly shareMax?: object;
}

function zappOf(workers: readonly Worker[]) {
  const services = workers.map((worker) => ({
    ...{ name: worker.queue ?? "tasks", run: "worker", queue: "tasks" },
    ...{ count: { min: 0, max: 5 }, backlogPerWorker: 10, ...worker },
  }));
  const queues = Object.fromEntries(services.map(({ queue }) => [queue, { lease: "60s" }]));
  const owner = {
    execution: { id: "exe_1", name: "x" },
    user: { name: "ann" },
    tenant: { name: "a" },
  };
  const { zapp, faults } = readZapp(aZapp(services, { queues }), owner);
  if (zapp === undefined) throw new Error(JSON.stringify(faults));
  return zapp;
}

const counts = (open: number, bend = {}) => ({
  ...{ put: open + 2, done: 2, failed: 0, leased: 0, redriven: 0, closed: false, ...bend },
});
const wanted = (worker: Worker, open: number, bend = {}, isDraining = false) =>
  wants(zappOf([worker]), { tasks: counts(open, bend) }, isDraining).get("tasks");

describe("by its backlog", () => {
  const table: Record<string, [number, number]> = {
    "without a task there is none": [0, 0],
    "the first task brings one": [1, 1],
    "as many as one may have bring no second": [10, 1],
    "one more does": [11, 2],
    "there are never more than the maximum": [1000, 5],
  };
  for (const [fact, [open, expected]] of Object.entries(table))
    test(fact, () => expect(wanted({}, open)).toBe(expected));

  test("there are never fewer than the minimum, until the queue is drained", () => {
    const worker = { count: { min: 2, max: 5 } };
    expect(wanted(worker, 0)).toBe(2);
    expect(wanted(worker, 5, { closed: true })).toBe(2);
    expect(wanted(worker, 0, { closed: true })).toBe(0);
  });

  test("tasks that are leased count as open", () => {
    expect(wanted({}, 25, { leased: 25 })).toBe(3);
  });

  test("nobody is wanted while the execution drains", () => {
    expect(wanted({ count: { min: 2, max: 5 } }, 100, {}, true)).toBe(0);
  });
});

describe("within a maximum that services share", () => {
  const share = { shareMax: { group: "all", max: 4 } };
  const two = zappOf([
    { queue: "left", ...share },
    { queue: "right", ...share },
  ]);
  const split = (left: number, right: number) =>
    Object.fromEntries(wants(two, { left: counts(left), right: counts(right) }, false));

  test("each gets what it wants while there is enough", () => {
    expect(split(15, 12)).toEqual({ left: 2, right: 2 });
  });

  test("the longer backlog gets more", () => {
    expect(split(300, 100)).toEqual({ left: 3, right: 1 });
    expect(split(100, 100)).toEqual({ left: 2, right: 2 });
  });

  test("none gets more than it can use", () => {
    expect(split(1000, 1)).toEqual({ left: 4, right: 0 });
    expect(split(30, 11)).toEqual({ left: 3, right: 1 });
  });
});
