// The contract of the task-queue port, second part: who holds what and for how long, killers, long polls, routes, restarts.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type QueueRef, TASK_LIMITS, type TaskQueues } from "#functions/task-queues.ts";
import { childId } from "#shared/route.ts";
import {
  allOutcomes,
  aRoute,
  DOCUMENTS,
  failed,
  leaseNow,
  leaseOne,
  numbered,
  OPTIONS,
  type OpenTaskQueueBody,
  succeeded,
  type TaskQueueBody,
} from "./task-queue.ts";

export function taskQueueLeaseContract(name: string, open: OpenTaskQueueBody): void {
  describe(`leases and routes: ${name}`, () => {
    let body: TaskQueueBody;
    let tasks: TaskQueues;
    beforeEach(async () => {
      body = await open();
      tasks = body.tasks;
      await tasks.create(DOCUMENTS, OPTIONS);
    });
    afterEach(() => body.close());

    const changesOf = (queue: string) =>
      body.changes.filter(({ ref }) => ref.queue === queue).map(({ change }) => change);

    describe("leases", () => {
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

    describe("killers", () => {
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

    describe("waiting", () => {
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
        expect(changesOf("documents")).toContain("drained");
      });

      test("closing an empty queue drains it, and its changes are told", async () => {
        await tasks.close(DOCUMENTS);
        expect(changesOf("documents")).toEqual(["drained"]);
      });

      test("a put into an empty queue is told as filled", async () => {
        await tasks.put(DOCUMENTS, numbered(1));
        expect(changesOf("documents")).toEqual(["filled"]);
      });
    });

    describe("routes", () => {
      const physics: QueueRef = { ...DOCUMENTS, queue: "physics" };
      const topics: QueueRef = { ...DOCUMENTS, queue: "topics" };
      const send = async (
        routes: Parameters<typeof aRoute>[0][],
        result: object,
        payload: object = { text: "x", topic: "?" },
      ) => {
        await tasks.create(physics, OPTIONS);
        await tasks.create(topics, {
          ...OPTIONS,
          routes: routes.map((route) => aRoute({ from: "topics", ...route })),
        });
        await tasks.put(topics, [{ id: "p", payload: payload as never }]);
        const lease = await leaseOne(tasks, "w-1.1", topics);
        await tasks.record(topics, "w-1.1", [succeeded(lease, result as never)]);
      };
      const byTopic = { by: "/topic", to: { Physics: "physics" } };

      test("a result becomes a task where its route leads, and stays a result", async () => {
        await send([byTopic], { topic: "Physics" });
        expect(await tasks.task(topics, "p")).toMatchObject({
          state: "succeeded",
          result: { topic: "Physics" },
        });
        const child = await leaseOne(tasks, "w-1.1", physics);
        const id = childId({ queue: "topics", task: "p" }, 0, "physics");
        expect(child).toMatchObject({ task: id, payload: { topic: "Physics" }, attempts: 0 });
        expect(changesOf("physics")).toEqual(["filled"]);
      });

      test.each([
        ["input", { text: "x", topic: "?" }],
        ["result", { topic: "Physics" }],
        ["merge", { text: "x", topic: "Physics" }],
      ] as const)("the child of a route with task: %s", async (task, payload) => {
        await send([{ ...byTopic, task }], { topic: "Physics" });
        expect(await leaseOne(tasks, "w-1.1", physics)).toMatchObject({ payload });
      });

      test("without a queue for the value, else says what becomes of it: a dead letter", async () => {
        await send([byTopic], { topic: "Poetry" });
        const view = await tasks.task(topics, "p");
        expect(view).toMatchObject({ state: "failed", result: { topic: "Poetry" } });
        expect(view?.error).toContain('"Poetry"');
        expect(await tasks.counts(topics)).toMatchObject({ done: 1, failed: 1 });
      });

      test("... nothing more", async () => {
        await send([{ ...byTopic, otherwise: { kind: "drop" } }], { topic: "Poetry" });
        expect(await tasks.task(topics, "p")).toMatchObject({ state: "succeeded" });
        expect(await tasks.counts(physics)).toMatchObject({ put: 0 });
      });

      test("... or a task of another queue; a route without `by` sends all there", async () => {
        const otherwise = { kind: "queue", queue: "physics" } as const;
        await send([{ ...byTopic, otherwise }, { otherwise }], { topic: "Poetry" });
        expect(await tasks.counts(physics)).toMatchObject({ put: 2 });
      });

      test("a child is put into a closed queue too, and drains it no sooner than it is done", async () => {
        await tasks.create(physics, OPTIONS);
        await tasks.close(physics);
        await send([byTopic], { topic: "Physics" });
        expect(await tasks.counts(physics)).toMatchObject({ put: 1, done: 0, closed: true });
      });

      test("a dead letter of routing that is redriven is routed anew", async () => {
        await send([byTopic], { topic: "Poetry" });
        expect(await tasks.redrive(topics)).toBe(1);
        const lease = await leaseOne(tasks, "w-1.1", topics);
        await tasks.record(topics, "w-1.1", [succeeded(lease, { topic: "Physics" })]);
        expect(await tasks.counts(physics)).toMatchObject({ put: 1 });
      });

      test("a child over the limit, or for a queue that is not there, is a dead letter of its parent", async () => {
        const half = "x".repeat(40_000);
        await send([{ ...byTopic, task: "merge" }], { topic: "Physics", b: half }, { a: half });
        expect((await tasks.task(topics, "p"))?.error).toContain("65536");
        const lost = { ...DOCUMENTS, queue: "lost" };
        await tasks.create(lost, {
          ...OPTIONS,
          routes: [aRoute({ from: "lost", otherwise: { kind: "queue", queue: "nowhere" } })],
        });
        await tasks.put(lost, [{ id: "a", payload: 1 }]);
        await tasks.record(lost, "w-1.1", [succeeded(await leaseOne(tasks, "w-1.1", lost))]);
        expect((await tasks.task(lost, "a"))?.error).toContain("nowhere");
      });
    });

    describe("restart", () => {
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
  });
}
