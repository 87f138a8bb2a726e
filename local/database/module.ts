// One part of the database file: its tables, and the operations that write them. The store, the message queues and the task queues are one each.
import type { DatabaseSync } from "node:sqlite";

/**
 * How to add one:
 *
 * 1. Write `local/<part>/module.ts` that exports one `DatabaseModule`, and add it to the list in `./modules.ts`.
 * 2. On the main thread call `database.writer.call(yourModule, "operation", args)`. It resolves, with what the operation answered,
 *    once that is durable. What has queued up by then, of all modules, is one SQLite transaction: one wait for the disk for all of them.
 * 3. Read on the main thread with `database.reader.prepare(...)`: what was committed is visible to every later read.
 *
 * What an operation must keep to, since it shares its transaction with strangers:
 *
 * - It is synchronous, and quick (a millisecond is long): long work is cut into several calls.
 * - A refusal is an answer, not an exception. It looks first, and writes only when nothing can refuse any more.
 * - When it throws (a bug, or a `VisibleError`), the whole group is undone and each of its calls is run again by itself, so that only the
 *   guilty one is refused. So it must give the same when it is run again: state kept in memory is rebuilt from the tables in `undone`.
 * - Arguments and answers cross threads: plain data, few and flat (a string of JSON is cheaper than the object), no functions, no classes.
 *
 * Where the disk is full or broken, every call of the group is refused with `VisibleError("unavailable")`, and nothing of it is kept.
 */
export interface DatabaseModule<Ops extends Operations = Operations> {
  readonly name: string;
  /** SQL that takes the tables from version n to n + 1, from an empty file on. Only ever added to: what was released is never edited. */
  readonly migrations: readonly string[];
  /** Called once in the writer's thread, after the migrations: prepares its statements. */
  readonly open: (database: DatabaseSync) => OpenModule<Ops>;
}

export interface OpenModule<Ops extends Operations = Operations> {
  readonly operations: Ops;
  /** The transaction was undone: forget what is only in memory. */
  readonly undone?: () => void;
}

/** By name; takes plain data, answers plain data. */
export type Operations = { readonly [name: string]: (args: never) => unknown };
