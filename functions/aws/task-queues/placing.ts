// From placement to the end: SQS queues are made when an execution is placed, and all is deleted when it is forgotten.

import { feedQueue } from "#functions/aws/feed.ts";
import type { Key } from "#functions/store.ts";
import type { TaskQueueParts } from "./parts.ts";
import { type KnownQueue, type Shelf, sqsName } from "./shelf.ts";

/** Makes the SQS queues of an execution that has none, and sends what was put until now. Safe to repeat. */
export async function placeQueues(
  parts: TaskQueueParts,
  shelf: Shelf,
  executionId: string,
): Promise<void> {
  for (const queue of await shelf.all(executionId))
    if (queue.url === undefined) await placeQueue(parts, queue);
  for (const queue of await shelf.all(executionId)) await feedQueue(parts, queue);
}

async function placeQueue(parts: TaskQueueParts, { keys, owner, ref }: KnownQueue): Promise<void> {
  const url = await parts.messages.create(sqsName(parts.queuePrefix, owner, ref));
  await parts.store.transact([
    { kind: "update", key: keys.meta, set: { url }, condition: { exists: true } },
  ]);
  await parts.pause(YOUNG_MS);
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
