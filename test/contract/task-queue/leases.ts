// Who holds a task and for how long, and how a task that kills its workers is found out.
import { describe, expect, test } from "vitest";
import { TASK_LIMITS, type TaskQueues } from "#functions/task-queues.ts";
import {
  DOCUMENTS,
  leaseNow,
  leaseOne,
  numbered,
  type OpenTaskQueueBody,
  openBeforeEach,
  succeeded,
  type TaskQueueBody,
} from "./under-test.ts";

export function leaseFacts(open: OpenTaskQueueBody): void {
  describe("leases", () => {
    let body: TaskQueueBody;
    let tasks: TaskQueues;
    openBeforeEach(open, (opened) => {
      body = opened;
      tasks = opened.tasks;
    });

    test("a lease that nobody renews ends, and the task waits again", async () => {
      await tasks.put(DOCUMENTS, [{ payload: 1 }]);
      await leaseOne(tasks, "w-1.1");
      body.advance(59);
      expect(await leaseNow(tasks, 1, "w-2.1")).toEqual([]);
      body.advance(2);
      expect(await leaseOne(tasks, "w-2.1")).toMatchObject({ attempts: 0 });
    });

    test("a renewed lease goes on, for 11 hours at most", async () => {
      await tasks.put(DOCUMENTS, [{ payload: 1 }]);
      await leaseOne(tasks, "w-1.1");
      for (let seconds = 50; seconds < TASK_LIMITS.taskSeconds; seconds += 50) {
        body.advance(50);
        await tasks.renew(DOCUMENTS, "w-1.1");
      }
      expect(await leaseNow(tasks, 1, "w-2.1")).toEqual([]);
      body.advance(50);
      expect(await leaseNow(tasks, 1, "w-2.1")).toHaveLength(1);
    });

    test("what a worker held waits again when it is released, without an attempt", async () => {
      await tasks.put(DOCUMENTS, numbered(3));
      await leaseNow(tasks, 2, "w-1.1");
      await tasks.release(DOCUMENTS, "w-1.1", true);
      expect(await tasks.counts(DOCUMENTS)).toMatchObject({ leased: 0, done: 0 });
      const leases = await leaseNow(tasks, 3, "w-2.1");
      expect(leases.map(({ attempts }) => attempts)).toEqual([0, 0, 0]);
    });

    test("what was given back waits again and was not delivered", async () => {
      await tasks.put(DOCUMENTS, numbered(2));
      for (let round = 0; round < 10; round++) {
        const leases = await leaseNow(tasks, 2);
        expect(leases).toHaveLength(2);
        await tasks.giveBack(
          DOCUMENTS,
          leases.map(({ lease }) => lease),
        );
      }
    });
  });
}

export function killerFacts(open: OpenTaskQueueBody): void {
  describe("killers", () => {
    let tasks: TaskQueues;
    openBeforeEach(open, (body) => {
      tasks = body.tasks;
    });

    test("a task delivered maxAttempts times without an end runs alone from then on", async () => {
      await tasks.put(DOCUMENTS, numbered(2));
      for (const worker of ["w-1.1", "w-1.2", "w-1.3"]) {
        expect(await leaseNow(tasks, 2, worker)).toHaveLength(2);
        await tasks.release(DOCUMENTS, worker, true);
      }
      const alone = await leaseNow(tasks, 2, "w-1.4");
      expect(alone).toHaveLength(1);
      expect(await leaseNow(tasks, 2, "w-1.4")).toEqual([]);
      expect(await leaseNow(tasks, 2, "w-2.1")).toHaveLength(1);
      await tasks.record(
        DOCUMENTS,
        "w-1.4",
        alone.map((lease) => succeeded(lease)),
      );
      await tasks.release(DOCUMENTS, "w-2.1", true);
      const killer = await leaseOne(tasks, "w-1.4");
      expect(killer.attempts).toBe(1);
    });

    test("a killer among 64 ends as a dead letter, its neighbours succeed", async () => {
      await tasks.put(DOCUMENTS, numbered(64));
      let deaths = 0;
      for (let round = 0; round < 500; round++) {
        const worker = `w-1.${round}`;
        const leases = await leaseNow(tasks, 64, worker);
        if (leases.length === 0) break;
        const isKilled = leases.some(({ task }) => task === "n17");
        if (isKilled) deaths++;
        else
          await tasks.record(
            DOCUMENTS,
            worker,
            leases.map((lease) => succeeded(lease)),
          );
        await tasks.release(DOCUMENTS, worker, isKilled);
      }
      expect(await tasks.counts(DOCUMENTS)).toMatchObject({ done: 64, failed: 1, leased: 0 });
      expect(await tasks.task(DOCUMENTS, "n17")).toMatchObject({
        state: "failed",
        attempts: 3,
        error: expect.stringContaining("took its worker"),
      });
      expect(deaths).toBe(6);
    });

    test("a worker with empty hands takes the suspect first, others go on", async () => {
      await tasks.put(DOCUMENTS, [{ id: "suspect", payload: 0 }]);
      for (const worker of ["a", "b", "c"]) {
        await leaseOne(tasks, worker);
        await tasks.release(DOCUMENTS, worker, true);
      }
      await tasks.put(DOCUMENTS, numbered(20));
      expect((await leaseOne(tasks, "w-1.1")).task).toBe("suspect");
      const first = await leaseOne(tasks, "w-2.1");
      expect(first.task).toBe("n0");
    });

    test("a worker with full hands is kept from more until it can take the suspect", async () => {
      await tasks.put(DOCUMENTS, numbered(20));
      const first = await leaseNow(tasks, 2, "w-1.1");
      for (const worker of ["a", "b", "c"]) {
        await leaseNow(tasks, 18, worker);
        await tasks.release(DOCUMENTS, worker, true);
      }
      await tasks.put(DOCUMENTS, [{ id: "fresh", payload: 1 }]);
      expect(await leaseNow(tasks, 1, "w-1.1")).toEqual([]);
      await tasks.record(
        DOCUMENTS,
        "w-1.1",
        first.slice(0, 1).map((lease) => succeeded(lease)),
      );
      expect(await leaseNow(tasks, 1, "w-1.1")).toEqual([]);
      await tasks.record(
        DOCUMENTS,
        "w-1.1",
        first.slice(1).map((lease) => succeeded(lease)),
      );
      expect((await leaseOne(tasks, "w-1.1")).task).not.toBe("fresh");
    });
  });
}
