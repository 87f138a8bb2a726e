// What the task-queue port tells of tasks that ended, and how dead letters are put again.
import { beforeEach, describe, expect, test } from "vitest";
import type { TaskQueues } from "#functions/task-queues.ts";
import {
  allOutcomes,
  DOCUMENTS,
  failed,
  leaseNow,
  leaseOne,
  numbered,
  OPTIONS,
  type OpenTaskQueueBody,
  openBeforeEach,
  succeeded,
} from "./under-test.ts";

export function outcomeFacts(open: OpenTaskQueueBody): void {
  describe("outcomes", () => {
    let tasks: TaskQueues;
    openBeforeEach(open, (body) => {
      tasks = body.tasks;
    });

    test("come in the order recorded, page by page, all or of one kind", async () => {
      await tasks.create({ ...DOCUMENTS, queue: "once" }, { ...OPTIONS, maxAttempts: 1 });
      const ref = { ...DOCUMENTS, queue: "once" };
      await tasks.put(ref, numbered(50));
      const leases = await leaseNow(tasks, 50, "w-1.1", ref);
      const expected = leases
        .toReversed()
        .map((lease, n) => ({ task: lease.task, ok: n % 7 !== 3 }));
      for (let start = 0; start < 50; start += 10) {
        const part = leases.toReversed().slice(start, start + 10);
        const reports = part.map((lease, n) =>
          (start + n) % 7 === 3 ? failed(lease, lease.task) : succeeded(lease, lease.task),
        );
        await tasks.record(ref, "w-1.1", reports);
      }
      for (const limit of [1, 7, 1000]) {
        expect(await allOutcomes(tasks, ref, limit)).toEqual(expected);
        expect(await allOutcomes(tasks, ref, limit, true)).toEqual(expected.filter(({ ok }) => ok));
        expect(await allOutcomes(tasks, ref, limit, false)).toEqual(
          expected.filter(({ ok }) => !ok),
        );
      }
      const { outcomes } = await tasks.outcomes(ref, { limit: 1 });
      expect(outcomes[0]).toMatchObject({
        task: leases.at(-1)?.task,
        payload: leases.at(-1)?.payload,
        result: leases.at(-1)?.task,
        attempts: 0,
        worker: "w-1.1",
      });
    });

    test("an unknown task or queue has none", async () => {
      expect(await tasks.task(DOCUMENTS, "nobody")).toBeUndefined();
      expect(await tasks.counts({ ...DOCUMENTS, queue: "other" })).toBeUndefined();
      expect(await tasks.outcomes({ ...DOCUMENTS, queue: "other" }, { limit: 10 })).toEqual({
        outcomes: [],
      });
    });

    test("who waits for a task sees its outcome as soon as it is there", async () => {
      await tasks.put(DOCUMENTS, [{ id: "a", payload: 1 }]);
      const waited = tasks.task(DOCUMENTS, "a", 20);
      await tasks.record(DOCUMENTS, "w-1.1", [succeeded(await leaseOne(tasks))]);
      expect(await waited).toMatchObject({ state: "succeeded" });
    });

    test("dropping an execution forgets its queues", async () => {
      await tasks.put(DOCUMENTS, numbered(3));
      await tasks.drop(DOCUMENTS.executionId);
      expect(await tasks.counts(DOCUMENTS)).toBeUndefined();
      expect(await leaseNow(tasks, 1)).toEqual([]);
      await tasks.create(DOCUMENTS, OPTIONS);
      expect(await tasks.counts(DOCUMENTS)).toMatchObject({ put: 0 });
    });
  });
}

export function redriveFacts(open: OpenTaskQueueBody): void {
  describe("redrive", () => {
    let tasks: TaskQueues;
    openBeforeEach(open, (body) => {
      tasks = body.tasks;
    });

    const once = { ...DOCUMENTS, queue: "once" };
    beforeEach(async () => {
      await tasks.create(once, { ...OPTIONS, maxAttempts: 1 });
      await tasks.put(once, numbered(4));
      const leases = await leaseNow(tasks, 4, "w-1.1", once);
      await tasks.record(
        once,
        "w-1.1",
        leases.map((lease, n) => (n === 0 ? succeeded(lease) : failed(lease))),
      );
      await tasks.close(once);
    });

    test("dead letters wait again without attempts; counts only grow", async () => {
      expect(await tasks.counts(once)).toMatchObject({ put: 4, done: 4, failed: 3 });
      expect(await tasks.redrive(once)).toBe(3);
      expect(await tasks.counts(once)).toMatchObject({
        put: 7,
        done: 4,
        failed: 0,
        redriven: 3,
        closed: true,
      });
      const leases = await leaseNow(tasks, 10, "w-2.1", once);
      expect(leases.map(({ task, attempts }) => [task, attempts]).toSorted()).toEqual([
        ["n1", 0],
        ["n2", 0],
        ["n3", 0],
      ]);
      await tasks.record(
        once,
        "w-2.1",
        leases.map((lease) => succeeded(lease)),
      );
      expect(await tasks.counts(once)).toMatchObject({ put: 7, done: 7, failed: 0 });
      expect((await allOutcomes(tasks, once, 100)).map(({ task }) => task).toSorted()).toEqual([
        "n0",
        "n1",
        "n2",
        "n3",
      ]);
    });

    test("only the named ones, and of those only the dead letters", async () => {
      expect(await tasks.redrive(once, ["n2", "n0", "nobody", "n2"])).toBe(1);
      expect(await tasks.counts(once)).toMatchObject({ put: 5, failed: 2, redriven: 1 });
      expect(await tasks.redrive(once, ["n2"])).toBe(0);
    });
  });
}
