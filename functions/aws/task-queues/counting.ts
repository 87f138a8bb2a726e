// The exact counts of a queue: the sum of one item for each worker that recorded, and for whoever put.
import type { Item, Store } from "#functions/store.ts";
import type { QueueCounts } from "#functions/task-queues.ts";
import type { TaskQueueParts } from "./parts.ts";
import type { KnownQueue } from "./shelf.ts";

const PAGE = 1000;

export interface Sums {
  readonly put: number;
  readonly done: number;
  readonly dead: number;
  readonly redriven: number;
}

/**
 * What is done is read before what was put, and both only grow: so when the sums are equal, and the queue was closed before they were
 * read, all was done at the moment between.
 */
export async function sumsOf(store: Store, { keys }: KnownQueue): Promise<Sums> {
  const all = { put: 0, done: 0, dead: 0, redriven: 0 };
  let cursor: string | undefined;
  do {
    const page = { pk: keys.counters, limit: PAGE, ...(cursor !== undefined && { cursor }) };
    const found = await store.query(page);
    for (const item of found.items) addTo(all, item);
    cursor = found.cursor;
  } while (cursor !== undefined);
  return all;
}

function addTo(all: Record<keyof Sums, number>, { value }: Item): void {
  for (const field of ["put", "done", "dead", "redriven"] as const)
    all[field] += Number(value[field] ?? 0);
}

/** `queue` as it was looked up before this. `leased` is SQS's number, which lags; the others are exact. */
export async function countsOf(parts: TaskQueueParts, queue: KnownQueue): Promise<QueueCounts> {
  const sums = await sumsOf(parts.store, queue);
  const inFlight = queue.url === undefined ? 0 : await inFlightOf(parts, queue.url);
  return {
    put: sums.put,
    done: sums.done,
    failed: sums.dead - sums.redriven,
    leased: Math.min(inFlight, sums.put - sums.done),
    redriven: sums.redriven,
    closed: queue.closed,
  };
}

/** A queue made a moment ago, or gone, has nothing in flight. */
async function inFlightOf({ messages }: TaskQueueParts, url: string): Promise<number> {
  return messages.inFlight(url).catch((error: unknown) => {
    if (error instanceof Error && error.name === "QueueDoesNotExist") return 0;
    throw error;
  });
}

export async function isDrained(store: Store, queue: KnownQueue): Promise<boolean> {
  if (!queue.closed) return false;
  const { put, done } = await sumsOf(store, queue);
  return done >= put;
}
