// The table of the message queues, and the operations that write it in the writer's thread. The main thread's side is ./sqlite-queue.ts.
import type { DatabaseSync } from "node:sqlite";
import type { DatabaseModule } from "#local/database/module.ts";

const MESSAGES = `
  create table messages (
    id integer primary key autoincrement, queue text not null, body text not null, due_at integer not null,
    receives integer not null default 0, dead_at integer
  ) strict;
  create index messages_by_queue on messages (queue, dead_at);
`;

export const messagesModule: DatabaseModule<ReturnType<typeof operationsOn>> = {
  name: "messages",
  migrations: [MESSAGES],
  open: (database) => ({ operations: operationsOn(database) }),
};

export interface Failed {
  readonly id: number;
  readonly receives: number;
  /** Unix milliseconds when it comes again, or since when it is dead. */
  readonly dueAt: number;
  readonly deadAt: number | null;
}

function operationsOn(database: DatabaseSync) {
  const insert = database.prepare("insert into messages (queue, body, due_at) values (?, ?, ?)");
  const remove = database.prepare("delete from messages where id = ?");
  const fail = database.prepare(
    "update messages set receives = ?, due_at = ?, dead_at = ? where id = ?",
  );
  return {
    /** Answers the ids, in order. */
    send(sent: { queue: string; bodies: readonly string[]; dueAt: number }): readonly number[] {
      return sent.bodies.map((body) =>
        Number(insert.run(sent.queue, body, sent.dueAt).lastInsertRowid),
      );
    },
    settle({ done, failed }: { done: readonly number[]; failed: readonly Failed[] }): void {
      for (const id of done) remove.run(id);
      for (const { id, receives, dueAt, deadAt } of failed) fail.run(receives, dueAt, deadAt, id);
    },
  };
}
