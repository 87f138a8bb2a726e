// The folder that holds everything of a local Zoe: private to its owner, and held by one process at a time.
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { VisibleError } from "#shared/fault.ts";

export interface StateDirectory {
  readonly path: string;
  /** The path of a file or folder in it. */
  file(...names: readonly string[]): string;
  release(): void;
}

/** The kernel locks this file, an empty database, for as long as the process lives: so no lock is ever stale, however a process ended. */
const LOCK = "zoe.lock";
/** Only tells people who holds the lock. */
const HOLDER = "holder.json";

/** Makes the folder if it is not there, and locks it. `now` in Unix milliseconds. */
export function openStateDirectory(
  path: string,
  { now }: { readonly now: () => number },
): StateDirectory {
  const lock = unlessUnusable(path, () => {
    makePrivate(path);
    return openLock(path);
  });
  take(lock, path);
  const holder = { pid: process.pid, since: new Date(now()).toISOString() };
  unlessUnusable(path, () => writeFileSync(join(path, HOLDER), JSON.stringify(holder), PRIVATE));
  return { path, file: (...names) => join(path, ...names), release: () => lock.close() };
}

const PRIVATE = { mode: 0o600 } as const;

function makePrivate(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const files = readdirSync(path);
  if (files.length > 0 && !files.includes(LOCK))
    throw new VisibleError(
      "conflict",
      `${path} can't be the state directory: it holds files that are not Zoe's. Name a new or an empty folder.`,
    );
  chmodSync(path, 0o700);
}

function openLock(path: string): DatabaseSync {
  const file = join(path, LOCK);
  closeSync(openSync(file, "a", 0o600));
  return new DatabaseSync(file);
}

function take(lock: DatabaseSync, path: string): void {
  try {
    lock.exec("begin exclusive");
  } catch (cause) {
    lock.close();
    throw inUse(path, cause);
  }
}

function inUse(path: string, cause: unknown): VisibleError {
  const sentence = `The state directory ${path} is in use by ${holderOf(path)}. Stop that one first, or name another directory.`;
  return new VisibleError("conflict", sentence, [], { cause });
}

function holderOf(path: string): string {
  try {
    const { pid, since } = JSON.parse(readFileSync(join(path, HOLDER), "utf8"));
    return `process ${pid} since ${since}`;
  } catch {
    return "another process";
  }
}

function unlessUnusable<T>(path: string, use: () => T): T {
  try {
    return use();
  } catch (cause) {
    throw cause instanceof VisibleError ? cause : unusable(path, cause);
  }
}

function unusable(path: string, cause: unknown): VisibleError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const sentence = `The state directory ${path} can't be used: ${why}. Mend that, or name another directory.`;
  return new VisibleError("unavailable", sentence, [], { cause });
}
