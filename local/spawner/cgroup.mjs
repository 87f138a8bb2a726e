// A control group for each program, where the machine allows them (../memory-limit.ts finds out): exact limits, exact figures, and nobody leaves it.
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

const MIB = 1024 * 1024;
const groups = new Map();

/** The group for programs that run in this folder, one after the other; undefined where there can't be any. */
export function cgroupFor(limit, folder) {
  if (!limit.folder) return undefined;
  const name = basename(folder);
  const known = groups.get(name);
  if (known) return known;
  const made = new Cgroup(limit, name);
  groups.set(name, made);
  return made;
}

/** Those that lie there from before. */
export function cgroupsIn(limit) {
  if (!limit.folder) return [];
  const entries = readdirSync(limit.folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => cgroupFor(limit, entry.name));
}

/** Empty groups go; one that can't is left for the next start. */
export function removeCgroups(limit) {
  for (const group of cgroupsIn(limit)) group.remove();
  for (const folder of [limit.folder, limit.cpuFolder]) if (folder) tryTo(() => rmdirSync(folder));
}

class Cgroup {
  #version;
  #folder;
  #cpuFolder;
  #limitMib;
  /** As it stood when the last program had ended: two counters that only grow, and the cache of its files. */
  #cpuBefore;
  #killsBefore;
  #mibBefore = 0;

  constructor(limit, name) {
    this.#version = limit.version;
    this.#folder = join(limit.folder, name);
    this.#cpuFolder = limit.cpuFolder && join(limit.cpuFolder, name);
    for (const folder of this.#folders()) mkdirSync(folder, { recursive: true });
  }

  get countsTime() {
    return this.#version === 2 || this.#cpuFolder !== undefined;
  }

  /** A shell's words that enter the group and then become the program: nothing of it runs outside. */
  entrance() {
    const doors = this.#folders().map((folder) => `echo 0 >'${join(folder, "cgroup.procs")}'`);
    return ["/bin/sh", "-c", `${doors.join(" && ")} || exit 126; exec "$@"`, "zoe"];
  }

  /** Ready for the next program: its limit, and the counts from which its use is taken. */
  begin(memoryMib) {
    if (memoryMib !== this.#limitMib) this.#setLimit(memoryMib);
    this.#limitMib = memoryMib;
    this.#cpuBefore ??= this.#cpuSeconds();
    this.#killsBefore ??= this.#kills();
    if (this.#version === 1) this.#write("memory.max_usage_in_bytes", "0");
  }

  /** What the program has used in all, when nothing of it lives any more. `cpuSeconds` is undefined where groups don't count it. */
  end() {
    const [cpu, kills, peakMib] = [this.#cpuSeconds(), this.#kills(), this.#peakMib()];
    const used = {
      cpuSeconds: cpu === undefined ? undefined : Math.max(0, cpu - this.#cpuBefore),
      kills: kills - this.#killsBefore,
      peakMib,
    };
    this.#cpuBefore = cpu;
    this.#killsBefore = kills;
    return used;
  }

  members() {
    const text = tryTo(() => readFileSync(join(this.#folder, "cgroup.procs"), "utf8")) ?? "";
    return text.split("\n").filter(Boolean).map(Number);
  }

  /** Processes that the kernel ended because the limit was reached. */
  kills() {
    return this.#kills() - this.#killsBefore;
  }

  /** What the programs themselves hold, without the file system's cache. */
  heldMib() {
    const stat = this.#read("memory.stat");
    if (this.#version === 1) return (figure(stat, "total_rss") + figure(stat, "total_shmem")) / MIB;
    return (figure(stat, "anon") + figure(stat, "shmem")) / MIB;
  }

  remove() {
    for (const folder of this.#folders()) tryTo(() => rmdirSync(folder));
  }

  #setLimit(memoryMib) {
    const bytes = String(Math.floor(memoryMib * MIB));
    if (this.#version === 2) {
      this.#write("memory.max", bytes);
      tryTo(() => this.#write("memory.swap.max", "0"));
      tryTo(() => this.#write("memory.oom.group", "1"));
      return;
    }
    // With swap counted the second limit may never be below the first, not even in between; without it there is no such file.
    tryTo(() => this.#write("memory.memsw.limit_in_bytes", "-1"));
    this.#write("memory.limit_in_bytes", bytes);
    tryTo(() => this.#write("memory.memsw.limit_in_bytes", bytes));
  }

  #cpuSeconds() {
    if (this.#version === 2) return figure(this.#read("cpu.stat"), "usage_usec") / 1e6;
    if (!this.#cpuFolder) return undefined;
    const nanoseconds = tryTo(() => readFileSync(join(this.#cpuFolder, "cpuacct.usage"), "utf8"));
    return Number(nanoseconds ?? 0) / 1e9;
  }

  #kills() {
    return figure(
      this.#read(this.#version === 1 ? "memory.oom_control" : "memory.events"),
      "oom_kill",
    );
  }

  /** The kernel's highest figure without what remains at the end, the files' cache; version 2 can't begin it anew. */
  #peakMib() {
    if (this.#version === 2) return 0;
    const now = this.#usageMib("memory.usage_in_bytes");
    const peak = this.#usageMib("memory.max_usage_in_bytes") - Math.max(now, this.#mibBefore);
    this.#mibBefore = now;
    return Math.max(0, peak);
  }

  #usageMib(file) {
    return Number(this.#read(file)) / MIB;
  }

  #folders() {
    return this.#cpuFolder ? [this.#folder, this.#cpuFolder] : [this.#folder];
  }

  /** Nothing where somebody removed the group. */
  #read(file) {
    return tryTo(() => readFileSync(join(this.#folder, file), "utf8")) ?? "";
  }

  #write(file, text) {
    writeFileSync(join(this.#folder, file), text);
  }
}

/** `name 123` in a file of such lines. */
function figure(text, name) {
  const line = text.split("\n").find((candidate) => candidate.startsWith(`${name} `));
  return Number(line?.slice(name.length + 1) ?? 0);
}

function tryTo(act) {
  try {
    return act();
  } catch {
    return undefined;
  }
}
