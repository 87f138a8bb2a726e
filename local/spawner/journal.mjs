// What was started, noted before anybody is told: so that whoever comes after a crash can end what still lives. Not synced: when the machine
// itself goes down, so do the programs.
import {
  closeSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { cgroupsIn } from "./cgroup.mjs";
import { isZombie, ProcessTable, readProcess } from "./processes.mjs";

const MOST_BYTES = 8 * 1024 * 1024;
/** Ends that are remembered when the journal is written anew; those before were told long ago. */
const ENDS_KEPT = 1000;
const LOOK_AGAIN_MS = 5;
const MOST_LOOKS = 2000;

export function openJournal(path) {
  let file = openSync(path, "a");
  let bytes = statSync(path).size;
  const live = new Map();
  const ends = [];

  function write(line) {
    if (file === undefined) return;
    bytes += writeSync(file, line);
    if (bytes > MOST_BYTES) rewrite();
  }
  function rewrite() {
    const text = [...live.values(), ...ends].join("");
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
    closeSync(file);
    file = openSync(path, "a");
    bytes = text.length;
  }
  function line(entry) {
    return `${JSON.stringify(entry)}\n`;
  }

  write(line({ spawner: process.pid, start: readProcess(process.pid).start }));
  return {
    started(entry) {
      live.set(entry.id, line(entry));
      write(line(entry));
    },
    ended(end) {
      ends.push((live.get(end.id) ?? "") + line({ end }));
      live.delete(end.id);
      if (ends.length > ENDS_KEPT) ends.shift();
      try {
        write(line({ end }));
      } catch {
        // The disk is full: whoever recovers takes it for lost, which is late and repeated news for those that heard of its end.
      }
    },
    /** From here on nothing counts: whoever reads the journal finds the programs without an end. */
    close() {
      closeSync(file);
      file = undefined;
    },
  };
}

/** Ends what an earlier spawner left behind, and answers with what it had started: with its end, or without one where it was lost. */
export async function recover({ journal, limit, stateId }) {
  const { programs, spawners } = readJournal(journal);
  const table = new ProcessTable(stateId);
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    const left = leftovers(programs, spawners, limit, table);
    if (left.length === 0) break;
    for (const pid of left) kill(pid);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
  writeFileSync(journal, "");
  return [...programs.values()];
}

function readJournal(path) {
  const programs = new Map();
  const spawners = [];
  for (const text of textOf(path).split("\n")) {
    const entry = parsed(text);
    if (!entry) continue;
    if (entry.spawner) spawners.push(entry);
    else if (entry.end) Object.assign(programs.get(entry.end.id) ?? {}, { end: entry.end });
    else programs.set(entry.id, entry);
  }
  return { programs, spawners };
}

/** Everything that lives and is known as ours: by pid and start time, by session of such a leader, by its mark, by its control group. */
function leftovers(programs, spawners, limit, table) {
  const left = [];
  for (const { spawner, start } of spawners) if (isSame(spawner, start)) left.push(spawner);
  for (const entry of programs.values()) {
    if (!entry.end && isSame(entry.pid, entry.start)) {
      table.own(entry.pid, entry.id);
      left.push(entry.pid);
    }
  }
  for (const members of table.scan().values()) left.push(...members.map((found) => found.pid));
  for (const group of cgroupsIn(limit)) left.push(...group.members());
  return [...new Set(left)];
}

function isSame(pid, start) {
  const found = readProcess(pid);
  return found !== undefined && found.start === start && !isZombie(found);
}

function kill(pid) {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself meanwhile.
  }
}

function textOf(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** The last line may be half written when the spawner was killed. */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
