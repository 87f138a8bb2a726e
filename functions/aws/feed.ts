// The feed step: sends what was put to the queue's SQS queue, at least once. A put wakes it; what a crash lost the sweep finds.
import type { Item } from "#functions/store.ts";
import { tasksOf } from "./task-queues/chunks.ts";
import { wrap } from "./task-queues/envelope.ts";
import type { FeedMessage, TaskQueueParts } from "./task-queues/parts.ts";
import { type Place, textOf, troubleOf } from "./task-queues/records.ts";
import { type KnownQueue, Shelf } from "./task-queues/shelf.ts";

const PAGE = 100;

/** Sends one chunk, or what a queue misses. Nothing is sent before the queue is placed: then all of it is. */
export async function feed(parts: TaskQueueParts, message: FeedMessage): Promise<void> {
  const queue = await new Shelf(parts).look(message.ref);
  if (queue?.url === undefined) return;
  if ("isShort" in message) {
    const count = await refeedMissing(parts, queue);
    if (count > 0)
      parts.log?.warn("Tasks whose messages were lost are sent again.", { count, ...message.ref });
    return;
  }
  const item = await parts.store.get({ pk: queue.keys.chunks, sk: message.chunk });
  if (item) await sendChunk(parts, queue, item);
}

async function sendChunk(parts: TaskQueueParts, queue: KnownQueue, item: Item): Promise<void> {
  if (item.value.sent === true || queue.url === undefined) return;
  const tasks = await tasksOf(item, queue.keys, parts.texts);
  const bodies = tasks.map(({ id, payload, round }, index) =>
    wrap({ task: id, payload, from: { chunk: item.sk, index }, seen: 0, round }),
  );
  await parts.messages.send(queue.url, bodies);
  const { pk, sk } = item;
  const key = { pk, sk };
  await parts.store.transact([{ kind: "update", key, set: { sent: true }, indexes: {} }]);
}

/** Asks for all that a queue has and that was not sent. */
export async function wakeFeed(parts: TaskQueueParts, { ref, keys }: KnownQueue): Promise<void> {
  for await (const { sk, value } of itemsOf(parts, keys.chunks))
    if (value.sent !== true) await parts.wake({ ref, chunk: sk });
}

/**
 * Sends again what a closed queue misses: SQS is empty, yet not all is done. A message is lost when it lay there for 14 days, or when what
 * sent it ended between the store and SQS.
 */
export async function refeedMissing(parts: TaskQueueParts, queue: KnownQueue): Promise<number> {
  const { url, keys } = queue;
  if (url === undefined || !(await parts.messages.isEmpty(url))) return 0;
  let sent = 0;
  for await (const item of itemsOf(parts, keys.chunks)) {
    const tasks = await tasksOf(item, keys, parts.texts);
    const places = tasks.map((_, index) => ({ chunk: item.sk, index }));
    sent += await sendMissing(parts, queue, tasks, places);
  }
  for (const pk of keys.partitions)
    for await (const item of itemsOf(parts, pk, "t#")) {
      const payload = textOf(item.value.payload);
      if (payload === undefined) continue;
      sent += await sendMissing(parts, queue, [{ id: item.sk.slice(2), payload }], [undefined]);
    }
  return sent;
}

async function sendMissing(
  { store, messages }: TaskQueueParts,
  { keys, url = "" }: KnownQueue,
  tasks: readonly { readonly id: string; readonly payload: string }[],
  places: readonly Place[],
): Promise<number> {
  const bodies: string[] = [];
  for (let start = 0; start < tasks.length; start += PAGE / 2) {
    const some = tasks.slice(start, start + PAGE / 2);
    const found = await store.getMany(
      some.flatMap(({ id }) => [keys.outcome(id), keys.trouble(id)]),
    );
    for (const [at, { id, payload }] of some.entries()) {
      if (found[2 * at]) continue;
      const { round } = troubleOf(found[2 * at + 1]);
      bodies.push(wrap({ task: id, payload, from: places[start + at], seen: 0, round }));
    }
  }
  await messages.send(url, bodies);
  return bodies.length;
}

async function* itemsOf(
  { store }: TaskQueueParts,
  pk: string,
  prefix?: string,
): AsyncGenerator<Item> {
  let cursor: string | undefined;
  do {
    const more = {
      ...(prefix !== undefined && { prefix }),
      ...(cursor !== undefined && { cursor }),
    };
    const found = await store.query({ pk, limit: PAGE, ...more });
    yield* found.items;
    cursor = found.cursor;
  } while (cursor !== undefined);
}
