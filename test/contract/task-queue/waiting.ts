// Who waits for a task: what ends the wait, and what is told of a queue that fills or drains.
import { describe, expect, test } from "vitest";
import type { TaskQueues } from "#functions/task-queues.ts";
import {
  changesOf,
  DOCUMENTS,
  failed,
  leaseNow,
  leaseOne,
  numbered,
  type OpenTaskQueueBody,
  openBeforeEach,
  succeeded,
  type TaskQueueBody,
} from "./under-test.ts";

export function waitingFacts(open: OpenTaskQueueBody): void {
  describe("waiting", () => {
    let body: TaskQueueBody;
    let tasks: TaskQueues;
    openBeforeEach(open, (opened) => {
      body = opened;
      tasks = opened.tasks;
    });

    test("who waits gets the task that comes, in the order they came", async () => {
      const first = tasks.lease(DOCUMENTS, { max: 1, worker: "w-1.1", waitSeconds: 20 });
      const second = tasks.lease(DOCUMENTS, { max: 9, worker: "w-2.1", waitSeconds: 20 });
      await tasks.put(DOCUMENTS, numbered(3));
      expect((await first).map(({ task }) => task)).toEqual(["n0"]);
      expect((await second).map(({ task }) => task)).toEqual(["n1", "n2"]);
    });

    test("who waits gets what another worker lost or failed", async () => {
      await tasks.put(DOCUMENTS, numbered(2));
      const [one, two] = await leaseNow(tasks, 2, "w-1.1");
      const waiting = tasks.lease(DOCUMENTS, { max: 1, worker: "w-2.1", waitSeconds: 20 });
      if (one) await tasks.record(DOCUMENTS, "w-1.1", [failed(one)]);
      expect(await waiting).toMatchObject([{ task: "n0", attempts: 1 }]);
      const again = tasks.lease(DOCUMENTS, { max: 1, worker: "w-2.1", waitSeconds: 20 });
      await tasks.release(DOCUMENTS, "w-1.1", true);
      expect(await again).toMatchObject([{ task: two?.task, attempts: 0 }]);
    });

    test("a wait ends empty when its time is over", async () => {
      const waiting = tasks.lease(DOCUMENTS, { max: 1, worker: "w-1.1", waitSeconds: 2 });
      body.advance(3);
      expect(await waiting).toEqual([]);
    });

    test("a lease that ends while others wait goes to them", async () => {
      await tasks.put(DOCUMENTS, numbered(1));
      await leaseOne(tasks, "w-1.1");
      const waiting = tasks.lease(DOCUMENTS, { max: 1, worker: "w-2.1", waitSeconds: 20 });
      body.advance(61);
      expect(await waiting).toHaveLength(1);
    });

    test("nothing is leased to who listens no more", async () => {
      const listener = new AbortController();
      const { signal } = listener;
      const waiting = tasks.lease(DOCUMENTS, {
        max: 1,
        worker: "w-1.1",
        waitSeconds: 20,
        signal,
      });
      listener.abort();
      expect(await waiting).toEqual([]);
      await tasks.put(DOCUMENTS, numbered(1));
      expect(
        await tasks.lease(DOCUMENTS, { max: 1, worker: "w-1.1", waitSeconds: 20, signal }),
      ).toEqual([]);
      expect(await leaseNow(tasks, 1, "w-2.1")).toHaveLength(1);
    });

    test("a drained queue lets nobody wait", async () => {
      await tasks.put(DOCUMENTS, numbered(1));
      const lease = await leaseOne(tasks);
      const waiting = tasks.lease(DOCUMENTS, { max: 1, worker: "w-2.1", waitSeconds: 20 });
      await tasks.close(DOCUMENTS);
      await tasks.record(DOCUMENTS, "w-1.1", [succeeded(lease)]);
      expect(await waiting).toEqual([]);
      expect(await tasks.lease(DOCUMENTS, { max: 1, worker: "w-2.1", waitSeconds: 20 })).toEqual(
        [],
      );
      expect(changesOf(body, "documents")).toContain("drained");
    });

    test("closing an empty queue drains it, and its changes are told", async () => {
      await tasks.close(DOCUMENTS);
      expect(changesOf(body, "documents")).toEqual(["drained"]);
    });

    test("a put into an empty queue is told as filled", async () => {
      await tasks.put(DOCUMENTS, numbered(1));
      expect(changesOf(body, "documents")).toEqual(["filled"]);
    });
  });
}
