// The table of the message queues, and the operations that write it in the writer's thread. The main thread's side is ./sqlite-queue.ts.
import type { DatabaseSync } from "node:sqlite";
import type { DatabaseModule } from "#local/database/module.ts";
import type { Settled } from "./keeper.ts";

const MESSAGES = `
  create table messages (
    id integer primary key autoincrement, queue text not null, body text not null, due_at integer not null,
    receives integer not null default 0, dead_at integer
  ) strict;
  create index dead_messages on messages (queue, dead_at) where dead_at is not null;
`;

export const messagesModule: DatabaseModule<ReturnType<typeof operationsOn>> = {
  name: "messages",
  migrations: [MESSAGES],
  open: (database) => ({ operations: operationsOn(database) }),
};

export interface Sent {
  readonly queue: string;
  readonly ids: readonly number[];
  readonly bodies: readonly string[];
  readonly dueAt: number;
}

function operationsOn(database: DatabaseSync) {
  const insert = database.prepare(
    "insert into messages (id, queue, body, due_at) values (?, ?, ?, ?)",
  );
  const remove = database.prepare("delete from messages where id = ?");
  const stay = database.prepare(
    "update messages set receives = ?, due_at = ?, dead_at = ? where id = ?",
  );
  const forget = database.prepare("delete from messages where queue = ? and dead_at < ?");
  return {
    send({ queue, ids, bodies, dueAt }: Sent): void {
      for (const [at, body] of bodies.entries()) insert.run(ids[at] ?? null, queue, body, dueAt);
    },
    settle({ done, stays }: Settled): void {
      for (const id of done) remove.run(id);
      for (const { id, receives, dueAt, deadAt } of stays) stay.run(receives, dueAt, deadAt, id);
    },
    /** Deletes the dead messages of a queue that died before. */
    forget({ queue, before }: { readonly queue: string; readonly before: number }): void {
      forget.run(queue, before);
    },
  };
}
