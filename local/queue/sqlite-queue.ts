// A message queue in the database file: it survives a restart, and its writes share the commits of everything else.
import type { ConsumedQueue } from "#functions/queue.ts";
import type { Log } from "#functions/world.ts";
import type { Database } from "#local/database/database.ts";
import { Delivery } from "./delivery.ts";
import type { Keeper, Kept } from "./keeper.ts";
import { messagesModule } from "./module.ts";
import { realTimers, type Timers } from "./timers.ts";

export interface QueueOptions {
  /** Its name in the file, for ever. */
  readonly name: string;
  readonly now: () => number;
  readonly log: Log;
  readonly timers?: Timers;
}

/** Dead messages are kept for people to look at so long, as in SQS. */
const DEAD_KEPT_MS = 14 * 24 * 3600 * 1000;

/** Numbers that no message of any queue has, also after a restart and when the clock was set back. */
let lastId = Date.now() * 1000;

export function sqliteQueue<M>(database: Database, options: QueueOptions): ConsumedQueue<M> {
  const { name, now, log, timers = realTimers(now) } = options;
  return new Delivery<M>({ name, log, timers, keeper: fileKeeper(database, name, now()) });
}

function fileKeeper({ reader, writer }: Database, queue: string, now: number): Keeper {
  const left = reader
    .prepare(
      "select id, body, due_at as dueAt, receives from messages where queue = ? and dead_at is null order by id",
    )
    .all(queue) as unknown as readonly Kept[];
  const { id } = reader.prepare("select max(id) as id from messages").get() ?? {};
  lastId = Math.max(lastId, Number(id ?? 0));
  const dead = reader.prepare(
    "select body, receives, dead_at from messages where queue = ? and dead_at is not null order by dead_at, id limit ?",
  );
  void writer
    .call(messagesModule, "forget", { queue, before: now - DEAD_KEPT_MS })
    .catch(() => "The next start tries again.");
  return {
    left,
    send(bodies, dueAt) {
      const ids = bodies.map(() => ++lastId);
      return {
        ids,
        kept: writer.callWithNext(messagesModule, "send", { queue, ids, bodies, dueAt }),
      };
    },
    settle: (settled) => writer.callWithNext(messagesModule, "settle", settled),
    dead: async (limit) =>
      dead.all(queue, limit).map((row) => ({
        message: JSON.parse(String(row.body)),
        receives: Number(row.receives),
        at: Number(row.dead_at),
      })),
  };
}
