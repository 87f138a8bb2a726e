// When a worker is told to leave, as a table.
import { describe, expect, test } from "vitest";
import { patience, share, type WorkerFacts, whyLeave, whyNoMore } from "#functions/runtime.ts";

const MINUTE = 60_000;
const aWorker = (bent: Partial<WorkerFacts> = {}): WorkerFacts => ({
  ...{ startedAt: 0, busyAt: 0, held: 0, given: 0, idleSeconds: 30, isDraining: false },
  ...bent,
});

describe("gets nothing more", () => {
  test.each(
    Object.entries({
      "when it drains": [{ isDraining: true }, "draining"],
      "when it has run for long enough": [{ retireAfterSeconds: 60 }, "retired"],
      "when it has had its tasks": [{ maxTasks: 2, given: 2 }, "tasksDone"],
      "not before": [{ retireAfterSeconds: 61, maxTasks: 2, given: 1 }, undefined],
    } as const),
  )("%s", (_, [bent, reason]) => {
    expect(whyNoMore(aWorker(bent), MINUTE)).toBe(reason);
  });
});

describe("leaves when nothing came", () => {
  test.each(
    Object.entries({
      "and the queue is drained": [{ isDrained: true, mayLeave: false }, "drained"],
      "for idle seconds, and it is not needed": [{}, "idle"],
      "but not when it is needed": [{ mayLeave: false }, undefined],
      "but not while it holds a task": [{ held: 1 }, undefined],
      "but not too early": [{ busyAt: 31_000 }, undefined],
    } as const),
  )("%s", (_, [bent, reason]) => {
    expect(whyLeave({ ...aWorker(), isDrained: false, mayLeave: true, ...bent }, MINUTE)).toBe(
      reason,
    );
  });
});

test("waits until it is idle for too long, and at most 20 seconds", () => {
  const waits = (bent: object) =>
    patience({ ...aWorker({ busyAt: MINUTE }), mayLeave: true, ...bent }, MINUTE);
  expect(waits({ idleSeconds: 5 })).toBe(5);
  expect(waits({ idleSeconds: 500 })).toBe(20);
  expect(waits({ idleSeconds: 5, held: 1 })).toBe(20);
  expect(waits({ idleSeconds: 5, mayLeave: false })).toBe(20);
  expect(waits({ idleSeconds: 5, busyAt: 0 })).toBe(0);
});

test("is given no more than its maxTasks leaves", () => {
  expect(share(64, aWorker())).toBe(64);
  expect(share(64, aWorker({ maxTasks: 10, given: 7 }))).toBe(3);
});
