// `schedule` over a store with 1,000, 10,000 and 100,000 waiting and 1,000 running: a cycle reads the heads, so it hardly grows.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Backend } from "#functions/backend.ts";
import { idMaker } from "#functions/host/ids.ts";
import { asJson, executionItem, keys, placementItem, type Waiting } from "#functions/records.ts";
import { schedule } from "#functions/scheduler/schedule.ts";
import { DEFAULT_SETTINGS } from "#functions/settings.ts";
import type { NewItem, Store } from "#functions/store.ts";
import type { World } from "#functions/world.ts";
import { openDatabase } from "#local/database/database.ts";
import { sqliteStore } from "#local/store/sqlite-store.ts";
import type { Execution } from "#shared/execution.ts";
import type { Ask, Placement } from "#shared/placement.ts";

const RUNNING = 1000;
const USERS = 50;
const ROUNDS = 30;

const isSmall = process.argv.includes("--small");
const sizes = isSmall ? [100, 1000] : [1000, 10_000, 100_000];

/** Counts the reads of a store beside doing them. */
function counted(store: Store): { store: Store; reads: () => number } {
  let reads = 0;
  const count =
    <A extends unknown[], R>(call: (...args: A) => R) =>
    (...args: A): R => {
      reads++;
      return call(...args);
    };
  return {
    store: {
      ...store,
      get: count(store.get),
      getMany: count(store.getMany),
      query: count(store.query),
    },
    reads: () => reads,
  };
}

const ask: Ask = {
  ...{ service: "main", run: "once", backend: "process", capacity: "on-demand" },
  shape: { instances: 1, cpu: 1, memoryMib: 512, gpu: 0 },
  ...{ essential: 1, count: 1, want: 1, ready: true, after: [], tolerate: 0 },
  retry: { attempts: 1, backoffSeconds: 0, on: [], exits: [] },
};

function executionOf(id: string, n: number, state: Execution["state"], now: number): Execution {
  return {
    ...{
      id,
      tenant: "default",
      user: `user-${n % USERS}`,
      zapp: "hello",
      name: "hello",
      labels: {},
    },
    ...{
      priority: 50,
      state,
      createdAt: now - n,
      round: 1,
      engine: "process",
      services: ["main"],
      queues: [],
    },
  };
}

function waitingItems(id: string, n: number, now: number): NewItem[] {
  const execution = executionOf(id, n, "queued", now);
  const { tenant, user, priority, createdAt, zapp } = execution;
  const row: Waiting = { executionId: id, tenant, user, priority, createdAt, zapp, asks: [ask] };
  return [
    executionItem(execution),
    { ...keys.waiting(row), value: asJson(row) },
    { ...keys.share(tenant, user), value: { tenant, user } },
  ];
}

function runningItems(id: string, n: number, now: number): NewItem[] {
  const { tenant, user, priority, createdAt } = executionOf(id, n, "running", now);
  const placement: Placement = {
    ...ask,
    ...{ executionId: id, tenant, user, priority, createdAt },
    ...{ next: 1, live: 1, running: 1, succeeded: 0, failed: 0, cancelled: 0, retrying: 0 },
    ...{ slots: 0, strikes: 0, stopped: false, cpuSeconds: 0, wallSeconds: 0, peakMemoryMib: 0 },
  };
  return [executionItem(executionOf(id, n, "running", now)), placementItem(placement)];
}

/** Every place is taken: a cycle has all to look at, and places nothing. */
const full = {
  name: "process",
  capabilities: {
    ...{ engine: "process", runs: ["once"], features: [], catalogueOnly: false, remembers: true },
    capacity: { instances: 10_000, cpu: RUNNING, memoryMib: 1e9, gpu: 0 },
    largest: { instances: 1, cpu: 16, memoryMib: 1e6, gpu: 0 },
  },
} as unknown as Backend;

async function measure(
  waiting: number,
): Promise<{ waiting: number; medianMs: number; worstMs: number; reads: number }> {
  const folder = mkdtempSync(join(tmpdir(), "zoe-bench-"));
  const database = openDatabase(join(folder, "zoe.db"), { now: Date.now });
  try {
    const { store, reads } = counted(sqliteStore(database, { now: Date.now }));
    const newId = idMaker(Date.now);
    const now = Date.now();
    const items = Array.from({ length: waiting }, (_, n) =>
      waitingItems(newId("exe"), n, now),
    ).flat();
    const running = Array.from({ length: RUNNING }, (_, n) =>
      runningItems(newId("exe"), n, now),
    ).flat();
    for (const list of [items, running]) {
      for (let at = 0; at < list.length; at += 20_000)
        await store.batchPut(list.slice(at, at + 20_000));
    }
    const queue = { send: async () => {} };
    const queues = { decide: queue, launch: queue, observe: queue, tick: queue };
    const world = {
      store,
      queues,
      backends: [full],
      settings: DEFAULT_SETTINGS,
      host: "bench",
      now: Date.now,
      newId,
    } as unknown as World;
    await schedule(world);
    const before = reads();
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const begin = performance.now();
      await schedule(world);
      times.push(performance.now() - begin);
    }
    times.sort((a, b) => a - b);
    const medianMs = times[Math.floor(times.length / 2)] ?? 0;
    return { waiting, medianMs, worstMs: times.at(-1) ?? 0, reads: (reads() - before) / ROUNDS };
  } finally {
    await database.close();
    rmSync(folder, { recursive: true });
  }
}

console.log(
  `A scheduling cycle with every place taken, ${RUNNING} running, ${USERS} users; median and worst of ${ROUNDS}.\n`,
);
console.log("waiting     median ms   worst ms   store reads a cycle   ratio to the first");
let first: number | undefined;
for (const size of sizes) {
  const { waiting, medianMs, worstMs, reads } = await measure(size);
  first ??= medianMs;
  const cells = [
    waiting.toLocaleString("en").padEnd(11),
    medianMs.toFixed(1).padStart(9),
    worstMs.toFixed(1).padStart(10),
  ];
  console.log(
    `${cells.join(" ")} ${String(reads).padStart(17)} ${(medianMs / first).toFixed(2).padStart(20)}`,
  );
}
console.log(
  "\nBound by reading and parsing one row for each running placement and each head; not by the length of the list.",
);
