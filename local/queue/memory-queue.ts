// A message queue that forgets with the process: for tests, the simulation, and messages that mean nothing after a restart.
import type { ConsumedQueue, DeadMessage } from "#functions/queue.ts";
import { Delivery } from "./delivery.ts";
import type { Keeper } from "./keeper.ts";
import type { QueueOptions } from "./sqlite-queue.ts";
import { realTimers } from "./timers.ts";

/** The oldest dead messages go when there are more. */
const DEAD_KEPT = 1000;

export function memoryQueue<M>({
  name,
  now,
  log,
  timers = realTimers(now),
}: QueueOptions): ConsumedQueue<M> {
  return new Delivery<M>({ name, log, timers, keeper: memoryKeeper() });
}

function memoryKeeper(): Keeper {
  const bodies = new Map<number, string>();
  const dead: DeadMessage<unknown>[] = [];
  let lastId = 0;
  return {
    left: [],
    send(sent) {
      const ids = sent.map((body) => {
        bodies.set(++lastId, body);
        return lastId;
      });
      return { ids, kept: Promise.resolve() };
    },
    async settle({ done, stays }) {
      for (const { id, receives, deadAt } of stays) {
        const body = bodies.get(id);
        if (deadAt === null || body === undefined) continue;
        dead.push({ message: JSON.parse(body), receives, at: deadAt });
        bodies.delete(id);
      }
      for (const id of done) bodies.delete(id);
      dead.splice(0, dead.length - DEAD_KEPT);
    },
    dead: async (limit) => dead.slice(0, limit),
  };
}
