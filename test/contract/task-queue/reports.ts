// What becomes of the reports of workers: the first counts, failures are tried again, late ones are taken where they can be.
import { describe, expect, test } from "vitest";
import type { Lease, TaskQueues } from "#functions/task-queues.ts";
import {
  DOCUMENTS,
  failed,
  leaseNow,
  leaseOne,
  numbered,
  type OpenTaskQueueBody,
  openBeforeEach,
  succeeded,
} from "./under-test.ts";

export function recordFacts(open: OpenTaskQueueBody): void {
  describe("record", () => {
    let tasks: TaskQueues;
    openBeforeEach(open, (body) => {
      tasks = body.tasks;
    });

    test("only the first report of a task counts; the next are duplicates", async () => {
      await tasks.put(DOCUMENTS, [{ id: "a", payload: 1 }]);
      const lease = await leaseOne(tasks);
      const reports = [succeeded(lease, 1), succeeded(lease, 2), failed(lease)];
      expect(await tasks.record(DOCUMENTS, "w-1.1", reports)).toEqual([
        "recorded",
        "duplicate",
        "duplicate",
      ]);
      expect(await tasks.record(DOCUMENTS, "w-1.1", [succeeded(lease, 3)])).toEqual(["duplicate"]);
      expect(await tasks.task(DOCUMENTS, "a")).toMatchObject({ result: 1 });
      expect(await tasks.counts(DOCUMENTS)).toEqual({
        put: 1,
        done: 1,
        failed: 0,
        leased: 0,
        redriven: 0,
        closed: false,
      });
    });

    test("the same report at the same time is recorded once", async () => {
      await tasks.put(DOCUMENTS, [{ payload: 1 }]);
      const lease = await leaseOne(tasks);
      const replies = await Promise.all(
        [1, 2, 3].map((n) => tasks.record(DOCUMENTS, "w-1.1", [succeeded(lease, n)])),
      );
      expect(replies.flat().toSorted()).toEqual(["duplicate", "duplicate", "recorded"]);
      expect(await tasks.counts(DOCUMENTS)).toMatchObject({ done: 1 });
    });

    test("a duplicate is taken out of its report, the rest is recorded", async () => {
      await tasks.put(DOCUMENTS, numbered(3));
      const [a, b, c] = (await leaseNow(tasks, 3)) as [Lease, Lease, Lease];
      await tasks.record(DOCUMENTS, "w-1.1", [succeeded(b)]);
      const replies = await tasks.record(
        DOCUMENTS,
        "w-1.1",
        [a, b, c].map((each) => succeeded(each)),
      );
      expect(replies).toEqual(["recorded", "duplicate", "recorded"]);
      expect(await tasks.counts(DOCUMENTS)).toMatchObject({ done: 3 });
    });

    test.each(["", "nonsense", "0", "99999.1.x", "9 n0", "-1.1", "1e9"])(
      "the unknown lease %j is expired",
      async (lease) => {
        await tasks.put(DOCUMENTS, numbered(1));
        expect(await tasks.record(DOCUMENTS, "w-1.1", [{ lease, ok: true, result: 1 }])).toEqual([
          "expired",
        ]);
        expect(await tasks.counts(DOCUMENTS)).toMatchObject({ done: 0 });
      },
    );

    test("a failure puts the task back, the last one makes it a dead letter with its error", async () => {
      await tasks.put(DOCUMENTS, [{ id: "a", payload: 1 }]);
      for (const attempts of [0, 1, 2]) {
        const lease = await leaseOne(tasks);
        expect(lease.attempts).toBe(attempts);
        expect(
          await tasks.record(DOCUMENTS, "w-1.1", [failed(lease, `error ${attempts}`)]),
        ).toEqual(["recorded"]);
      }
      expect(await leaseNow(tasks, 1)).toEqual([]);
      expect(await tasks.task(DOCUMENTS, "a")).toMatchObject({
        state: "failed",
        error: "error 2",
        attempts: 3,
      });
      expect(await tasks.counts(DOCUMENTS)).toMatchObject({ done: 1, failed: 1, leased: 0 });
    });

    test("the same failure reported twice is one attempt", async () => {
      await tasks.put(DOCUMENTS, [{ payload: 1 }]);
      const first = await leaseOne(tasks);
      const replies = await tasks.record(DOCUMENTS, "w-1.1", [failed(first), failed(first)]);
      expect(replies).toEqual(["recorded", "duplicate"]);
      const second = await leaseOne(tasks);
      expect(second.attempts).toBe(1);
      expect(await tasks.record(DOCUMENTS, "w-1.1", [failed(first)])).toEqual(["duplicate"]);
    });

    test("a late result is recorded while the task has no outcome, and the other worker's is a duplicate", async () => {
      await tasks.put(DOCUMENTS, [{ id: "a", payload: 1 }]);
      const late = await leaseOne(tasks, "w-1.1");
      await tasks.release(DOCUMENTS, "w-1.1", false);
      const current = await leaseOne(tasks, "w-2.1");
      expect(await tasks.record(DOCUMENTS, "w-1.1", [succeeded(late, "late")])).toEqual([
        "recorded",
      ]);
      expect(await tasks.record(DOCUMENTS, "w-2.1", [succeeded(current)])).toEqual(["duplicate"]);
      expect(await tasks.task(DOCUMENTS, "a")).toMatchObject({ result: "late", worker: "w-1.1" });
      expect(await tasks.counts(DOCUMENTS)).toMatchObject({ done: 1, leased: 0 });
    });

    test("a late result of a task that waits again takes it out of the line", async () => {
      await tasks.put(DOCUMENTS, [{ payload: 1 }]);
      const late = await leaseOne(tasks);
      await tasks.release(DOCUMENTS, "w-1.1", false);
      await tasks.record(DOCUMENTS, "w-1.1", [succeeded(late)]);
      expect(await leaseNow(tasks, 1)).toEqual([]);
    });
  });
}
