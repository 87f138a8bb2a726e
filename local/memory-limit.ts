// How memory limits of programs are enforced on this machine: by control groups where some may be made, else by looking every 100 ms.
import { execFile } from "node:child_process";
import { mkdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const PROBE_TIMEOUT_MS = 5000;
const PROBE_LIMIT_BYTES = String(64 * 1024 * 1024);

/** cgroup: a folder of our own in which each program gets a group. sampler: exact limits can't be had, because of `reason`. */
export type MemoryLimitWay =
  | {
      readonly kind: "cgroup";
      readonly version: 1 | 2;
      readonly folder: string;
      readonly cpuFolder?: string;
    }
  | { readonly kind: "sampler"; readonly reason: string };

/** For `zoe doctor`: what the limit is worth here, in a sentence. */
export function tellMemoryLimitWay(way: MemoryLimitWay): string {
  if (way.kind === "cgroup")
    return `Memory limits are exact: programs run in control groups (version ${way.version}, ${way.folder}).`;
  return `Memory limits are kept by looking every 100 ms, so a program that grows fast can overshoot: ${way.reason}.`;
}

/** Makes the folder for groups and tries it with a real process. `name` keeps the groups of several state directories apart. */
export async function memoryLimitWay(name: string): Promise<MemoryLimitWay> {
  const [mounts, own] = await Promise.all([
    readFile("/proc/self/mountinfo", "utf8"),
    readFile("/proc/self/cgroup", "utf8"),
  ]).catch(() => ["", ""]);
  const hierarchies = hierarchiesOf(mounts ?? "", own ?? "");
  const reasons: string[] = [];
  for (const hierarchy of hierarchies.filter(({ controllers }) => controllers.includes("memory"))) {
    for (const parent of hierarchy.parents) {
      const folder = join(parent, name);
      const failure = await whyNot(folder, hierarchy.version);
      if (failure === undefined) return found(hierarchy, folder, hierarchies, name);
      reasons.push(failure);
    }
  }
  return { kind: "sampler", reason: reasons[0] ?? "this system has no memory control groups" };
}

interface Hierarchy {
  readonly version: 1 | 2;
  readonly controllers: readonly string[];
  /** Groups under which a new one may be made, the nearest to our own first. */
  readonly parents: readonly string[];
}

/** What /proc/self/mountinfo and /proc/self/cgroup say of where groups lie. */
export function hierarchiesOf(mountinfo: string, ownGroups: string): readonly Hierarchy[] {
  const lines = mountinfo.split("\n").map((line) => line.split(" "));
  return lines.flatMap((fields) => {
    const type = fields[fields.indexOf("-") + 1];
    const [root, mount, options] = [fields[3] ?? "/", fields[4] ?? "", fields.at(-1) ?? ""];
    if (type !== "cgroup" && type !== "cgroup2") return [];
    const version = type === "cgroup" ? 1 : 2;
    // Version 2 says which controllers it has in a file; a probe finds out.
    const controllers = version === 1 ? options.split(",") : ["memory"];
    const own = ownGroup(ownGroups, version, controllers);
    return [{ version, controllers, parents: upwards(mount, relative(root, own), version) }];
  });
}

function ownGroup(ownGroups: string, version: 1 | 2, controllers: readonly string[]): string {
  for (const line of ownGroups.split("\n")) {
    const [, names = "", ...path] = line.split(":");
    const fits =
      version === 2 ? names === "" : names.split(",").some((name) => controllers.includes(name));
    if (fits && path.length > 0) return path.join(":");
  }
  return "/";
}

/** Version 1: our own group, else the top. Version 2: a group with processes can't have limited ones below it, so its parents too. */
function upwards(mount: string, own: string, version: 1 | 2): string[] {
  const inside = own !== "" && !own.startsWith("..");
  if (!inside) return [mount];
  if (version === 1) return [join(mount, own), mount];
  return [join(mount, own), ...upwards(mount, own.includes("/") ? dirname(own) : "", version)];
}

async function whyNot(folder: string, version: 1 | 2): Promise<string | undefined> {
  const probe = join(folder, "probe");
  try {
    await mkdir(folder, { recursive: true });
    if (version === 2) await writeFile(join(folder, "cgroup.subtree_control"), "+memory");
    await mkdir(probe, { recursive: true });
    const limit = version === 1 ? "memory.limit_in_bytes" : "memory.max";
    await writeFile(join(probe, limit), PROBE_LIMIT_BYTES, { flag: "r+" });
    await enter(join(probe, "cgroup.procs"));
    return undefined;
  } catch (error) {
    await rmdir(folder).catch(() => {});
    return `no control group may be made under ${dirname(folder)} (${(error as Error).message.split("\n")[0]})`;
  } finally {
    await rmdir(probe).catch(() => {});
  }
}

function enter(door: string): Promise<unknown> {
  return run("/bin/sh", ["-c", 'echo 0 >"$0"', door], { timeout: PROBE_TIMEOUT_MS });
}

/** Version 1 counts processor time in another hierarchy; where we may not, it is looked at instead. */
async function found(
  { version }: Hierarchy,
  folder: string,
  all: readonly Hierarchy[],
  name: string,
): Promise<MemoryLimitWay> {
  if (version === 2) return { kind: "cgroup", version, folder };
  const counting = all.find(({ controllers }) => controllers.includes("cpuacct"));
  for (const parent of counting?.parents ?? []) {
    const cpuFolder = join(parent, name);
    try {
      await mkdir(join(cpuFolder, "probe"), { recursive: true });
      await enter(join(cpuFolder, "probe", "cgroup.procs"));
      return { kind: "cgroup", version, folder, cpuFolder };
    } catch {
      // The next parent, or none.
    } finally {
      await rmdir(join(cpuFolder, "probe")).catch(() => {});
    }
  }
  return { kind: "cgroup", version, folder };
}
