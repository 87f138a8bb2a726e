// What a program left in a folder, made fit to be objects: links, pipes, sockets and devices go, names that are no text are mended, rights are the owner's.
import type { Dirent } from "node:fs";
import { chmod, lstat, open, readdir, rename, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { checkKey } from "#functions/objects.ts";
import { VisibleError } from "#shared/fault.ts";
import { isMissing } from "./placing.ts";

/** What can't be an object: where it lay in the folder, and why. */
export interface Dropped {
  readonly path: string;
  readonly reason: string;
}

export interface Cleaned {
  /** Paths in the folder; each is on the disk. */
  readonly files: readonly string[];
  readonly dropped: Dropped[];
}

type Cleaning = { readonly folder: string; readonly prefix: string } & {
  readonly files: string[];
  readonly dropped: Dropped[];
};

/** Nothing of a folder that is not there. */
export async function cleaned(folder: string, prefix: string): Promise<Cleaned> {
  const cleaning: Cleaning = { folder, prefix, files: [], dropped: [] };
  const found = await lstat(folder).catch(undefinedIfMissing);
  if (found?.isDirectory()) await cleanFolder(cleaning, "");
  return cleaning;
}

/** `inside` is empty or ends with a slash. Folders left empty go. */
async function cleanFolder(cleaning: Cleaning, inside: string): Promise<void> {
  const path = join(cleaning.folder, inside);
  await chmod(path, 0o700);
  for (const entry of await readdir(path, { withFileTypes: true, encoding: "buffer" })) {
    const name = `${inside}${await mendedName(path, entry.name)}`;
    if (entry.isDirectory()) await cleanFolder(cleaning, `${name}/`);
    else
      await cleanFile(cleaning, name, whyNoFile(entry) ?? whyNoKey(`${cleaning.prefix}/${name}`));
  }
  if (inside !== "") await rmdir(path).catch(() => "It holds something.");
}

async function cleanFile(cleaning: Cleaning, name: string, reason?: string): Promise<void> {
  const path = join(cleaning.folder, name);
  if (reason) {
    await rm(path, { force: true });
    cleaning.dropped.push({ path: name, reason });
    return;
  }
  await chmod(path, 0o600);
  const file = await open(path, "r");
  await file.sync().finally(() => file.close());
  cleaning.files.push(name);
}

function whyNoFile(entry: Dirent<Buffer>): string | undefined {
  if (entry.isFile()) return undefined;
  return entry.isSymbolicLink() ? "it is a symbolic link" : "it is no plain file";
}

function whyNoKey(key: string): string | undefined {
  try {
    checkKey(key);
    return undefined;
  } catch (error) {
    if (error instanceof VisibleError) return error.message;
    throw error;
  }
}

/** Old programs write names that are not UTF-8: what can't be read becomes U+FFFD, and a number where that name is taken. */
async function mendedName(folder: string, bytes: Buffer): Promise<string> {
  const text = bytes.toString();
  if (bytes.equals(Buffer.from(text))) return text;
  let name = text;
  for (let n = 1; await lstat(join(folder, name)).catch(undefinedIfMissing); n++)
    name = `${text}~${n}`;
  await rename(Buffer.concat([Buffer.from(`${folder}/`), bytes]), join(folder, name));
  return name;
}

function undefinedIfMissing(error: unknown): undefined {
  if (!isMissing(error)) throw error;
}
