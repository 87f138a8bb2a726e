// The folders of a program, and whether it left them as they were: then they serve the next one.
import { mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const FOLDERS = ["work", "home", "tmp", "out"];
/** File systems note a change by a clock that ticks every few milliseconds. */
const CLOCK_MS = 50;
/** Folder -> when its parts last changed, as it was found clean. */
const changes = new Map();

export function makeFolders(folder) {
  changes.delete(folder);
  for (const name of FOLDERS) mkdirSync(join(folder, name), { recursive: true });
}

/** Nothing lies in them, and they can be used like new ones. What wasn't changed since a look before the start needs no second one. */
export function isClean(folder, startedAt) {
  try {
    const before = changes.get(folder);
    const now = FOLDERS.map((name) => statSync(join(folder, name)));
    changes.set(
      folder,
      now.map(({ ctimeMs }) => ctimeMs),
    );
    return FOLDERS.every((name, at) => {
      const { ctimeMs, mode } = now[at];
      if (before?.[at] === ctimeMs && ctimeMs < startedAt - CLOCK_MS) return true;
      return readdirSync(join(folder, name)).length === 0 && (mode & 0o700) === 0o700;
    });
  } catch {
    return false;
  }
}
