// What the task-queue port takes: ids seen before, closed queues, and its limits.
import { describe, expect, test } from "vitest";
import type { Json } from "#functions/store.ts";
import { TASK_LIMITS, type TaskQueues } from "#functions/task-queues.ts";
import {
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

export function putFacts(open: OpenTaskQueueBody): void {
  describe("put", () => {
    let tasks: TaskQueues;
    openBeforeEach(open, (body) => {
      tasks = body.tasks;
    });

    test("a task that was put is leased with its payload, recorded, and read again", async () => {
      const payload = { text: 'Ärger\n\u2028 "quoted" 日本', list: [1, null, { deep: true }] };
      const put = await tasks.put(DOCUMENTS, [{ id: "a", payload }]);
      expect(put).toEqual({ kind: "put", ids: ["a"], added: 1 });
      const lease = await leaseOne(tasks);
      expect(lease).toMatchObject({ task: "a", payload, attempts: 0 });
      expect(await tasks.task(DOCUMENTS, "a")).toMatchObject({
        state: "leased",
        worker: "w-1.1",
      });
      const result = { topic: "Física\n" };
      expect(await tasks.record(DOCUMENTS, "w-1.1", [succeeded(lease, result)])).toEqual([
        "recorded",
      ]);
      expect(await tasks.task(DOCUMENTS, "a")).toMatchObject({
        task: "a",
        state: "succeeded",
        payload,
        result,
        worker: "w-1.1",
        attempts: 0,
      });
    });

    test("tasks are leased in the order they were put", async () => {
      await tasks.put(DOCUMENTS, numbered(300));
      await tasks.put(DOCUMENTS, [{ id: "last", payload: 1 }]);
      const leases = await leaseNow(tasks, 400);
      expect(leases.map(({ task }) => task)).toEqual([
        ...numbered(300).map(({ id }) => id),
        "last",
      ]);
    });

    test("an id seen before makes its put a no-op, in the same call too", async () => {
      await tasks.put(DOCUMENTS, [{ id: "a", payload: 1 }]);
      const again = [
        { id: "b", payload: 2 },
        { id: "a", payload: 3 },
        { id: "b", payload: 4 },
      ];
      expect(await tasks.put(DOCUMENTS, again)).toEqual({
        kind: "put",
        ids: ["b", "a", "b"],
        added: 1,
      });
      const leases = await leaseNow(tasks, 10);
      expect(leases.map(({ task, payload }) => [task, payload])).toEqual([
        ["a", 1],
        ["b", 2],
      ]);
    });

    test("an id is still a repeat when its task is done", async () => {
      await tasks.put(DOCUMENTS, [{ id: "a", payload: 1 }]);
      await tasks.record(DOCUMENTS, "w-1.1", [succeeded(await leaseOne(tasks))]);
      expect(await tasks.put(DOCUMENTS, [{ id: "a", payload: 1 }])).toMatchObject({ added: 0 });
      expect(await tasks.counts(DOCUMENTS)).toMatchObject({ put: 1, done: 1 });
    });

    test("a task without an id gets its own, and putting that again is a no-op", async () => {
      const put = await tasks.put(DOCUMENTS, [{ payload: 1 }, { payload: 1 }]);
      if (put.kind !== "put") throw new Error(put.kind);
      expect(new Set(put.ids).size).toBe(2);
      const id = put.ids[1] ?? "";
      expect(await tasks.put(DOCUMENTS, [{ id, payload: 1 }, { payload: 2 }])).toMatchObject({
        added: 1,
      });
      expect(await tasks.task(DOCUMENTS, id)).toMatchObject({ state: "waiting", payload: 1 });
    });

    test("puts at the same time of the same ids add each once", async () => {
      const replies = await Promise.all([1, 2, 3].map(() => tasks.put(DOCUMENTS, numbered(50))));
      const added = replies.map((reply) => (reply.kind === "put" ? reply.added : 0));
      expect(added.reduce((sum, each) => sum + each, 0)).toBe(50);
      expect(await tasks.counts(DOCUMENTS)).toMatchObject({ put: 50 });
    });

    test("a queue that was never made, or is closed, takes nothing", async () => {
      expect(await tasks.put({ ...DOCUMENTS, queue: "other" }, [{ payload: 1 }])).toEqual({
        kind: "absent",
      });
      await tasks.close(DOCUMENTS);
      await tasks.close(DOCUMENTS);
      expect(await tasks.put(DOCUMENTS, [{ payload: 1 }])).toEqual({ kind: "closed" });
      expect(await tasks.counts(DOCUMENTS)).toMatchObject({ put: 0, closed: true });
    });

    test("making a queue again changes nothing", async () => {
      await tasks.put(DOCUMENTS, [{ payload: 1 }]);
      await tasks.create(DOCUMENTS, { ...OPTIONS, maxAttempts: 1 });
      expect(await tasks.counts(DOCUMENTS)).toMatchObject({ put: 1 });
      await tasks.record(DOCUMENTS, "w-1.1", [failed(await leaseOne(tasks))]);
      expect(await tasks.counts(DOCUMENTS)).toMatchObject({ done: 0 });
    });

    test("queues of the same name in two executions are two", async () => {
      const other = { ...DOCUMENTS, executionId: "exe_2" };
      await tasks.create(other, OPTIONS);
      await tasks.put(other, [{ id: "a", payload: 1 }]);
      expect(await leaseNow(tasks, 10)).toEqual([]);
      expect(await leaseNow(tasks, 10, "w-1.1", other)).toHaveLength(1);
    });
  });
}

export function limitFacts(open: OpenTaskQueueBody, thousands: boolean): void {
  describe("limits", () => {
    let tasks: TaskQueues;
    openBeforeEach(open, (body) => {
      tasks = body.tasks;
    });

    test("a payload may have 64 KiB of JSON in UTF-8 and not a byte more", async () => {
      const text = "é".repeat(TASK_LIMITS.payloadBytes / 2 - 1);
      expect(await tasks.put(DOCUMENTS, [{ payload: text }])).toMatchObject({ added: 1 });
      const refused = tasks.put(DOCUMENTS, [{ payload: 1 }, { payload: `${text}x` }]);
      await expect(refused).rejects.toMatchObject({
        code: "tooLarge",
        faults: [{ pointer: "/1/payload", detail: expect.stringContaining("65537") }],
      });
      expect(await tasks.counts(DOCUMENTS)).toMatchObject({ put: 1 });
    });

    const many = thousands ? test : () => {};
    many("10,000 tasks go into one put, 10,001 do not", async () => {
      const most = Array.from({ length: TASK_LIMITS.tasksPerPut }, (_, n) => ({ payload: n }));
      expect(await tasks.put(DOCUMENTS, most)).toMatchObject({ added: 10_000 });
      await expect(tasks.put(DOCUMENTS, [...most, { payload: 0 }])).rejects.toMatchObject({
        code: "tooLarge",
      });
    });

    test.each(["", "a\nb", "x".repeat(201), "\ud800"])("the id %j is refused", async (id) => {
      const refused = tasks.put(DOCUMENTS, [{ id, payload: 1 }]);
      await expect(refused).rejects.toMatchObject({
        code: "invalid",
        faults: [{ pointer: "/0/id" }],
      });
    });

    test("a value that is no JSON, or nested too deeply, is refused with its place", async () => {
      let deep: Json = [];
      for (let level = 0; level < 200_000; level++) deep = [deep];
      for (const payload of [undefined as unknown as Json, deep])
        await expect(tasks.put(DOCUMENTS, [{ payload }])).rejects.toMatchObject({
          code: "invalid",
          faults: [{ pointer: "/0/payload" }],
        });
    });

    test("a result over 256 KiB is a failure that says so, and a long error is cut", async () => {
      await tasks.put(DOCUMENTS, [{ id: "a", payload: 1 }]);
      const large = "x".repeat(TASK_LIMITS.resultBytes);
      await tasks.record(DOCUMENTS, "w-1.1", [succeeded(await leaseOne(tasks), large)]);
      expect(await tasks.task(DOCUMENTS, "a")).toMatchObject({ state: "waiting", attempts: 1 });
      await tasks.record(DOCUMENTS, "w-1.1", [failed(await leaseOne(tasks))]);
      await tasks.record(DOCUMENTS, "w-1.1", [failed(await leaseOne(tasks), "y".repeat(100_000))]);
      const view = await tasks.task(DOCUMENTS, "a");
      expect(view?.state).toBe("failed");
      expect(view?.error?.length).toBeLessThan(TASK_LIMITS.errorCharacters + 100);
    });

    many("at most 1,000 are leased in one call", async () => {
      await tasks.put(DOCUMENTS, numbered(1200));
      expect((await leaseNow(tasks, 5000)).length).toBeLessThanOrEqual(TASK_LIMITS.leasesPerCall);
    });
  });
}
