// From placement to the end: SQS queues are made when an execution is placed, and all is deleted when it is forgotten.

import { wakeFeed } from "#functions/aws/feed.ts";
import type { Key } from "#functions/store.ts";
import type { TaskQueueParts } from "./parts.ts";
import { type Shelf, sqsName } from "./shelf.ts";

/** Makes the SQS queues of an execution that has none, and has sent what was put until now. Safe to repeat, and cheap when all is done. */
export async function placeQueues(
  parts: TaskQueueParts,
  shelf: Shelf,
  executionId: string,
): Promise<void> {
  const all = await shelf.all(executionId);
  const fresh = all.filter(({ url }) => url === undefined);
  for (const { keys, owner, ref } of fresh) {
    const url = await parts.messages.create(sqsName(parts.queuePrefix, owner, ref));
    await note(parts, keys.meta, { url });
  }
  if (fresh.length > 0) await parts.pause(YOUNG_MS);
  for (const queue of all.filter(({ isFed }) => !isFed)) {
    await wakeFeed(parts, queue);
    await note(parts, queue.keys.meta, { isFed: true });
  }
}

async function note({ store }: TaskQueueParts, key: Key, set: Record<string, string | boolean>) {
  await store.transact([{ kind: "update", key, set, condition: { exists: true } }]);
}

/** "You must wait at least one second after the queue is created to be able to use" it. */
const YOUNG_MS = 1000;
const PAGE = 100;

export async function dropQueues(
  parts: TaskQueueParts,
  shelf: Shelf,
  executionId: string,
): Promise<void> {
  const all = await shelf.all(executionId);
  for (const { keys, url } of all) {
    if (url !== undefined) await parts.messages.drop(url);
    await Promise.all(keys.partitions.map((pk) => clear(parts, pk)));
    await parts.texts.delete(keys.payloads);
    await parts.store.transact([{ kind: "delete", key: keys.meta }]);
  }
  shelf.forget(executionId);
}

async function clear({ store }: TaskQueueParts, pk: string): Promise<void> {
  for (;;) {
    const { items, cursor } = await store.query({ pk, limit: PAGE });
    const keys = items.map(({ pk, sk }): Key => ({ pk, sk }));
    if (keys.length > 0) await store.transact(keys.map((key) => ({ kind: "delete", key })));
    if (keys.length === 0 && cursor === undefined) return;
  }
}
