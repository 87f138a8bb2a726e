// The program that keeps the nodes of gangs (sidecar/gang/), built on this machine once for each version of its source.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { access, mkdir, readdir, readFile, rename, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const SOURCE = fileURLToPath(new URL("../sidecar/gang", import.meta.url));
/** The names that it is called by. */
const NAMES = ["zoe-rsh", "srun"];
const FLAGS = ["-O2", "-static", "-D_GNU_SOURCE", "-w"];
/** musl's C library resolves names in a static program too; where it isn't there, the usual one does in most images. */
const COMPILERS = ["musl-gcc", "gcc", "cc"];
const BUILD_MS = 60_000;

export const NO_COMPILER =
  "Gangs need a C compiler on the machine of the control plane, for the program that keeps their nodes: apt-get install gcc libc6-dev, and try again.";

/** The folder in which it lies as zoe-gang and under its other names. Throws an Error that says what to install. */
export async function gangAgent(stateDirectory: string): Promise<string> {
  const files = (await readdir(SOURCE)).filter((name) => name.endsWith(".c")).sort();
  const texts = await Promise.all(files.map((name) => readFile(join(SOURCE, name))));
  const header = await readFile(join(SOURCE, "gang.h"));
  const hash = createHash("sha256")
    .update(Buffer.concat([header, ...texts]))
    .digest("hex");
  const folder = join(stateDirectory, "gang", hash.slice(0, 16));
  if (!(await isThere(folder))) await build(files, folder);
  return folder;
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Beside its place first, so that nobody finds half of it. */
async function build(files: readonly string[], folder: string): Promise<void> {
  const unfinished = `${folder}.${process.pid}`;
  await mkdir(unfinished, { recursive: true, mode: 0o755 });
  try {
    await compile(files, join(unfinished, "zoe-gang"));
    for (const name of NAMES) await symlink("zoe-gang", join(unfinished, name));
    await rename(unfinished, folder);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    if (!(await isThere(folder))) throw error;
  }
}

async function compile(files: readonly string[], target: string): Promise<void> {
  const sources = files.map((name) => join(SOURCE, name));
  let last: unknown;
  for (const compiler of COMPILERS) {
    try {
      await promisify(execFile)(compiler, [...FLAGS, "-o", target, ...sources, "-lpthread"], {
        timeout: BUILD_MS,
      });
      return;
    } catch (error) {
      last = error;
    }
  }
  throw new Error(NO_COMPILER, { cause: last });
}
