// Objects as files under one folder, their keys as paths: people can look at them with what they have. ./adopt.ts takes whole folders in.
import { constants } from "node:fs";
import { type FileHandle, mkdir, open, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import {
  type ByteRange,
  checkKey,
  checkPage,
  checkPrefix,
  checkRange,
  type FoundObject,
  type ObjectPage,
  type ObjectStat,
  type Objects,
} from "#functions/objects.ts";
import { asTold } from "#local/database/failure.ts";
import { adopt } from "./adopt.ts";
import type { Dropped } from "./cleaned.ts";
import { isMissing, place, removeEmpty, writeDurably } from "./placing.ts";
import { statOf, walk } from "./walk.ts";

export interface FileObjects extends Objects {
  /** Moves what lies in a finished folder under a prefix; safe to repeat. Answers what was dropped because it can't be an object. */
  adopt(folder: string, prefix: string): Promise<readonly Dropped[]>;
}

/** `newId` names files while they are written; what a crash left of those is removed here. */
export async function fileObjects(
  folder: string,
  { newId }: { readonly newId: () => string },
): Promise<FileObjects> {
  const root = join(folder, "objects");
  const unfinished = join(folder, "unfinished");
  await rm(unfinished, { recursive: true, force: true });
  for (const path of [root, unfinished]) await mkdir(path, { recursive: true, mode: 0o700 });
  return new Files(root, () => join(unfinished, newId()));
}

class Files implements FileObjects {
  readonly #root: string;
  readonly #unfinished: () => string;

  constructor(root: string, unfinished: () => string) {
    this.#root = root;
    this.#unfinished = unfinished;
  }

  async put(key: string, content: Parameters<Objects["put"]>[1]): Promise<ObjectStat> {
    checkKey(key);
    const unfinished = this.#unfinished();
    try {
      await writeDurably(unfinished, content);
      // Before it is in its place: there, somebody else may already have replaced or deleted it.
      const written = await statOf("", unfinished);
      await place(unfinished, join(this.#root, key), key);
      return { key, size: written?.size ?? 0, modifiedAt: written?.modifiedAt ?? 0 };
    } catch (error) {
      throw asTold(error);
    } finally {
      await rm(unfinished, { force: true });
    }
  }

  async get(key: string, range: ByteRange = { from: 0 }): Promise<FoundObject | undefined> {
    checkKey(key);
    checkRange(range);
    const file = await openPlain(join(this.#root, key));
    if (!file) return undefined;
    const stat = await file.stat();
    if (!stat.isFile()) return void (await file.close());
    const stream = await streamOf(file, range, stat.size);
    return {
      key,
      size: stat.size,
      modifiedAt: Math.floor(stat.mtimeMs),
      stream,
      bytes: () => new Response(stream).bytes(),
    };
  }

  async stat(key: string): Promise<ObjectStat | undefined> {
    checkKey(key);
    return statOf(this.#root, key);
  }

  async list(
    prefix: string,
    { limit, cursor = "" }: Parameters<Objects["list"]>[1],
  ): Promise<ObjectPage> {
    checkPrefix(prefix);
    checkPage(limit);
    const objects: ObjectStat[] = [];
    for await (const stat of walk(this.#root, { prefix, after: cursor })) {
      if (objects.length === limit) return { objects, cursor: objects.at(-1)?.key };
      objects.push(stat);
    }
    return { objects };
  }

  async delete(prefix: string): Promise<number> {
    checkPrefix(prefix);
    let count = 0;
    for await (const { key } of walk(this.#root, { prefix, after: "" })) {
      const path = join(this.#root, key);
      await rm(path, { force: true });
      await removeEmpty(this.#root, dirname(path));
      count++;
    }
    return count;
  }

  adopt(folder: string, prefix: string): Promise<readonly Dropped[]> {
    return adopt({ folder, root: this.#root, prefix });
  }
}

async function openPlain(path: string): Promise<FileHandle | undefined> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  return open(path, flags).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
}

async function streamOf(
  file: FileHandle,
  { from, to }: ByteRange,
  size: number,
): Promise<ReadableStream<Uint8Array>> {
  const end = Math.min(to ?? size - 1, size - 1);
  if (from <= end) return Readable.toWeb(file.createReadStream({ start: from, end })) as never;
  await file.close();
  return new Blob([]).stream();
}
