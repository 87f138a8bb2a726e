// Fetches what an execution left: the results into one folder, what failed or was kept by instance beside them in folders of its own.
import { createWriteStream, mkdirSync, statSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Session } from "#cli/cli.ts";
import { allAtOnce } from "#cli/pool.ts";
import { bar } from "#cli/show/bar.ts";
import { bytes, count } from "#cli/show/words.ts";
import type { FileAnswer } from "#shared/api/history.ts";
import { VisibleError } from "#shared/fault.ts";

const AT_ONCE = 8;
/** Files that outputs name lie in this folder of the execution; here they need none. */
const RESULTS = "results/";

export interface Downloaded {
  readonly files: number;
  readonly bytes: number;
  /** They were here already, whole. */
  readonly kept: number;
  readonly folder: string;
}

export async function downloadFiles(
  session: Session,
  id: string,
  folder: string,
  wants: (path: string) => boolean = () => true,
): Promise<Downloaded> {
  const { terminal, client } = session;
  const files: FileAnswer[] = [];
  for await (const file of client.files(id)) if (wants(file.path)) files.push(file);
  mkdirSync(folder, { recursive: true });
  const done = { files: 0, bytes: 0, kept: 0 };
  const total = files.reduce((sum, { size }) => sum + size, 0);
  await allAtOnce(files, AT_ONCE, async (file) => {
    const target = targetOf(folder, file.path);
    const isHere =
      statSync(target, { throwIfNoEntry: false })?.size === file.size && isNewer(target, file);
    if (isHere) done.kept++;
    else await fetchFile(session, id, file, target);
    done.files++;
    done.bytes += file.size;
    terminal.draw([
      `${bar(done.bytes, total, 30)}  ${count(done.files, "file")} of ${files.length}, ${bytes(done.bytes)}`,
    ]);
  });
  terminal.draw([]);
  const already = done.kept === 0 ? "" : ` (${done.kept} were there already)`;
  terminal.note(`${count(files.length, "file")}, ${bytes(total)} in ${folder}${already}`);
  return { ...done, folder: resolve(folder) };
}

function isNewer(target: string, { modifiedAt }: FileAnswer): boolean {
  return (statSync(target, { throwIfNoEntry: false })?.mtimeMs ?? 0) >= modifiedAt;
}

/** A path from elsewhere stays in the folder. */
function targetOf(folder: string, path: string): string {
  const target = join(folder, path.startsWith(RESULTS) ? path.slice(RESULTS.length) : path);
  const inside = relative(resolve(folder), resolve(target));
  if (inside !== "" && !inside.startsWith("..")) return target;
  throw new VisibleError("invalid", `The file "${path}" would lie outside of ${folder}.`);
}

/** It is there whole, or not at all. */
async function fetchFile(
  { patient }: Session,
  id: string,
  { path }: FileAnswer,
  target: string,
): Promise<void> {
  mkdirSync(dirname(target), { recursive: true });
  const part = `${target}.part`;
  try {
    const { body } = await patient.file(id, path);
    const stream = body === null ? Readable.from([]) : Readable.fromWeb(body);
    await pipeline(stream, createWriteStream(part));
    await rename(part, target);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
