// The tables of the task queues, and the operations that write them in the writer's thread. What they mean in memory is ./queue.ts.
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import type { DatabaseModule } from "#local/database/module.ts";

/**
 * A task is a position in its queue. Payloads lie in chunks of many tasks, results in one row per report: `positions` are 32-bit numbers,
 * `attempts` 16-bit ones (null: all 0), texts are JSON, one line each. A dead letter has a row of its own, since redrive deletes it.
 * `task_troubles`: tasks with attempts, or suspects; `runner` is the worker that runs a suspect alone, from before it starts.
 */
const TABLES = `
  create table task_queues (
    id integer primary key autoincrement, execution text not null, queue text not null, options text not null,
    closed integer not null default 0, redriven integer not null default 0, unique (execution, queue)
  ) strict;
  create table task_chunks (
    queue integer not null, first integer not null, count integer not null, ids text, payloads text not null,
    unique (queue, first)
  ) strict;
  create table task_results (
    queue integer not null, seq integer not null, worker text not null, at integer not null,
    positions blob not null, attempts blob, outputs text not null, unique (queue, seq)
  ) strict;
  create table task_letters (
    queue integer not null, seq integer not null, worker text not null, at integer not null,
    position integer not null, attempts integer not null, output text, error text not null,
    unique (queue, seq), unique (queue, position)
  ) strict;
  create table task_troubles (
    queue integer not null, position integer not null, attempts integer not null, deliveries integer not null,
    last_failed text, runner text, lease text, primary key (queue, position)
  ) strict;
`;

export type Row = readonly SQLInputValue[];

/** Rows in the order of their columns: what is written in one transaction. */
export interface Rows {
  readonly chunks: readonly Row[];
  readonly results: readonly Row[];
  readonly letters: readonly Row[];
  readonly troubles: readonly Row[];
}

export interface QueueName {
  readonly execution: string;
  readonly queue: string;
}

export const tasksModule: DatabaseModule<ReturnType<typeof operationsOn>> = {
  name: "tasks",
  migrations: [TABLES],
  open: (database) => ({ operations: operationsOn(database) }),
};

function operationsOn(database: DatabaseSync) {
  const create = database.prepare(
    "insert into task_queues (execution, queue, options) values (?, ?, ?) on conflict do nothing",
  );
  const close = database.prepare("update task_queues set closed = 1 where id = ?");
  return {
    create({ execution, queue, options }: QueueName & { readonly options: string }): void {
      create.run(execution, queue, options);
    },
    close(id: number): void {
      close.run(id);
    },
    write: writeOn(database),
    redrive: redriveOn(database),
    ...dropOn(database),
  };
}

function writeOn(database: DatabaseSync) {
  const chunk = database.prepare("insert into task_chunks values (?, ?, ?, ?, ?)");
  const result = database.prepare("insert into task_results values (?, ?, ?, ?, ?, ?, ?)");
  const letter = database.prepare("insert into task_letters values (?, ?, ?, ?, ?, ?, ?, ?)");
  const trouble = database.prepare(
    "insert or replace into task_troubles values (?, ?, ?, ?, ?, ?, ?)",
  );
  return ({ chunks, results, letters, troubles }: Rows): void => {
    for (const row of chunks) chunk.run(...row);
    for (const row of results) result.run(...row);
    for (const row of letters) letter.run(...row);
    for (const row of troubles) trouble.run(...row);
  };
}

/** Deletes dead letters, all or those at `positions`, and answers the positions that were deleted. */
function redriveOn(database: DatabaseSync) {
  const all = database.prepare("select position from task_letters where queue = ?");
  const letter = database.prepare("delete from task_letters where queue = ? and position = ?");
  const trouble = database.prepare("delete from task_troubles where queue = ? and position = ?");
  const count = database.prepare("update task_queues set redriven = redriven + ? where id = ?");
  return ({
    id,
    positions,
  }: {
    id: number;
    positions: readonly number[] | undefined;
  }): number[] => {
    const wanted = positions ?? all.all(id).map((row) => Number(row.position));
    const gone = wanted.filter((position) => letter.run(id, position).changes > 0);
    for (const position of gone) trouble.run(id, position);
    count.run(gone.length, id);
    return gone;
  };
}

/** Rows deleted in one call: a large queue is forgotten in many. */
const DROPPED_PER_CALL = 100;

/** First the queues lose their names, in one go; then their rows are deleted, slice by slice; a crash in between is taken up again. */
function dropOn(database: DatabaseSync) {
  const rename = database.prepare(
    "update task_queues set execution = '', queue = id where execution = ?",
  );
  const next = database.prepare("select id from task_queues where execution = '' limit 1");
  const forget = database.prepare("delete from task_queues where id = ?");
  const slices = ["task_chunks", "task_results", "task_letters", "task_troubles"].map((table) =>
    database.prepare(
      `delete from ${table} where rowid in (select rowid from ${table} where queue = ? limit ${DROPPED_PER_CALL})`,
    ),
  );
  return {
    drop(execution: string): void {
      rename.run(execution);
    },
    /** Answers whether there is more to delete. */
    sweep(): boolean {
      const id = Number(next.get()?.id ?? 0);
      if (id === 0) return false;
      if (!slices.some((slice) => slice.run(id).changes > 0)) forget.run(id);
      return true;
    },
  };
}
