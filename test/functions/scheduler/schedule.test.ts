// A scheduling cycle: what it commits, and that only the holder of the lease commits anything.
import { describe, expect, test } from "vitest";
import { tenantItem } from "#functions/account-records.ts";
import { cancel } from "#functions/cancel.ts";
import { putQuota } from "#functions/quotas.ts";
import { keys } from "#functions/records.ts";
import { retry } from "#functions/retry.ts";
import { commit } from "#functions/scheduler/commit.ts";
import { decide } from "#functions/scheduler/decide.ts";
import { letGo, takeLease } from "#functions/scheduler/lease.ts";
import { schedule } from "#functions/scheduler/schedule.ts";
import { takeSnapshot } from "#functions/scheduler/snapshot.ts";
import type { Query, Store } from "#functions/store.ts";
import { aPrincipal, aWorld, aZapp, NOON } from "#test/builders.ts";
import { deliver, executionOf, line, submitted, viewOf } from "../deliver.ts";

const once = aZapp([{ name: "main", run: "once" }]);
const array = aZapp([{ name: "child", run: "array", count: 9, atOnce: 4 }]);

describe("a cycle", () => {
  test("places what fits: it leaves the line, holds capacity, and its launch is asked for", async () => {
    const t = aWorld();
    const id = await submitted(t, array);
    await schedule(t.world);
    const { execution, placements } = await viewOf(t, id);
    expect(execution).toMatchObject({ state: "starting", startedAt: NOON });
    expect(placements).toMatchObject([
      { service: "child", next: 4, live: 4, slots: 4, stopped: false },
    ]);
    expect(await line(t)).toEqual([]);
    expect(t.launch.take()).toEqual([
      { kind: "start", executionId: id, service: "child", from: 0, to: 4, generation: 1 },
    ]);
  });

  test("an array never gets more children than it has", async () => {
    const t = aWorld();
    const id = await submitted(t, aZapp([{ name: "child", run: "array", count: 2, atOnce: 5 }]));
    await schedule(t.world);
    expect((await viewOf(t, id)).placements).toMatchObject([{ next: 2, live: 2 }]);
  });

  test("tells the first in line of each user what it waits for, once", async () => {
    const t = aWorld({ capacity: { instances: 1 } });
    await submitted(t, once);
    const waits = await submitted(t, once);
    await schedule(t.world);
    const told = await executionOf(t, waits);
    expect(told.waiting?.text).toBe(
      "It waits for 1 instance on the simulated engine: 1 of 1 is held.",
    );
    const before = await t.store.get(keys.execution(waits));
    await schedule(t.world);
    expect((await t.store.get(keys.execution(waits)))?.version).toBe(before?.version);
  });

  test("takes all that fits, however small a cycle is", async () => {
    const t = aWorld({ settings: { placedPerCycle: 1, headsPerShare: 1 } });
    const ids = [await submitted(t, once), await submitted(t, once), await submitted(t, once)];
    await schedule(t.world);
    for (const id of ids) expect((await executionOf(t, id)).state).toBe("starting");
  });

  test("forgets a share when nobody of it waits, and finds it again with the next", async () => {
    const t = aWorld();
    await submitted(t, once);
    await schedule(t.world);
    await schedule(t.world);
    expect(await t.store.get(keys.share("alpha", "ann"))).toBeUndefined();
    const id = await submitted(t, once);
    await schedule(t.world);
    expect((await executionOf(t, id)).state).toBe("starting");
  });
});

test("a slow scheduler doesn't forget a share that was written again for the same execution", async () => {
  const t = aWorld();
  const id = await submitted(t, once);
  const key = keys.share("alpha", "ann");
  const seenBefore = await t.store.get(key);
  await cancel(t.world, id, { by: "ann" });
  await deliver(t);
  await schedule(t.world);
  expect(await t.store.get(key)).toBeUndefined();
  await retry(t.world, id, "ann");
  const query = async (wish: Query) => {
    if (wish.pk === key.pk) return { items: seenBefore ? [seenBefore] : [] };
    return wish.pk.startsWith("wait#") ? { items: [] } : t.store.query(wish);
  };
  const slow = {
    query,
    transact: t.store.transact.bind(t.store),
    getMany: t.store.getMany.bind(t.store),
  } as Store;
  await takeSnapshot({ ...t.world, store: slow });
  expect((await line(t)).map(({ executionId }) => executionId)).toEqual([id]);
  expect(await t.store.get(key)).toBeDefined();
});

