// Executions with queues: how many workers, which queues close, when it is over.
import { describe, expect, test } from "vitest";
import { cancel } from "#functions/cancel.ts";
import { change } from "#functions/change.ts";
import { observe } from "#functions/observe.ts";
import { redrive } from "#functions/redrive.ts";
import { sweep } from "#functions/sweep.ts";
import type { NewTask } from "#functions/task-queues.ts";
import { tick } from "#functions/tick.ts";
import type { Outcome } from "#shared/instance.ts";
import { aWorld, aZapp, FAILED, type TestWorld } from "#test/builders.ts";
import { deliver, executionOf, line, submitted, viewOf } from "./deliver.ts";

const puller = { name: "puller", run: "worker", queue: "tasks", backlogPerWorker: 2 };
const queues = { tasks: { lease: "60s", maxAttempts: 1 } };
const worker = (count: object) => aZapp([{ ...puller, count }], { queues });
const tasks = (n: number): NewTask[] =>
  Array.from({ length: n }, (_, at) => ({ id: `t${at}`, payload: at }));

async function withTasks(n: number, count: object = { min: 0, max: 3 }) {
  const t = aWorld();
  const id = await submitted(t, worker(count));
  const ref = { executionId: id, queue: "tasks" };
  await t.world.tasks.put(ref, tasks(n));
  await tick(t.world, id);
  await deliver(t);
  return { t, id, ref };
}

/** What a worker would do: take all there is, and report it. */
async function workOff(
  { world }: TestWorld,
  executionId: string,
  ok = true,
  queue = "tasks",
  result: object = {},
) {
  const ref = { executionId, queue };
  const request = { max: 100, worker: "puller-0.1", waitSeconds: 0 };
  const leases = await world.tasks.lease(ref, request);
  const report = ok ? { ok, result: result as never } : { ok, error: "No." };
  await world.tasks.record(
    ref,
    "puller-0.1",
    leases.map(({ lease }) => ({ lease, ...report }) as never),
  );
}

const live = async (t: TestWorld, id: string) =>
  (await viewOf(t, id)).placements.map((placement) => placement.live);

describe("workers", () => {
  test("come with the first task, as many as the backlog deserves", async () => {
    const { t, id } = await withTasks(3);
    expect(await live(t, id)).toEqual([2]);
    expect((await executionOf(t, id)).waiting).toBeUndefined();
  });

  test("become more with the backlog, up to the maximum", async () => {
    const { t, id, ref } = await withTasks(1);
    await t.world.tasks.put(
      ref,
      Array.from({ length: 50 }, () => ({ payload: 1 })),
    );
    await tick(t.world, id);
    await deliver(t);
    expect(await live(t, id)).toEqual([3]);
  });

  test("enter the line with the priority that the execution then has", async () => {
    const t = aWorld({ capacity: { instances: 0 } });
    const id = await submitted(t, worker({ min: 0, max: 3 }));
    await change(t.world, id, { priority: 80 });
    await t.world.tasks.put({ executionId: id, queue: "tasks" }, tasks(1));
    await Promise.all([tick(t.world, id), tick(t.world, id)]);
    expect(await line(t)).toMatchObject([{ executionId: id, priority: 80 }]);
  });
});

