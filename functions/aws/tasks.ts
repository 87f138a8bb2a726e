// The task queues over the world's base: the work table, SQS, the bucket for what is large, `feed` to send what was put.
import { taskQueuePrefix } from "#shared/aws-names.ts";
import { ownersIn } from "./owners.ts";
import { sqsQueue } from "./queue.ts";
import { sqsTaskMessages } from "./task-queues/messages.ts";
import type { FeedMessage, LargeTexts, TaskQueueParts } from "./task-queues/parts.ts";
import type { WorldBase } from "./world.ts";

/** Outcomes of a second share a transaction. */
const FLUSH_MS = 1000;

export function taskPartsOver(base: WorldBase): TaskQueueParts {
  const { env, clients, work, now, newId, queues, pause, log } = base;
  const feed = sqsQueue<FeedMessage>(clients.sqs, env.ZOE_FEED_QUEUE_URL);
  return {
    store: work,
    messages: sqsTaskMessages(clients.sqs),
    texts: textsOver(base),
    ownerOf: ownersIn(base.store),
    queuePrefix: taskQueuePrefix(env.ZOE_STACK),
    wake: (message) => feed.send([message]),
    ...{ pause, log },
    newId: () => newId("tsk"),
    flushMilliseconds: FLUSH_MS,
    now,
    onChange: ({ executionId }) => {
      // A hint: the delayed ticks and the sweep look anyway.
      queues.tick.send([{ executionId }]).catch((error: unknown) => {
        base.log.warn("A queue that changed is looked at later.", { executionId, error });
      });
    },
  };
}

/** Task roles reach what lies under their tenant. */
function textsOver({ objects }: WorldBase): LargeTexts {
  const keyOf = (key: string) => `tenants/${key}`;
  return {
    put: async (key, text) => void (await objects.put(keyOf(key), new TextEncoder().encode(text))),
    async get(key) {
      const found = await objects.get(keyOf(key));
      if (found === undefined) throw new Error(`The bucket has no ${keyOf(key)}.`);
      return new TextDecoder().decode(await found.bytes());
    },
    delete: async (prefix) => void (await objects.delete(keyOf(prefix))),
  };
}
