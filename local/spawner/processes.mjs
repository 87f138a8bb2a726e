// The process table as /proc shows it: who belongs to which program, by session, by the mark in its environment, or by its parent.
import { readdirSync, readFileSync } from "node:fs";

/** What /proc counts processor time and start times in: 100 a second on every Linux that Node runs on. */
export const TICKS_PER_SECOND = 100;
const PAGE_BYTES = pageBytes();
/** Who was foreign is looked at again after so many scans: process ids are used again. */
const SCANS_TRUSTED = 64;

/** One line of the process table; undefined when there is no such process any more. */
export function readProcess(pid) {
  let text;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined;
  }
  // The name in parentheses may itself contain spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return {
    pid: Number(pid),
    state: fields[0],
    parent: Number(fields[1]),
    session: Number(fields[3]),
    ticks: Number(fields[11]) + Number(fields[12]),
    childTicks: Number(fields[13]) + Number(fields[14]),
    start: Number(fields[19]),
    memoryBytes: Number(fields[21]) * PAGE_BYTES,
  };
}

function pageBytes() {
  const found = /KernelPageSize:\s+(\d+) kB/.exec(readFileSync("/proc/self/smaps", "utf8"));
  return Number(found?.[1] ?? 4) * 1024;
}

export function isZombie(found) {
  return found.state === "Z" || found.state === "X";
}

/** The id of the program that a process carries in its environment, if this state directory's spawner started it. */
function markOf(pid, stateId) {
  let text;
  try {
    text = readFileSync(`/proc/${pid}/environ`, "utf8");
  } catch {
    return undefined;
  }
  const mark = `ZOE_INSTANCE_ID=${stateId}/`;
  const entry = text.split("\0").find((variable) => variable.startsWith(mark));
  return text === "" ? undefined : (entry?.slice(mark.length) ?? null);
}

/** Remembers who is foreign, so that looking again reads only new processes and our own. */
export class ProcessTable {
  #stateId;
  #owners = new Map();
  #sessions = new Map();
  #members = new Map();
  #scans = 0;

  constructor(stateId) {
    this.#stateId = stateId;
  }

  /** Sessions of programs just started: their processes need no look at their environment. */
  own(session, id) {
    this.#sessions.set(session, id);
  }

  disown(session) {
    this.#sessions.delete(session);
  }

  /** Program id -> its living processes, as of the last scan. */
  membersOf(id) {
    return this.#members.get(id) ?? [];
  }

  scan() {
    const owners = new Map();
    const trusted = ++this.#scans % SCANS_TRUSTED !== 0;
    this.#members = new Map();
    for (const name of readdirSync("/proc")) {
      const pid = Number(name);
      if (!Number.isInteger(pid)) continue;
      const known = this.#owners.get(pid);
      if (known === null && trusted) owners.set(pid, null);
      else this.#place(pid, known ?? undefined, owners);
    }
    this.#owners = owners;
    return this.#members;
  }

  #place(pid, known, owners) {
    const found = readProcess(pid);
    if (!found) return;
    const owner = known ?? this.#ownerOf(found);
    if (owner !== undefined) owners.set(pid, owner);
    if (!owner || isZombie(found)) return;
    const members = this.#members.get(owner) ?? [];
    members.push(found);
    this.#members.set(owner, members);
  }

  /** Null: foreign. Undefined: it can't be said yet (it is just being made). */
  #ownerOf(found) {
    const bySession = this.#sessions.get(found.session);
    if (bySession) return bySession;
    const byMark = markOf(found.pid, this.#stateId);
    if (byMark) return byMark;
    return this.#owners.get(found.parent) ?? (found.parent === 2 ? null : byMark);
  }
}
