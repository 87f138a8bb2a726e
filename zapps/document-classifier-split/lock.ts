// A lock between programs on one machine: a folder, which only one of them can make.
import { mkdirSync, rmdirSync, statSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

const LOOK_AGAIN_MS = 5;
/** A write takes milliseconds; whoever holds the lock for longer has died. */
const OLD_MS = 30_000;

export async function withLock(lock: string, act: () => void): Promise<void> {
  while (!isTaken(lock)) await setTimeout(LOOK_AGAIN_MS);
  try {
    act();
  } finally {
    rmdirSync(lock);
  }
}

function isTaken(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - since > OLD_MS) rmdirSync(lock);
    return false;
  }
}
