// The control plane's end of the spawner: commands out, events in, and a new spawner when the old one dies.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Log } from "#functions/world.ts";
import type { RunnerEvent, Tell } from "#local/backends/engine/runner.ts";
import type { MemoryLimitWay } from "#local/memory-limit.ts";

const PROGRAM = fileURLToPath(new URL("spawner.mjs", import.meta.url));
/** A small young generation keeps the process small, and so its forks fast. */
const FLAGS = ["--max-semi-space-size=1", "--max-old-space-size=128"];
const RESTART_MS = { first: 20, most: 5000, calmAfter: 10_000 };
/** So often in a row it may die before it was ready, until that is told. */
const VAIN_STARTS = 5;
/** Longer than it takes to end every program by force. */
const CLOSE_MS = 30_000;

export interface StartCommand {
  readonly id: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Holds work, home, tmp, out, and the logs while it runs. */
  readonly folder: string;
  /** Its parts are to be made first. */
  readonly make: boolean;
  readonly memoryMib: number;
  /** Comes back when another spawner finds this program in the journal. */
  readonly note: unknown;
}

export interface SpawnerOptions {
  /** For the journal and the spawner's own complaints. */
  readonly folder: string;
  /** Marks the programs of this state directory. */
  readonly stateId: string;
  readonly limit: MemoryLimitWay;
  readonly tell: Tell;
  readonly log: Log;
}

export class Spawner {
  readonly #options: SpawnerOptions;
  #child: ChildProcess | undefined;
  #ready = false;
  #closing = false;
  #commands: string[] = [];
  #events: RunnerEvent[] = [];
  #restartMs = RESTART_MS.first;
  #vainStarts = 0;
  #gone: Promise<void> = Promise.resolve();

  constructor(options: SpawnerOptions) {
    this.#options = options;
    mkdirSync(options.folder, { recursive: true });
    this.#open();
  }

  /** Undefined while there is none. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  start(command: StartCommand): void {
    this.#send({ do: "start", ...command });
  }

  stop(id: string, graceSeconds: number): void {
    this.#send({ do: "stop", id, graceSeconds });
  }

  /** Ends every program and then the spawner. */
  async close(): Promise<void> {
    this.#closing = true;
    const child = this.#child;
    child?.stdin?.end();
    const force = setTimeout(() => child?.kill("SIGKILL"), CLOSE_MS);
    await this.#gone;
    clearTimeout(force);
  }

  #open(): void {
    const { folder, stateId, limit } = this.#options;
    const argument = JSON.stringify({ journal: join(folder, "journal"), stateId, limit });
    const child = spawn(process.execPath, [...FLAGS, PROGRAM, argument], {
      stdio: ["pipe", "pipe", "inherit"],
      env: {},
      cwd: "/",
      // A terminal's Ctrl-C is the control plane's to answer.
      detached: true,
    });
    this.#child = child;
    const openedAt = performance.now();
    // A pipe that breaks is told by the exit.
    child.stdin.on("error", () => {});
    createInterface({ input: child.stdout }).on("line", (line) => this.#take(JSON.parse(line)));
    this.#gone = new Promise((resolve) => {
      child.once("close", () => resolve(this.#died(child, performance.now() - openedAt)));
      child.once("error", (error) =>
        this.#options.log.error("The spawner can't be started.", { error: error.message }),
      );
    });
  }

  #died(child: ChildProcess, livedMs: number): void {
    this.#child = undefined;
    this.#ready = false;
    if (this.#closing) return;
    const { exitCode, signalCode } = child;
    this.#options.log.error("The spawner died; its programs are ended and reported as lost.", {
      exitCode,
      signalCode,
    });
    // Told at once: what is asked for from here on is for the next spawner.
    this.#commands = [];
    this.#options.tell([...this.#events.splice(0), { event: "died" }]);
    if (++this.#vainStarts >= VAIN_STARTS) {
      const reason = `The spawner (${PROGRAM}) can't be started: it ended with ${signalCode ?? exitCode}.`;
      this.#options.tell([{ event: "unusable", reason }]);
    }
    this.#restartMs =
      livedMs > RESTART_MS.calmAfter
        ? RESTART_MS.first
        : Math.min(this.#restartMs * 2, RESTART_MS.most);
    setTimeout(() => this.#closing || this.#open(), this.#restartMs);
  }

  /** What came in one turn of the event loop is told at once. */
  #take(event: RunnerEvent): void {
    if (event.event === "recovered") this.#beReady();
    if (this.#events.push(event) > 1) return;
    setImmediate(() => {
      if (this.#events.length > 0) this.#options.tell(this.#events.splice(0));
    });
  }

  #beReady(): void {
    this.#ready = true;
    this.#vainStarts = 0;
    this.#flush();
  }

  #send(command: unknown): void {
    if (this.#commands.push(`${JSON.stringify(command)}\n`) > 1 || !this.#ready) return;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    if (!this.#ready || this.#commands.length === 0) return;
    this.#child?.stdin?.write(this.#commands.splice(0).join(""));
  }
}
