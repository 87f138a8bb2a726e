// The spawner: a small process that starts and ends programs for the control plane (client.ts), whose own memory would make every start slow.
// Plain JavaScript, nothing but Node. Commands come as JSON lines on standard input, events go as JSON lines to standard output.
import { createInterface } from "node:readline";
import { removeCgroups } from "./cgroup.mjs";
import { openJournal, recover } from "./journal.mjs";
import { ProcessTable } from "./processes.mjs";
import { Program } from "./program.mjs";

/** Programs get this long to end by themselves when the control plane is gone. */
const LAST_GRACE_SECONDS = 1;
const TICK_MS = 100;
/** Looking at programs may take one part in so many of the spawner's time. */
const TICK_SHARE = 20;

const options = JSON.parse(process.argv[2] ?? "{}");
const programs = new Map();
const waiting = [];
const lines = [];
let leaving = false;
let ticks = false;

// The terminal's signals are for the control plane; the spawner leaves at the end of its input, whatever way that came.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});
// Nobody listens any more: that is what the end of the input says as well.
process.stdout.on("error", () => {});

const table = new ProcessTable(options.stateId);
const recovered = await recover(options);
const journal = openJournal(options.journal);
const host = { options, table, journal, say, gone };
say({ event: "recovered", pid: process.pid, programs: recovered });

createInterface({ input: process.stdin })
  .on("line", (line) => obey(JSON.parse(line)))
  .on("close", leave);

function obey(command) {
  if (command.do === "start") waiting.push(command);
  else if (command.do === "stop") stop(command);
  if (waiting.length === 1 && command.do === "start") setImmediate(startNext);
}

// One at a time between other events: each start blocks for about a millisecond, and ends must not wait behind hundreds of them.
function startNext() {
  const command = waiting.shift();
  if (!command || leaving) return;
  const program = new Program(command, host);
  programs.set(command.id, program);
  if (!program.start()) programs.delete(command.id);
  if (!ticks) setTimeout(tick, TICK_MS);
  ticks = true;
  if (waiting.length > 0) setImmediate(startNext);
}

function stop(command) {
  const at = waiting.findIndex((other) => other.id === command.id);
  if (at >= 0) {
    const [unstarted] = waiting.splice(at, 1);
    say({ event: "refused", id: unstarted.id, reason: "It was stopped before it started." });
  } else programs.get(command.id)?.stop(command.graceSeconds);
}

/** Looks at every program: memory, processor time, length of its logs. Rarer where there are so many that it would cost much. */
function tick() {
  const began = performance.now();
  if (!options.limit.folder) table.scan();
  for (const program of programs.values()) program.look();
  const pause = Math.max(TICK_MS, (performance.now() - began) * TICK_SHARE);
  ticks = programs.size > 0;
  if (ticks) setTimeout(tick, pause);
}

function gone(program) {
  programs.delete(program.id);
  if (leaving && programs.size === 0) exit();
}

function leave() {
  leaving = true;
  journal.close();
  if (programs.size === 0) exit();
  for (const program of programs.values()) program.stop(LAST_GRACE_SECONDS);
}

function exit() {
  removeCgroups(options.limit);
  process.exit(0);
}

/** What happened in one turn of the event loop goes out in one write. */
function say(event) {
  if (lines.push(JSON.stringify(event)) > 1) return;
  setImmediate(() => {
    process.stdout.write(`${lines.join("\n")}\n`);
    lines.length = 0;
  });
}
