// One program from its start to its end: its own session, folders and logs; how it is stopped; and what is reported when nothing of it is left.
import { spawn } from "node:child_process";
import { closeSync, existsSync } from "node:fs";
import { join } from "node:path";
import { cgroupFor } from "./cgroup.mjs";
import { isClean, makeFolders } from "./folders.mjs";
import { LogFile } from "./log-limit.mjs";
import { Meter } from "./meter.mjs";
import { readProcess } from "./processes.mjs";

/** After SIGKILL processes are gone within milliseconds; one that waits for a device may not be, and is then named as left behind. */
const LOOK_AGAIN_MS = 2;
const LOOK_AGAIN_POLITELY_MS = 20;
const GIVE_UP_MS = 20_000;
const EXIT_CODES = { ENOENT: 127, EACCES: 126 };

export class Program {
  #command;
  #host;
  #group;
  #meter;
  #logs;
  #pid;
  #startedAt;
  #exit;
  #politeUntil = 0;
  #unnoted;

  constructor(command, host) {
    this.#command = command;
    this.#host = host;
    this.#logs = ["stdout", "stderr"].map((name) => new LogFile(join(command.folder, name)));
  }

  get id() {
    return this.#command.id;
  }

  /** False when it couldn't be started; the event says why. */
  start() {
    try {
      this.#spawn();
    } catch (error) {
      this.#refused(error);
    }
    if (this.#pid === undefined) return false;
    const { id, folder, note } = this.#command;
    const found = readProcess(this.#pid);
    const at = Date.now();
    this.#startedAt = at;
    this.#meter.began(at, found);
    this.#host.table.own(this.#pid, id);
    try {
      this.#host.journal.started({ id, pid: this.#pid, start: found?.start, folder, note, at });
    } catch (error) {
      // What can't be noted must not run: nobody would find it after a crash.
      this.#unnoted = error;
      this.#force();
      return true;
    }
    this.#host.say({ event: "started", id, pid: this.#pid, at });
    return true;
  }

  #spawn() {
    const { argv, cwd, env, folder, make, memoryMib } = this.#command;
    if (make) makeFolders(folder);
    this.#group = cgroupFor(this.#host.options.limit, folder);
    this.#group?.begin(memoryMib);
    this.#meter = new Meter(memoryMib, this.#group);
    const words = this.#group ? [...this.#group.entrance(), ...argv] : argv;
    const files = this.#logs.map((log) => log.open());
    try {
      const stdio = ["ignore", ...files];
      const child = spawn(words[0], words.slice(1), { cwd, env, stdio, detached: true });
      child.on("error", (error) => this.#refused(error));
      child.on("exit", (code, signal) => this.#exited(code, signal));
      this.#pid = child.pid;
    } finally {
      for (const file of files) closeSync(file);
    }
  }

  #refused(error) {
    const { id, cwd, argv } = this.#command;
    const hasFolder = existsSync(cwd);
    const what = hasFolder ? `"${argv[0]}" can't be started` : `Its folder ${cwd} isn't there`;
    const reason = `${what} (${error.code ?? error.message}).`;
    // As a shell would have put it.
    const exitCode = hasFolder ? EXIT_CODES[error.code] : undefined;
    this.#host.say({ event: "refused", id, reason, exitCode });
  }

  /** Memory, processor time, length of the logs; called many times a second. */
  look() {
    if (this.#exit) return;
    for (const log of this.#logs) log.look();
    if (this.#meter.look(this.#host.table.membersOf(this.id))) this.#force();
  }

  stop(graceSeconds) {
    if (this.#exit || this.#politeUntil > 0) return;
    this.#politeUntil = Date.now() + graceSeconds * 1000;
    signalTo(-this.#pid, "SIGTERM");
    setTimeout(() => this.#exit || this.#force(), graceSeconds * 1000).unref();
  }

  #force() {
    this.#politeUntil = 1;
    if (!this.#exit) signalTo(-this.#pid, "SIGKILL");
    for (const pid of this.#members()) signalTo(pid, "SIGKILL");
  }

  #exited(code, signal) {
    this.#exit = { code, signal, at: Date.now() };
    // Whoever is left in its session goes with it, unless it was told to stop and its grace still runs.
    if (this.#politeUntil < this.#exit.at) signalTo(-this.#pid, "SIGKILL");
    this.#meter.exited(() => this.#clear());
  }

  /** Reports only when nothing lives any more, those included that made a session of their own. */
  #clear() {
    const left = this.#members();
    const now = Date.now();
    const since = Math.max(this.#exit.at, this.#politeUntil);
    if (left.length === 0 || now - since > GIVE_UP_MS) return this.#report(left);
    const polite = now < this.#politeUntil;
    if (!polite) for (const pid of left) signalTo(pid, "SIGKILL");
    setTimeout(() => this.#clear(), polite ? LOOK_AGAIN_POLITELY_MS : LOOK_AGAIN_MS);
  }

  #members() {
    if (this.#group) return this.#group.members();
    this.#host.table.scan();
    return this.#host.table.membersOf(this.id).map((found) => found.pid);
  }

  #report(leftBehind) {
    this.#host.table.disown(this.#pid);
    const [stdout, stderr] = this.#logs.map((log) => log.look());
    const { code, signal, at } = this.#exit;
    const left = { stdout, stderr, files: !isClean(this.#command.folder, this.#startedAt) };
    const end = { id: this.id, at, code, signal, left, leftBehind, ...this.#meter.figures(at) };
    if (this.#unnoted) this.#refused(this.#unnoted);
    else {
      this.#host.journal.ended(end);
      this.#host.say({ event: "ended", ...end });
    }
    this.#host.gone(this);
  }
}

function signalTo(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself meanwhile.
  }
}
