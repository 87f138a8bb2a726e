// What containers use, read from their control groups on this machine: the runtime forgets it when a container ends.
import { readFile } from "node:fs/promises";

const MIB = 1024 * 1024;
const LOOK_MS = 1000;
const ROOT = "/sys/fs/cgroup";

export interface Used {
  readonly cpuSeconds: number;
  readonly peakMemoryMib: number;
  /** Processes that the kernel ended for want of memory. */
  readonly memoryKills: number;
}

const NOTHING: Used = { cpuSeconds: 0, peakMemoryMib: 0, memoryKills: 0 };

/** Where runtimes put a container's group, by how they make groups. */
const GROUPS: readonly ((id: string) => string)[] = [
  (id) => `libpod_parent/libpod-${id}`,
  (id) => `docker/${id}`,
  (id) => `machine.slice/libpod-${id}.scope`,
  (id) => `system.slice/docker-${id}.scope`,
];

/** Version 1 has a tree for each controller. */
async function readOld(group: string): Promise<Used> {
  const [peak, kills, cpu] = await Promise.all([
    readFile(`${ROOT}/memory/${group}/memory.max_usage_in_bytes`, "utf8"),
    readFile(`${ROOT}/memory/${group}/memory.oom_control`, "utf8"),
    readFile(`${ROOT}/cpuacct/${group}/cpuacct.usage`, "utf8"),
  ]);
  return {
    peakMemoryMib: Number(peak) / MIB,
    memoryKills: numberIn(kills, "oom_kill"),
    cpuSeconds: Number(cpu) / 1e9,
  };
}

async function readNew(group: string): Promise<Used> {
  const [peak, events, cpu] = await Promise.all([
    readFile(`${ROOT}/${group}/memory.peak`, "utf8").catch(() =>
      readFile(`${ROOT}/${group}/memory.current`, "utf8"),
    ),
    readFile(`${ROOT}/${group}/memory.events`, "utf8"),
    readFile(`${ROOT}/${group}/cpu.stat`, "utf8"),
  ]);
  return {
    peakMemoryMib: Number(peak) / MIB,
    memoryKills: numberIn(events, "oom_kill"),
    cpuSeconds: numberIn(cpu, "usage_usec") / 1e6,
  };
}

function numberIn(text: string, name: string): number {
  return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1] ?? 0);
}

type Way = (id: string) => Promise<Used>;

const WAYS: readonly Way[] = GROUPS.flatMap((group) => [
  (id) => readOld(group(id)),
  (id) => readNew(group(id)),
]);

export class Meter {
  readonly #seen = new Map<string, Used>();
  readonly #timer: NodeJS.Timeout;
  /** The one that this machine's runtime has. */
  #way: Way | undefined;

  constructor() {
    this.#timer = setInterval(() => {
      for (const id of this.#seen.keys()) void this.#look(id);
    }, LOOK_MS);
    this.#timer.unref();
  }

  watch(id: string): void {
    this.#seen.set(id, NOTHING);
  }

  /** It has ended: its group is there for some milliseconds more, or was looked at within the last second. */
  async end(id: string): Promise<Used> {
    await this.#look(id);
    const used = this.#seen.get(id) ?? NOTHING;
    this.#seen.delete(id);
    return used;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(id: string): Promise<void> {
    for (const way of this.#way ? [this.#way] : WAYS) {
      const used = await way(id).catch(() => undefined);
      if (used === undefined) continue;
      this.#way = way;
      if (this.#seen.has(id)) this.#seen.set(id, used);
      return;
    }
  }
}
