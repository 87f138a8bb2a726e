// Files come to their place whole and durable: written aside, then renamed.
import { mkdir, open, rename, rmdir } from "node:fs/promises";
import { dirname } from "node:path";
import { VisibleError } from "#shared/fault.ts";

/** A folder that another call removes as empty, just while something is moved into it, is made again so often. */
const ATTEMPTS = 5;

export async function writeDurably(
  path: string,
  content: Uint8Array | ReadableStream<Uint8Array>,
): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(content instanceof Uint8Array ? content : chunksOf(content));
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Moves a file to where its key says; folders on the way are made. */
export async function place(from: string, to: string, key: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await mkdir(dirname(to), { recursive: true, mode: 0o700 });
      await rename(from, to);
      return await syncFolder(dirname(to));
    } catch (error) {
      if (isInTheWay(error)) await rmdir(to).catch(() => refuse(key, error));
      else if (codeOf(error) !== "ENOENT") throw error;
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

/** Without this a crash of the machine could forget the name. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Removes a folder and those above it, up to the root, as long as they are empty. */
export async function removeEmpty(root: string, folder: string): Promise<void> {
  if (!folder.startsWith(`${root}/`)) return;
  const isRemoved = await rmdir(folder).then(
    () => true,
    () => false,
  );
  if (isRemoved) await removeEmpty(root, dirname(folder));
}

export function isMissing(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR"].includes(codeOf(error));
}

export function isInTheWay(error: unknown): boolean {
  return ["EISDIR", "ENOTDIR", "EEXIST", "ENOTEMPTY"].includes(codeOf(error));
}

function refuse(key: string, cause: unknown): never {
  const sentence = `The object "${key}" can't be kept: an object of that name is a folder of others, or a folder of that name is an object. Take another name.`;
  throw new VisibleError("conflict", sentence, [], { cause });
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
  } finally {
    await reader.cancel();
  }
}
