// The split classifier, fed as fast as its backlog stays below a bound: the put rate that it sustains.
import { setTimeout as after } from "node:timers/promises";
import { heldOut } from "#zapps/document-classifier/corpus.ts";
import type { BenchServer } from "../server.ts";

export interface Sustained {
  readonly perSecond: number;
  /** The most documents that were put and had no row yet. */
  readonly mostOpen: number;
}

interface Counts {
  readonly put: number;
  readonly done: number;
  readonly failed: number;
}

export interface Feeding {
  readonly predictors: number;
  readonly writers: number;
  readonly seconds: number;
}

/** Documents that may be put and not yet in the table. */
const MOST_OPEN = 2000;
const PER_PUT = 200;

export async function sustained(server: BenchServer, feeding: Feeding): Promise<Sustained> {
  const { predictors: workers, writers, seconds } = feeding;
  const { execution } = await server.ask<{ execution: { id: string } }>("POST", "/v1/executions", {
    zapp: "document-classifier-split",
    parameters: { workers, writers },
  });
  const path = `/v1/executions/${execution.id}`;
  const records = heldOut();
  let put = 0;
  let mostOpen = 0;
  const counts = (queue: string) => server.ask<Counts>("GET", `${path}/queues/${queue}`);
  const feed = async (until: () => boolean) => {
    while (!until()) {
      const [documents, rows] = await Promise.all([counts("documents"), counts("rows")]);
      if (documents.failed + rows.failed > 0) throw new Error("Documents failed.");
      mostOpen = Math.max(mostOpen, put - rows.done);
      if (put - rows.done + PER_PUT > MOST_OPEN) {
        await after(20);
        continue;
      }
      const tasks = Array.from({ length: PER_PUT }, () => taskOf(records, put++));
      await server.ask("POST", `${path}/queues/documents/tasks`, tasks);
    }
    return (await counts("rows")).done;
  };
  // All predictors have to be there, and their models loaded, before the clock starts.
  await running(server, path, workers + writers, feed);
  const since = performance.now();
  const before = await feed(() => true);
  const end = since + seconds * 1000;
  const done = await feed(() => performance.now() >= end);
  const perSecond = (done - before) / ((performance.now() - since) / 1000);
  await drained(() => counts("rows"), put);
  await server.ask("DELETE", path);
  return { perSecond, mostOpen };
}

/** Every document has its row: what was fed is what came out. */
async function drained(rows: () => Promise<Counts>, put: number): Promise<void> {
  for (let tries = 0; tries < 1200; tries++) {
    const { done } = await rows();
    if (done > put) throw new Error(`${put} documents were put, and ${done} rows written.`);
    if (done === put) return;
    await after(50);
  }
  throw new Error(`The rows of ${put} documents were not all written within a minute.`);
}

function taskOf(records: ReturnType<typeof heldOut>, n: number) {
  const record = records[n % records.length];
  return { id: String(n), payload: { ...record, id: String(n) } };
}

async function running(
  server: BenchServer,
  path: string,
  wanted: number,
  feed: (until: () => boolean) => Promise<number>,
): Promise<void> {
  const deadline = performance.now() + 120_000;
  for (;;) {
    const next = performance.now() + 1000;
    await feed(() => performance.now() >= next);
    const { items } = await server.ask<{ items: readonly { state: string }[] }>(
      "GET",
      `${path}/instances?limit=100`,
    );
    if (items.filter(({ state }) => state === "running").length >= wanted) break;
    if (performance.now() > deadline) throw new Error(`${wanted} instances did not start.`);
  }
  // Each loads its model first.
  const loaded = performance.now() + 5000;
  await feed(() => performance.now() >= loaded);
}
