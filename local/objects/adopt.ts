// A finished folder of a program becomes objects: by moving it, not copying. Only plain files come in (./cleaned.ts), so that none points outside.
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { checkKey } from "#functions/objects.ts";
import { VisibleError } from "#shared/fault.ts";
import { cleaned, type Dropped } from "./cleaned.ts";
import { isInTheWay, isMissing, place, syncFolder } from "./placing.ts";

export interface Adoption {
  readonly folder: string;
  /** Where all objects lie. */
  readonly root: string;
  readonly prefix: string;
}

/** Files already under the prefix stay, unless one of the same name comes. A folder that is gone was adopted before. */
export async function adopt({ folder, root, prefix }: Adoption): Promise<readonly Dropped[]> {
  checkKey(prefix);
  const { files, dropped } = await cleaned(folder, prefix);
  if (files.length === 0 || (await moveWhole(folder, join(root, prefix)))) {
    await rm(folder, { recursive: true, force: true });
    return dropped;
  }
  for (const path of files) {
    const key = `${prefix}/${path}`;
    const reason = await whyNotPlaced(join(folder, path), join(root, key), key);
    if (reason) dropped.push({ path, reason });
  }
  await rm(folder, { recursive: true, force: true });
  return dropped;
}

/** In one step; false where something is there already. */
async function moveWhole(folder: string, to: string): Promise<boolean> {
  try {
    await mkdir(dirname(to), { recursive: true, mode: 0o700 });
    await rename(folder, to);
    await syncFolder(dirname(to));
    return true;
  } catch (error) {
    if (isInTheWay(error) || isMissing(error)) return false;
    throw error;
  }
}

async function whyNotPlaced(from: string, to: string, key: string): Promise<string | undefined> {
  try {
    await place(from, to, key);
    return undefined;
  } catch (error) {
    if (error instanceof VisibleError) return error.message;
    throw error;
  }
}
