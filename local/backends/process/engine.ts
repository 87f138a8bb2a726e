// The life of each instance in this engine: prepared, started by the spawner, running, its remains kept, ended. ../process.ts is its port.
import type { LaunchRequest } from "#functions/backend.ts";
import { type MemoryLimitWay, memoryLimitWay } from "#local/memory-limit.ts";
import {
  type ProgramEnd,
  type ProgramEvent,
  type RecoveredProgram,
  Spawner,
  type SpawnerEvent,
} from "#local/spawner/client.ts";
import type { Outcome } from "#shared/instance.ts";
import { amountOf, type Room } from "./admission.ts";
import { type Keeper, keepWhatIsLeft } from "./finish.ts";
import type { FolderPool } from "./folders.ts";
import { PreparationError } from "./inputs.ts";
import { type End, Ends, indexOf, isFenced, type Live } from "./live.ts";
import { type ProcessOptions, partsOf, stateIdOf } from "./options.ts";
import { outcomeOf, refusal, usageOf } from "./outcome.ts";
import { leaverOf, type Preparation, prepare } from "./prepare.ts";
import { LOST, recoverPrograms } from "./recover.ts";
import { Reporter } from "./reporter.ts";

const GRACE_SECONDS = 10;
/** Beyond the grace time: what doesn't end by then is left to the end of the spawner. */
const CLOSE_MS = 25_000;
/** What a timer of Node can hold; longer times are armed again. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const NOTHING_LEFT = { stdout: 0, stderr: 0, files: false };

export class Engine {
  readonly lives = new Map<string, Live>();
  readonly ends = new Ends();
  /** The live generation of each index that only one may run of. */
  readonly fenced = new Map<string, Live>();
  readonly reporter: Reporter;
  readonly way: MemoryLimitWay;
  readonly spawner: Spawner;
  readonly #options: ProcessOptions;
  readonly #room: Room;
  readonly #folders: FolderPool;
  readonly #preparation: Preparation;
  readonly #keeper: Keeper;
  readonly #ready = Promise.withResolvers<readonly RecoveredProgram[]>();
  /** Those that a spawner took with it when it died, until the next one has ended what is left of them. */
  #orphans: Live[] = [];
  #idle: (() => void) | undefined;

  static async open(options: ProcessOptions, room: Room): Promise<Engine> {
    const stateId = stateIdOf(options.stateDirectory);
    const way: MemoryLimitWay =
      options.memoryLimit === "sampler"
        ? { kind: "sampler", reason: "it is set so" }
        : await memoryLimitWay(`zoe-${stateId}`);
    const engine = new Engine(options, room, way, stateId);
    try {
      await engine.#recover();
      return engine;
    } catch (error) {
      await engine.spawner.close();
      throw error;
    }
  }

  private constructor(options: ProcessOptions, room: Room, way: MemoryLimitWay, stateId: string) {
    const { folders, preparation, keeper, root } = partsOf(options, stateId);
    const { log } = options;
    this.way = way;
    this.reporter = new Reporter(options.emit, log);
    this.#options = options;
    this.#room = room;
    this.#folders = folders;
    this.#preparation = preparation;
    this.#keeper = keeper;
    const tell = (events: readonly SpawnerEvent[]) => this.#hear(events);
    this.spawner = new Spawner({ folder: root, stateId, limit: way, log, tell });
  }

  /** From here on it holds its room, until its end is told. */
  begin(request: LaunchRequest, key: string): void {
    const live: Live = {
      key,
      request,
      amount: amountOf(request.service),
      lent: this.#folders.take(),
      abort: new AbortController(),
      phase: "preparing",
    };
    this.lives.set(key, live);
    if (isFenced(request)) this.fenced.set(indexOf(request.instance), live);
    this.#options.logs.follow(request.instance, live.lent.folders.root);
    void this.#start(live);
  }

  async #start(live: Live): Promise<void> {
    try {
      const command = await prepare(
        live.key,
        live.request,
        live.lent,
        this.#preparation,
        live.abort.signal,
      );
      live.abort.signal.throwIfAborted();
      live.phase = "starting";
      this.spawner.start(command);
    } catch (error) {
      await this.#end(live, live.stopped ?? this.#failure(live, error));
    }
  }

  #failure(live: Live, error: unknown): Outcome {
    if (error instanceof PreparationError)
      return { kind: "failed", code: error.code, reason: error.message };
    const about = {
      ...live.request.instance,
      error: error instanceof Error ? error.stack : String(error),
    };
    this.#options.log.error("An instance couldn't be prepared.", about);
    return { kind: "failed", code: "engine", reason: `It couldn't be prepared: ${String(error)}.` };
  }

  get #graceSeconds(): number {
    return this.#options.graceSeconds ?? GRACE_SECONDS;
  }

  /** The first reason counts. */
  stop(key: string, reason: Outcome): void {
    const live = this.lives.get(key);
    if (!live || live.stopped || live.phase === "ending") return;
    live.stopped = reason;
    if (live.phase === "preparing") live.abort.abort();
    else this.spawner.stop(key, this.#graceSeconds);
  }

  /** Resolves when all has ended and is told, and the spawner is gone. */
  async close(reason: Outcome): Promise<void> {
    for (const key of this.lives.keys()) this.stop(key, reason);
    if (this.lives.size > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#idle = resolve;
      const deadline = setTimeout(resolve, this.#graceSeconds * 1000 + CLOSE_MS);
      await promise;
      clearTimeout(deadline);
    }
    await this.reporter.settled();
    await this.spawner.close();
  }

  #hear(events: readonly SpawnerEvent[]): void {
    for (const event of events) {
      if (event.event === "died") this.#orphan();
      else if (event.event === "recovered") this.#adoptOrphans(event.programs);
      else if (event.event === "unusable") this.#ready.reject(new Error(event.reason));
      else {
        const live = this.lives.get(event.id);
        if (live) this.#hearOf(live, event);
      }
    }
  }

  #hearOf(live: Live, event: ProgramEvent): void {
    switch (event.event) {
      case "started":
        this.#running(live, event.at);
        return;
      case "refused":
        void this.#end(live, live.stopped ?? refusal(event));
        return;
      case "ended":
        void this.#end(live, outcomeOf(event, live.stopped, this.way.kind), event);
    }
  }

  #running(live: Live, at: number): void {
    const { instance, service } = live.request;
    live.phase = "running";
    this.reporter.say({ kind: "running", instance, at, backendId: live.key });
    if (service.maxTimeSeconds !== undefined) this.#limitTime(live, service.maxTimeSeconds, at);
  }

  #limitTime(live: Live, seconds: number, startedAt: number): void {
    const leftMs = startedAt + seconds * 1000 - this.#options.now();
    const reason = `It ran for its longest time of ${seconds} s (maxTime) and was stopped.`;
    live.timer = setTimeout(
      () => {
        if (leftMs > LONGEST_TIMER_MS) this.#limitTime(live, seconds, startedAt);
        else this.stop(live.key, { kind: "timedOut", reason });
      },
      Math.min(Math.max(0, leftMs), LONGEST_TIMER_MS),
    );
  }

  /** Whatever goes wrong with what it left: its end is told, and its room is free. */
  async #end(live: Live, outcome: Outcome, end?: ProgramEnd): Promise<void> {
    if (live.phase === "ending") return;
    // A program that never started left nothing; what one left whose spawner died isn't known.
    const left = live.phase === "preparing" ? NOTHING_LEFT : end?.left;
    live.phase = "ending";
    clearTimeout(live.timer);
    const { lent, request } = live;
    const leaver = leaverOf(request);
    const final = await keepWhatIsLeft(leaver, lent.folders, outcome, left, this.#keeper);
    await this.#tidily(live, () => this.#letGo(request, final));
    this.#tell(live, final, end);
    const isClean = end !== undefined && !end.left.files;
    await this.#tidily(live, () => this.#folders.giveBack(lent, isClean));
  }

  async #letGo(request: LaunchRequest, outcome: Outcome): Promise<void> {
    await this.#preparation.inputs.release(request);
    if (request.service.run === "worker")
      await this.#options.runtime.close(request.instance, outcome);
  }

  async #tidily(live: Live, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      const about = {
        ...live.request.instance,
        error: error instanceof Error ? error.stack : String(error),
      };
      this.#options.log.error("What an instance left couldn't be tidied up.", about);
    }
  }

  #tell(live: Live, outcome: Outcome, end: ProgramEnd | undefined): void {
    const { instance } = live.request;
    const at = end?.at ?? this.#options.now();
    const told: End = {
      instance,
      at,
      outcome,
      ...(end && { startedAt: end.startedAt, usage: usageOf(end) }),
    };
    this.lives.delete(live.key);
    if (this.fenced.get(indexOf(instance)) === live) this.fenced.delete(indexOf(instance));
    this.ends.add(live.key, told);
    this.#room.give(live.amount);
    this.reporter.say({ kind: "ended", ...told });
    if (this.lives.size === 0) this.#idle?.();
  }

  #orphan(): void {
    const isOrphan = ({ phase }: Live) => phase === "starting" || phase === "running";
    this.#orphans.push(...[...this.lives.values()].filter(isOrphan));
  }

  /** The new spawner has ended what the old one left. The first of all finds what an earlier control plane left. */
  #adoptOrphans(programs: readonly RecoveredProgram[]): void {
    this.#ready.resolve(programs);
    const ends = new Map(programs.map((program) => [program.id, program.end]));
    for (const live of this.#orphans.splice(0)) {
      const end = ends.get(live.key);
      void this.#end(
        live,
        end ? outcomeOf(end, live.stopped, this.way.kind) : (live.stopped ?? LOST),
        end,
      );
    }
  }

  async #recover(): Promise<void> {
    const { now, log } = this.#options;
    const programs = await this.#ready.promise;
    for (const { key, end } of await recoverPrograms(programs, this.way.kind, this.#keeper, now)) {
      this.ends.add(key, end);
      this.reporter.say({ kind: "ended", ...end });
    }
    this.#folders
      .removeOld()
      .catch((error) =>
        log.warn("Folders of earlier programs can't be removed.", { error: String(error) }),
      );
  }
}
