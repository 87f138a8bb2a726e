// Results that become tasks of other queues, and what becomes of those that no route takes.
import { describe, expect, test } from "vitest";
import type { QueueRef, TaskQueues } from "#functions/task-queues.ts";
import { childId } from "#shared/route.ts";
import {
  aRoute,
  changesOf,
  DOCUMENTS,
  leaseOne,
  OPTIONS,
  type OpenTaskQueueBody,
  openBeforeEach,
  succeeded,
  type TaskQueueBody,
} from "./under-test.ts";

export function routeFacts(open: OpenTaskQueueBody): void {
  describe("routes", () => {
    let body: TaskQueueBody;
    let tasks: TaskQueues;
    openBeforeEach(open, (opened) => {
      body = opened;
      tasks = opened.tasks;
    });

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
      expect(changesOf(body, "physics")).toEqual(["filled"]);
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
}
