// Objects in memory: the twin of the files, for tests and the simulation.
import {
  type ByteRange,
  checkKey,
  checkPage,
  checkPrefix,
  checkRange,
  type ObjectStat,
  type Objects,
} from "#functions/objects.ts";
import { compareUtf8 } from "#local/store/sorted-rows.ts";
import { VisibleError } from "#shared/fault.ts";

interface Content {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly modifiedAt: number;
}

export function memoryObjects({ now }: { readonly now: () => number }): Objects {
  const contents = new Map<string, Content>();
  const keysFrom = (prefix: string) =>
    [...contents.keys()].filter((key) => key.startsWith(prefix)).sort(compareUtf8);

  async function stat(key: string): Promise<ObjectStat | undefined> {
    checkKey(key);
    const found = contents.get(key);
    return found && { key, size: found.bytes.length, modifiedAt: found.modifiedAt };
  }

  return {
    stat,
    async put(key, content) {
      checkKey(key);
      const bytes = new Uint8Array(await bytesOf(content));
      checkApart(key, contents);
      contents.set(key, { bytes, modifiedAt: now() });
      return { key, size: bytes.length, modifiedAt: now() };
    },
    async get(key, range = { from: 0 }) {
      checkRange(range);
      const found = await stat(key);
      if (!found) return undefined;
      const blob = new Blob([cut(contents.get(key)?.bytes, range)]);
      return { ...found, stream: blob.stream(), bytes: () => blob.bytes() };
    },
    async list(prefix, { limit, cursor = "" }) {
      checkPrefix(prefix);
      checkPage(limit);
      const keys = keysFrom(prefix).filter((key) => compareUtf8(key, cursor) > 0);
      const found = await Promise.all(keys.slice(0, limit).map(stat));
      const objects = found.filter((object) => object !== undefined);
      return keys.length > limit ? { objects, cursor: objects.at(-1)?.key } : { objects };
    },
    async delete(prefix) {
      checkPrefix(prefix);
      const keys = keysFrom(prefix);
      for (const key of keys) contents.delete(key);
      return keys.length;
    },
  };
}

async function bytesOf(content: Parameters<Objects["put"]>[1]): Promise<Uint8Array> {
  return content instanceof Uint8Array ? content : await new Response(content).bytes();
}

function cut(bytes: Uint8Array<ArrayBuffer> | undefined, { from, to }: ByteRange) {
  return (bytes ?? new Uint8Array()).subarray(from, to === undefined ? undefined : to + 1);
}

/** As in a folder of files: no key is the folder of another. */
function checkApart(key: string, contents: ReadonlyMap<string, Content>): void {
  const folders = key.split("/").map((_, at, steps) => steps.slice(0, at).join("/"));
  const isInside = folders.some((folder) => contents.has(folder));
  const isFolder = [...contents.keys()].some((other) => other.startsWith(`${key}/`));
  if (isInside || isFolder)
    throw new VisibleError(
      "conflict",
      `The object "${key}" can't be kept: an object of that name is a folder of others, or a folder of that name is an object. Take another name.`,
    );
}
