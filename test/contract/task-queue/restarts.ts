// What a body of the task-queue port still knows in a new process; nothing is asked of one that has no disk.
import { describe, expect, test } from "vitest";
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
  type TaskQueueBody,
} from "./under-test.ts";

export function restartFacts(open: OpenTaskQueueBody): void {
  describe("restart", () => {
    let body: TaskQueueBody;
    let tasks: TaskQueues;
    openBeforeEach(open, (opened) => {
      body = opened;
      tasks = opened.tasks;
    });

    test("all that was acknowledged is there; what was leased waits again", async () => {
      if (!body.restart) return;
      const once = { ...DOCUMENTS, queue: "once" };
      await tasks.create(once, { ...OPTIONS, maxAttempts: 2 });
      await tasks.put(once, [...numbered(6), { payload: "own" }]);
      const leases = await leaseNow(tasks, 4, "w-1.1", once);
      const [a, b, c, d] = leases;
      if (!a || !b || !c || !d) throw new Error("Four leases were wanted.");
      await tasks.record(once, "w-1.1", [succeeded(a, "A"), failed(b, "B")]);
      const [again] = await leaseNow(tasks, 1, "w-1.1", once);
      if (again?.task === b.task) await tasks.record(once, "w-1.1", [failed(again, "BB")]);
      tasks = await body.restart();
      expect(await tasks.counts(once)).toMatchObject({ put: 7, done: 2, failed: 1, leased: 0 });
      expect(await tasks.task(once, a.task)).toMatchObject({
        state: "succeeded",
        result: "A",
        payload: { n: 0 },
      });
      expect(await tasks.task(once, b.task)).toMatchObject({
        state: "failed",
        error: "BB",
        attempts: 2,
      });
      expect(await tasks.put(once, numbered(6))).toMatchObject({ added: 0 });
      expect(await tasks.record(once, "w-1.1", [succeeded(c, "late")])).toEqual(["recorded"]);
      await tasks.close(once);
      tasks = await body.restart();
      expect(await tasks.redrive(once)).toBe(1);
      tasks = await body.restart();
      expect(await tasks.counts(once)).toMatchObject({
        put: 8,
        done: 3,
        failed: 0,
        redriven: 1,
        closed: true,
      });
      const rest = await leaseNow(tasks, 10, "w-2.1", once);
      expect(rest.map(({ task }) => task)).toHaveLength(5);
      await tasks.record(
        once,
        "w-2.1",
        rest.map((lease) => succeeded(lease)),
      );
      expect(await allOutcomes(tasks, once, 3)).toHaveLength(7);
    });

    test("attempts and a recorded start outlive it, so that a kill can still be told", async () => {
      if (!body.restart) return;
      await tasks.put(DOCUMENTS, numbered(1));
      await tasks.record(DOCUMENTS, "w", [failed(await leaseOne(tasks, "w"), "first")]);
      for (const worker of ["a", "b"]) {
        await leaseOne(tasks, worker);
        await tasks.release(DOCUMENTS, worker, true);
      }
      expect(await leaseOne(tasks, "c")).toMatchObject({ attempts: 1 });
      tasks = await body.restart();
      expect(await tasks.counts(DOCUMENTS)).toMatchObject({ leased: 1 });
      await tasks.release(DOCUMENTS, "c", true);
      expect(await leaseOne(tasks, "d")).toMatchObject({ attempts: 2 });
    });
  });
}