describe("the end", () => {
  test("comes when the queue is closed and all is done, and nobody works any more", async () => {
    const { t, id, ref } = await withTasks(2);
    await workOff(t, id);
    await tick(t.world, id);
    expect((await executionOf(t, id)).state).toBe("running");
    await t.world.tasks.close(ref);
    await tick(t.world, id);
    expect((await executionOf(t, id)).state).toBe("ending");
    await t.backend.stop(t.backend.running(), { kind: "succeeded" });
    await deliver(t);
    expect(await executionOf(t, id)).toMatchObject({
      state: "ended",
      outcome: { kind: "succeeded" },
    });
  });

  test("leaves workers that run ten minutes to leave by themselves, whoever sweeps", async () => {
    const { t, id, ref } = await withTasks(2);
    await workOff(t, id);
    await t.world.tasks.close(ref);
    await tick(t.world, id);
    t.pass(540_000);
    await sweep(t.world);
    await deliver(t);
    expect(t.backend.running()).not.toEqual([]);
    expect((await executionOf(t, id)).state).toBe("ending");
    t.pass(61_000);
    await sweep(t.world);
    await deliver(t);
    expect(t.backend.running()).toEqual([]);
    expect(await executionOf(t, id)).toMatchObject({ outcome: { kind: "succeeded" } });
  });

  test("with dead letters is a failure that counts them", async () => {
    const { t, id, ref } = await withTasks(2);
    await workOff(t, id, false);
    await t.world.tasks.close(ref);
    await tick(t.world, id);
    await t.backend.stop(t.backend.running(), { kind: "succeeded" });
    await deliver(t);
    const { outcome } = await executionOf(t, id);
    expect(outcome).toMatchObject({
      code: "tasks_failed",
      reason: expect.stringContaining("2 tasks"),
    });
  });

  test("of one that was closed without a task is a success", async () => {
    const t = aWorld();
    const id = await submitted(t, worker({ min: 0, max: 3 }));
    await t.world.tasks.close({ executionId: id, queue: "tasks" });
    await tick(t.world, id);
    expect(await executionOf(t, id)).toMatchObject({
      state: "ended",
      outcome: { kind: "succeeded" },
    });
  });

  test("is not that success when tasks came while somebody looked", async () => {
    const { t, id } = await withTasks(3);
    const state = await executionOf(t, id);
    const request = { by: "zoe", outcome: { kind: "succeeded" }, onlyIn: "queued" } as const;
    expect(await cancel(t.world, id, request)).toEqual(state);
    expect(await executionOf(t, id)).toEqual(state);
  });

  test("does not come when a dead letter is redriven meanwhile", async () => {
    const { t, id, ref } = await withTasks(1);
    await workOff(t, id, false);
    await t.world.tasks.close(ref);
    await t.backend.stop(t.backend.running(), { kind: "succeeded" });
    const ending = deliver(t);
    expect(await redrive(t.world, ref, "ann")).toBe(1);
    await ending;
    await deliver(t);
    expect((await executionOf(t, id)).state).not.toBe("ended");
    await workOff(t, id);
    await t.backend.stop(t.backend.running(), { kind: "succeeded" });
    await tick(t.world, id);
    await deliver(t);
    expect(await executionOf(t, id)).toMatchObject({
      state: "ended",
      outcome: { kind: "succeeded" },
    });
  });
});

test("a routed queue is closed when all that feed it are drained, a whole chain at one look", async () => {
  const chain = ["tasks", "rows", "tables"].map((queue) => ({
    ...puller,
    name: queue,
    queue,
    count: { max: 1 },
  }));
  const routes = [
    { from: "tasks", else: "rows", task: "result" },
    { from: "rows", else: "tables", task: "result" },
  ];
  const t = aWorld();
  const all = { tasks: {}, rows: {}, tables: {} };
  const id = await submitted(t, aZapp(chain, { queues: all, routes }));
  const ref = { executionId: id, queue: "tasks" };
  await t.world.tasks.put(ref, tasks(1));
  await t.world.tasks.close(ref);
  const closed = async () => {
    await tick(t.world, id);
    const { queues: counts } = await viewOf(t, id);
    return Object.entries(counts).flatMap(([queue, count]) => (count.closed ? [queue] : []));
  };
  expect(await closed()).toEqual(["tasks"]);
  await workOff(t, id, true, "tasks", { a: 1 });
  expect(await closed()).toEqual(["tasks", "rows"]);
  await workOff(t, id, true, "rows", { a: 2 });
  expect(await closed()).toEqual(["tasks", "rows", "tables"]);
});

