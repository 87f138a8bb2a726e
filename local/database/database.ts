// The database file of a local Zoe: one writer's thread, one connection for reads, backups while it runs. What is in it: ./modules.ts.
import { chmodSync, closeSync, existsSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { backup, type DatabaseSync } from "node:sqlite";
import { VisibleError } from "#shared/fault.ts";
import { openReading, openWriting } from "./connection.ts";
import { asTold } from "./failure.ts";
import { migrate } from "./migrate.ts";
import { MODULES } from "./modules.ts";
import { startWriter, type Writer } from "./writer.ts";

export interface Database {
  readonly path: string;
  readonly writer: Writer;
  /** Read-only, on the caller's thread; prepare statements once. A read sees all that was committed before it. */
  readonly reader: DatabaseSync;
  /** A consistent copy of this moment, made beside the running work; the target must not exist. */
  backup(target: string): Promise<void>;
  sizes(): DatabaseSizes;
  /** Waits for the writes that were called before. */
  close(): Promise<void>;
}

export interface DatabaseSizes {
  readonly fileBytes: number;
  readonly logBytes: number;
}

/** Pages a backup copies in one go: all of them, so that a write beside it never makes it start over. */
const ALL_PAGES = 2 ** 31 - 1;

/** Opens the file, made if it is not there, and upgrades it. The folder's lock (../state-directory.ts) is the caller's. */
export function openDatabase(path: string, { now }: { readonly now: () => number }): Database {
  prepare(path, now());
  const writer = startWriter(path);
  const reader = openReading(path);
  return {
    path,
    writer,
    reader,
    backup: (target) => copy(path, target),
    sizes: () => ({ fileBytes: bytesOf(path), logBytes: bytesOf(`${path}-wal`) }),
    async close() {
      reader.close();
      await writer.close();
    },
  };
}

function prepare(path: string, now: number): void {
  let database: DatabaseSync | undefined;
  try {
    // SQLite gives the files beside it the same rights.
    closeSync(openSync(path, "a", 0o600));
    database = openWriting(path);
    migrate(database, MODULES, now);
  } catch (error) {
    throw asTold(error);
  } finally {
    database?.close();
  }
}

async function copy(path: string, target: string): Promise<void> {
  if (existsSync(target))
    throw new VisibleError(
      "conflict",
      `A backup never overwrites: ${target} exists. Name another file.`,
    );
  const unfinished = `${target}.unfinished`;
  rmSync(unfinished, { force: true });
  const source = openReading(path);
  try {
    await backup(source, unfinished, { rate: ALL_PAGES });
    chmodSync(unfinished, 0o600);
    renameSync(unfinished, target);
  } finally {
    source.close();
    rmSync(unfinished, { force: true });
  }
}

function bytesOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
