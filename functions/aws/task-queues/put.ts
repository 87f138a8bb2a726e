// A put: the chunk, what its ids point to, and `put += n`, in one transaction for each chunk. It is sent afterwards, by ../feed.ts.
import type { Action } from "#functions/store.ts";
import type { PutReply } from "#functions/task-queues.ts";
import { checkOwnIds, isOwnId } from "#functions/task-rules.ts";
import { chunkItem, type NewChunk, ownId, ownNumber } from "./chunks.ts";
import { type Counters, commit } from "./commit.ts";
import { ownChunk } from "./keys.ts";
import type { TaskQueueParts } from "./parts.ts";
import { taskItem } from "./records.ts";
import type { KnownQueue } from "./shelf.ts";

export interface Putting {
  readonly parts: TaskQueueParts;
  readonly counters: Counters;
  /** The queue as it is now. */
  readonly look: () => Promise<KnownQueue | undefined>;
}

/** Of one transaction: beside the chunk, the counter and the look at the queue. */
const IDS_PER_CHUNK = 90;
/** Who puts through the API: one counter for all, since puts of a queue take turns anyway. */
const WHO = "api";

export interface Given {
  readonly id: string;
  readonly payload: string;
}

export async function putTasks(
  putting: Putting,
  payloads: readonly string[],
  ids: readonly (string | undefined)[],
): Promise<PutReply> {
  const queue = await putting.look();
  if (!queue) return { kind: "absent" };
  if (queue.closed) return { kind: "closed" };
  checkOwnIds(ids, (id) => ownNumber(id) < queue.next);
  const fresh = payloads.filter((_, index) => ids[index] === undefined);
  const first = await putOwn(putting, fresh);
  if (first === undefined) return { kind: "closed" };
  const added = await putGiven(putting, givenOf(payloads, ids));
  if (added === undefined) return { kind: "closed" };
  let next = first;
  const all = ids.map((id) => id ?? ownId(next++));
  return { kind: "put", ids: all, added: fresh.length + added };
}

/** The first of each id; ids of our own form are repeats of tasks that are there. */
function givenOf(payloads: readonly string[], ids: readonly (string | undefined)[]): Given[] {
  const all = new Map<string, string>();
  for (const [index, payload] of payloads.entries()) {
    const id = ids[index];
    if (id !== undefined && !isOwnId(id) && !all.has(id)) all.set(id, payload);
  }
  return [...all].map(([id, payload]) => ({ id, payload }));
}

/** Answers the number of the first; undefined: the queue was closed meanwhile. */
async function putOwn(putting: Putting, payloads: readonly string[]): Promise<number | undefined> {
  if (payloads.length === 0) return 0;
  const { parts, counters } = putting;
  for (;;) {
    const queue = await putting.look();
    if (!queue || queue.closed) return undefined;
    const { keys, next } = queue;
    const sk = ownChunk(next);
    const claim: Action = {
      kind: "update",
      key: keys.meta,
      add: { next: payloads.length },
      condition: { equals: { next, closed: false } },
    };
    const lost = await commit(parts, [
      claim,
      await chunkAction(putting, queue, { sk, payloads, now: parts.now() }),
      await counters.add(keys.put(WHO), { put: payloads.length }),
    ]);
    if (lost) {
      counters.lookAgain();
      continue;
    }
    await woken(parts, queue, sk);
    return next;
  }
}

async function putGiven(putting: Putting, given: readonly Given[]): Promise<number | undefined> {
  let added = 0;
  for (let start = 0; start < given.length; start += IDS_PER_CHUNK) {
    const ofThem = await putSome(putting, given.slice(start, start + IDS_PER_CHUNK));
    if (ofThem === undefined) return undefined;
    added += ofThem;
  }
  return added;
}

async function putSome(putting: Putting, given: readonly Given[]): Promise<number | undefined> {
  const { parts, counters } = putting;
  for (;;) {
    const queue = await putting.look();
    if (!queue || queue.closed) return undefined;
    const { keys } = queue;
    const found = await parts.store.getMany(given.map(({ id }) => keys.task(id)));
    const fresh = given.filter((_, index) => !found[index]);
    if (fresh.length === 0) return 0;
    const sk = `i#${parts.newId()}`;
    const chunk = {
      sk,
      ids: fresh.map(({ id }) => id),
      payloads: fresh.map(({ payload }) => payload),
      now: parts.now(),
    };
    const lost = await commit(parts, [
      { kind: "check", key: keys.meta, condition: { equals: { closed: false } } },
      await chunkAction(putting, queue, chunk),
      await counters.add(keys.put(WHO), { put: fresh.length }),
      ...fresh.map(({ id }, index): Action => {
        const item = taskItem(keys.task(id), { chunk: sk, index });
        return { kind: "put", item, condition: { absent: true } };
      }),
    ]);
    if (lost) {
      counters.lookAgain();
      continue;
    }
    await woken(parts, queue, sk);
    return fresh.length;
  }
}

async function chunkAction(
  { parts }: Putting,
  { keys }: KnownQueue,
  chunk: NewChunk,
): Promise<Action> {
  return { kind: "put", item: await chunkItem(keys, parts.texts, chunk) };
}

/** The tasks are durable; who sends them is told, and if that fails the sweep tells. */
export async function woken(parts: TaskQueueParts, { ref }: KnownQueue, chunk: string) {
  await parts.wake({ ref, chunk }).catch(() => undefined);
}