describe("the lease", () => {
  const other = <T extends { world: object }>(t: T) => ({ ...t.world, host: "there" }) as never;

  test("is one host's; the other sets `again`, and the holder looks once more", async () => {
    const t = aWorld();
    const lease = await takeLease(t.world);
    expect(lease).toEqual({ epoch: 1 });
    expect(await takeLease(other(t))).toBeUndefined();
    expect(await letGo(t.world, lease ?? { epoch: 0 })).toBe(false);
    expect(await letGo(t.world, lease ?? { epoch: 0 })).toBe(true);
    expect(await takeLease(other(t))).toEqual({ epoch: 2 });
  });

  test("ends after a minute, and whoever held it commits nothing any more", async () => {
    const t = aWorld();
    const id = await submitted(t, once);
    const late = await takeLease(t.world);
    const decisions = decide(await takeSnapshot(t.world));
    t.pass(60_000);
    expect(await takeLease(other(t))).toEqual({ epoch: 2 });
    expect(await commit(t.world, late ?? { epoch: 0 }, decisions)).toBe(1);
    expect((await executionOf(t, id)).state).toBe("queued");
  });

  test("ends when a quota is set, so that nobody decides by the old one", async () => {
    const t = aWorld();
    await t.store.batchPut([tenantItem({ name: "alpha", createdAt: 1 })]);
    const id = await submitted(t, once);
    const lease = await takeLease(t.world);
    const decisions = decide(await takeSnapshot(t.world));
    const boss = aPrincipal({ role: "administrator" });
    await putQuota(t.world, boss, { tenant: "alpha" }, { instances: 0 });
    expect(await commit(t.world, lease ?? { epoch: 0 }, decisions)).toBe(1);
    await schedule(t.world);
    expect((await executionOf(t, id)).waiting?.code).toBe("tenantQuota");
  });
});

describe("a race", () => {
  test("with a stop is lost: nothing is placed", async () => {
    const t = aWorld();
    const id = await submitted(t, once);
    const lease = await takeLease(t.world);
    const decisions = decide(await takeSnapshot(t.world));
    await cancel(t.world, id, { by: "ann" });
    await commit(t.world, lease ?? { epoch: 0 }, decisions);
    expect(await viewOf(t, id)).toMatchObject({ execution: { state: "ended" }, placements: [] });
  });

  test("of one decision costs the others of its transaction nothing", async () => {
    const t = aWorld();
    const [stopped, other] = [await submitted(t, once), await submitted(t, once)];
    const lease = await takeLease(t.world);
    const decisions = decide(await takeSnapshot(t.world));
    await cancel(t.world, stopped, { by: "ann" });
    await commit(t.world, lease ?? { epoch: 0 }, decisions);
    expect((await executionOf(t, other)).state).toBe("starting");
  });

  test("with a stop keeps what runs from growing", async () => {
    const t = aWorld({ capacity: { instances: 4 } });
    const id = await submitted(t, aZapp([{ name: "child", run: "array", count: 9, atOnce: 8 }]));
    await schedule(t.world);
    const lease = await takeLease(t.world);
    const snapshot = await takeSnapshot(t.world);
    const room = snapshot.pools.map((pool) => ({
      ...pool,
      capacity: { ...pool.capacity, instances: 8 },
    }));
    const decisions = decide({ ...snapshot, pools: room });
    expect(decisions).toMatchObject([{ kind: "grow", add: 4 }]);
    await cancel(t.world, id, { by: "ann" });
    expect(await commit(t.world, lease ?? { epoch: 0 }, decisions)).toBe(1);
    expect((await viewOf(t, id)).placements).toMatchObject([{ live: 4, stopped: true }]);
  });
});
