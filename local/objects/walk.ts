// The files under a folder as keys in the order of their UTF-8 bytes, without looking into folders that can't hold what is asked for.
import type { Dirent } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { ObjectStat } from "#functions/objects.ts";
import { compareUtf8 } from "#local/store/sorted-rows.ts";
import { isMissing } from "./placing.ts";

interface Wanted {
  readonly prefix: string;
  /** Keys up to and with this one are left out. */
  readonly after: string;
}

export function walk(root: string, wanted: Wanted): AsyncGenerator<ObjectStat> {
  const { prefix } = wanted;
  return inside(root, prefix.slice(0, prefix.lastIndexOf("/") + 1), wanted);
}

/** `folder` is empty or ends with a slash. */
async function* inside(root: string, folder: string, wanted: Wanted): AsyncGenerator<ObjectStat> {
  for (const [key, entry] of await entriesOf(root, folder)) {
    if (entry.isDirectory()) {
      if (mayHold(key, wanted)) yield* inside(root, key, wanted);
    } else if (key.startsWith(wanted.prefix) && compareUtf8(key, wanted.after) > 0) {
      const stat = await statOf(root, key);
      if (stat) yield stat;
    }
  }
}

/** A folder's name is compared with its slash: `a.txt` comes before `a/b`. */
async function entriesOf(root: string, folder: string): Promise<readonly [string, Dirent][]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(noneIfMissing);
  return entries
    .map((entry): [string, Dirent] => [
      `${folder}${entry.name}${entry.isDirectory() ? "/" : ""}`,
      entry,
    ])
    .sort(([a], [b]) => compareUtf8(a, b));
}

function mayHold(folder: string, { prefix, after }: Wanted): boolean {
  const isUnder = folder.startsWith(prefix) || prefix.startsWith(folder);
  return isUnder && (after.startsWith(folder) || compareUtf8(folder, after) > 0);
}

/** Undefined where there is no such file, or it is none. */
export async function statOf(root: string, key: string): Promise<ObjectStat | undefined> {
  const found = await lstat(join(root, key)).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (!found?.isFile()) return undefined;
  return { key, size: found.size, modifiedAt: Math.floor(found.mtimeMs) };
}

function noneIfMissing(error: unknown): Dirent[] {
  if (isMissing(error)) return [];
  throw error;
}
