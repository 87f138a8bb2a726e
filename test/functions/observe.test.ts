// Events are stored once, whatever their order and number, and bring an execution to its end.
import { describe, expect, test } from "vitest";
import type { InstanceEvent } from "#functions/backend.ts";
import { observe } from "#functions/observe.ts";
import { schedule } from "#functions/scheduler/schedule.ts";
import type { TransactReply } from "#functions/store.ts";
import { listInstances, listMoves } from "#functions/view.ts";
import type { Outcome } from "#shared/instance.ts";
import { aWorld, aZapp, FAILED, SUCCEEDED, type TestWorld } from "#test/builders.ts";
import { executionOf, submitted, viewOf } from "./deliver.ts";

const child = { name: "main", run: "array", count: 3 };

async function placed(service: object = child) {
  const t = aWorld();
  const id = await submitted(t, aZapp([service]));
  await schedule(t.world);
  t.launch.take();
  t.decide.take();
  return { t, id };
}

const started = (executionId: string, index: number, generation = 1): InstanceEvent => {
  const instance = { executionId, service: "main", index, generation };
  return { kind: "running", instance, at: 5, backendId: "b" };
};
const ended = (
  executionId: string,
  index: number,
  outcome: Outcome = SUCCEEDED,
  generation = 1,
): InstanceEvent => {
  const instance = { executionId, service: "main", index, generation };
  return { kind: "ended", instance, at: 9, startedAt: 5, outcome };
};

async function placement(t: TestWorld, id: string) {
  return (await viewOf(t, id)).placements[0];
}

describe("events", () => {
  test("of a first start set the execution running", async () => {
    const { t, id } = await placed();
    await observe(t.world, [started(id, 1)]);
    expect((await executionOf(t, id)).state).toBe("running");
    expect(await placement(t, id)).toMatchObject({ live: 3, running: 1 });
  });

  test("twice, late and out of order count once", async () => {
    const { t, id } = await placed();
    await observe(t.world, [ended(id, 0), started(id, 0), ended(id, 0)]);
    await observe(t.world, [started(id, 0), ended(id, 0, FAILED), started(id, 1)]);
    expect(await placement(t, id)).toMatchObject({ live: 2, running: 1, succeeded: 1, failed: 0 });
    const { counts } = await listInstances(t.world, id, {}, { limit: 9 });
    expect(counts).toEqual({ succeeded: 1, running: 1, placed: 1 });
  });

  test("of an older generation change nothing", async () => {
    const retry = { attempts: 2, backoff: "0s", on: ["failed"] };
    const { t, id } = await placed({ name: "main", run: "once", retry });
    await observe(t.world, [ended(id, 0, FAILED)]);
    await schedule(t.world);
    expect(t.launch.take()).toMatchObject([{ from: 0, to: 1, generation: 2 }]);
    await observe(t.world, [ended(id, 0), started(id, 0)]);
    expect(await placement(t, id)).toMatchObject({ live: 1, running: 0, succeeded: 0 });
    await observe(t.world, [ended(id, 0, SUCCEEDED, 2)]);
    expect((await executionOf(t, id)).outcome).toEqual(SUCCEEDED);
  });

  test("of an execution that is not there, or has ended, are passed over", async () => {
    const { t, id } = await placed();
    expect(await observe(t.world, [started("exe_none", 0)])).toEqual([]);
    await observe(
      t.world,
      [0, 1, 2].map((index) => ended(id, index)),
    );
    const before = await executionOf(t, id);
    expect(before.state).toBe("ended");
    await observe(t.world, [started(id, 0), ended(id, 1, FAILED)]);
    expect(await executionOf(t, id)).toEqual(before);
  });

  test("in any number fit the store's transactions", async () => {
    const { t, id } = await placed({ name: "main", run: "array", count: 10 });
    const many = Array.from({ length: 10 }, (_, index) => [started(id, index), ended(id, index)]);
    const filler = Array.from({ length: 100 }, (_, n) => started(id, n % 10));
    expect(await observe(t.world, [...filler, ...many.flat()])).toEqual([]);
    expect(await executionOf(t, id)).toMatchObject({ state: "ended", outcome: SUCCEEDED });
  });

  test("are each kept as a move, with the outcome", async () => {
    const { t, id } = await placed({ name: "main", run: "once" });
    await observe(t.world, [started(id, 0), ended(id, 0, FAILED)]);
    const { moves } = await listMoves(t.world, id, { limit: 50 });
    const told = moves.map(
      ({ of, instance = "", from = "", to }) => `${of} ${instance} ${from} ${to}`,
    );
    expect(told.sort()).toEqual(
      [
        "execution   queued",
        "execution  queued starting",
        "execution  starting running",
        "execution  running ended",
        "instance main-0.1 placed running",
        "instance main-0.1 running ended",
      ].sort(),
    );
  });
});

describe("races", () => {
  test("two hosts with the same events count them once", async () => {
    const { t, id } = await placed();
    const events = [started(id, 0), ended(id, 0), started(id, 1)];
    await Promise.all([observe(t.world, events), observe(t.world, events)]);
    expect(await placement(t, id)).toMatchObject({ live: 2, running: 1, succeeded: 1 });
  });

  test("a conflict is tried again, and what stays in conflict comes back by its position", async () => {
    const { t, id } = await placed();
    const conflicts = async (): Promise<TransactReply> => ({ kind: "conflict" });
    let left = 3;
    const transact: typeof t.store.transact = (actions) =>
      left-- > 0 ? conflicts() : t.store.transact(actions);
    const busy = { ...t.world, store: bent(t, transact) };
    expect(await observe(busy, [started(id, 0)])).toEqual([]);
    const stuck = { ...t.world, store: bent(t, conflicts) };
    expect(await observe(stuck, [started("exe_none", 0), started(id, 1)])).toEqual([1]);
    expect(await placement(t, id)).toMatchObject({ running: 1 });
  });
});

function bent({ store }: TestWorld, transact: typeof store.transact): typeof store {
  return {
    ...{ get: store.get.bind(store), getMany: store.getMany.bind(store) },
    ...{ query: store.query.bind(store), queryIndex: store.queryIndex.bind(store) },
    ...{ batchPut: store.batchPut.bind(store), transact },
  };
}

test("the end gives capacity back, sums what was used, and wakes the scheduler", async () => {
  const { t, id } = await placed({ name: "main", run: "once" });
  const usage = { cpuSeconds: 3, peakMemoryMib: 40, wallSeconds: 4 };
  await observe(t.world, [{ ...ended(id, 0), usage } as InstanceEvent]);
  expect(await executionOf(t, id)).toMatchObject({
    state: "ended",
    outcome: SUCCEEDED,
    used: usage,
  });
  expect((await t.store.query({ pk: `held#0`, limit: 9 })).items).toEqual([]);
  expect(t.decide.take().length).toBeGreaterThan(0);
});
