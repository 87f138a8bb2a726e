// What the MPI demo can stand on here: containers whose images it builds itself, or Open MPI on this machine.
import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { VisibleError } from "#shared/fault.ts";
import { ROOT } from "./server.ts";

const run = promisify(execFile);
const ANSWER_MS = 10_000;
const BUILD_MS = 900_000;

export const NOTHING_THERE =
  "This needs a container runtime that answers (Docker or Podman), or Open MPI on this machine: apt-get install openmpi-bin libopenmpi-dev gcc";

export type Ground =
  | { readonly kind: "container"; readonly program: string }
  | { readonly kind: "process" };

/** Undefined when there is neither. */
export async function groundFor(engine: string, path: string): Promise<Ground | undefined> {
  const program = engine === "process" ? undefined : await runtimeIn(path);
  if (program !== undefined) return { kind: "container", program };
  const hasMpi = isIn(path, "mpirun") && isIn(path, "mpicc") && isIn(path, "gcc");
  return engine !== "container" && hasMpi ? { kind: "process" } : undefined;
}

function isIn(path: string, name: string): boolean {
  return path.split(":").some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

async function runtimeIn(path: string): Promise<string | undefined> {
  for (const program of ["docker", "podman"].filter((name) => isIn(path, name))) {
    try {
      await run(program, ["info"], { timeout: ANSWER_MS });
      return program;
    } catch {
      // Installed, and does not answer.
    }
  }
  return undefined;
}

/** Those that are not there yet are built, from the zapps' own Dockerfiles. */
export async function buildImages(program: string, tell: (text: string) => void): Promise<void> {
  const images = [
    { name: "docker.io/zoe/openmpi:latest", file: "frameworks/openmpi/Dockerfile" },
    { name: "docker.io/zoe/mpi-ring:latest", file: "mpi-ring/Dockerfile" },
  ];
  for (const { name, file } of images) {
    const isThere = await run(program, ["image", "inspect", name]).catch(() => undefined);
    if (isThere !== undefined) continue;
    tell(`building ${name}...`);
    const words = ["build", "-f", join("zapps", file), "-t", name, "zapps"];
    try {
      await run(program, words, { cwd: ROOT, timeout: BUILD_MS });
    } catch (cause) {
      const text = `The image ${name} could not be built: try \`${program} ${words.join(" ")}\`.`;
      throw new VisibleError("unavailable", text, [], { cause });
    }
  }
}