describe("workers that end again and again", () => {
  const die = async (t: TestWorld, times: number, as: Outcome = FAILED) => {
    for (let n = 0; n < times; n++) {
      const [instance] = t.backend.running();
      if (instance === undefined) return;
      await t.backend.stop([instance], as);
      await deliver(t);
    }
  };

  test("are not blamed for machines that go", async () => {
    const { t, id } = await withTasks(1, { min: 1, max: 1 });
    await die(t, 9, { kind: "lost", reason: "Its engine ended." });
    await die(t, 9, { kind: "interrupted", reason: "Its capacity was taken back." });
    expect(t.backend.running()).toHaveLength(1);
    expect((await executionOf(t, id)).state).toBe("running");
  });

  test("without a task done end their execution, with the last failure", async () => {
    const { t, id } = await withTasks(1, { min: 1, max: 1 });
    await die(t, 6);
    const { outcome } = await executionOf(t, id);
    expect(outcome).toMatchObject({
      code: "workers_failed",
      reason: expect.stringContaining("6 workers of puller"),
    });
  });

  test("are forgiven with every task that is done", async () => {
    const { t, id } = await withTasks(2, { min: 1, max: 1 });
    await die(t, 4);
    const ref = { executionId: id, queue: "tasks" };
    const [lease] = await t.world.tasks.lease(ref, {
      max: 1,
      worker: "puller-9.1",
      waitSeconds: 0,
    });
    await t.world.tasks.record(ref, "puller-9.1", [
      { lease: lease?.lease ?? "", ok: true, result: 1 },
    ]);
    await tick(t.world, id);
    await die(t, 4);
    expect((await executionOf(t, id)).state).toBe("running");
  });

  test("are forgiven while there is nothing to do", async () => {
    const t = aWorld();
    const id = await submitted(t, worker({ min: 1, max: 1 }));
    await deliver(t);
    await die(t, 9);
    await t.world.tasks.put({ executionId: id, queue: "tasks" }, tasks(1));
    await tick(t.world, id);
    expect((await executionOf(t, id)).stop).toBeUndefined();
  });
});

test("while it lives it is looked at again, whatever message is lost", async () => {
  const { t, id } = await withTasks(1);
  for (let n = 0; n < 3; n++) {
    t.tick.take();
    t.pass(25_000);
    await sweep(t.world);
    expect(t.tick.take()).toContainEqual({ executionId: id });
  }
  await t.backend.stop(t.backend.running(), { kind: "cancelled", by: "ann" });
  await observe(t.world, t.observe.take());
});

test("while it drains its workers are not replaced", async () => {
  const { t, id } = await withTasks(4);
  await change(t.world, id, { draining: true });
  await deliver(t);
  await t.backend.stop(t.backend.running(), { kind: "succeeded" });
  await deliver(t);
  expect(await live(t, id)).toEqual([0]);
  await change(t.world, id, { draining: false });
  await deliver(t);
  expect(await live(t, id)).toEqual([2]);
});

test("other counts of a living worker service hold at once, and what runs goes on", async () => {
  const { t, id } = await withTasks(20);
  expect(await live(t, id)).toEqual([3]);
  await change(t.world, id, { counts: { puller: { max: 5 } } });
  await deliver(t);
  expect(await live(t, id)).toEqual([5]);
  await change(t.world, id, { counts: { puller: { min: 0, max: 2 } } });
  await deliver(t);
  expect(await live(t, id)).toEqual([5]);
});

test("an array runs more at once, or hands on no more slots than it may have", async () => {
  const t = aWorld();
  const id = await submitted(t, aZapp([{ name: "runs", run: "array", count: 20, atOnce: 2 }]));
  await deliver(t);
  expect(await live(t, id)).toEqual([2]);
  await change(t.world, id, { counts: { runs: { atOnce: 4 } } });
  await deliver(t);
  expect(await live(t, id)).toEqual([4]);
  await change(t.world, id, { counts: { runs: { atOnce: 1 } } });
  await t.backend.stop(t.backend.running().slice(0, 2), { kind: "succeeded" });
  await deliver(t);
  expect(await live(t, id)).toEqual([2]);
});

test("counts of a queued execution change what it waits for", async () => {
  const t = aWorld();
  const id = await submitted(t, aZapp([{ name: "runs", run: "array", count: 20, atOnce: 2 }]));
  await change(t.world, id, { counts: { runs: { atOnce: 3 } } });
  await deliver(t);
  expect(await live(t, id)).toEqual([3]);
});

test("counts that do not fit are refused, all at once", async () => {
  const { t, id } = await withTasks(1);
  const counts = { puller: { atOnce: 2 }, nobody: { min: 1 } };
  await expect(change(t.world, id, { counts })).rejects.toMatchObject({
    faults: [
      { pointer: "/counts/puller/atOnce", detail: "Wanted min and max (run: worker)." },
      { pointer: "/counts/nobody", detail: "There is no service nobody in this execution." },
    ],
  });
  await expect(change(t.world, id, { counts: { puller: { min: 9 } } })).rejects.toThrow(
    "Wanted a min of at most max; got 9 and 3.",
  );
});
