// The life of each instance in an engine: prepared, started by its runner, running, its remains kept, ended. backend.ts is its port.
import type { LaunchRequest } from "#functions/backend.ts";
import type { Outcome } from "#shared/instance.ts";
import { amountOf, type Room } from "./admission.ts";
import { type Keeper, keepWhatIsLeft } from "./finish.ts";
import type { FolderPool } from "./folders.ts";
import { PreparationError } from "./inputs.ts";
import { type End, Ends, indexOf, isFenced, type Live } from "./live.ts";
import { type EngineForm, type EngineOptions, partsOf, stateIdOf } from "./options.ts";
import { refusal, usageOf } from "./outcome.ts";
import { leaverOf, type Preparation, prepare } from "./prepare.ts";
import { LOST, recoverPrograms } from "./recover.ts";
import { Reporter } from "./reporter.ts";
import type {
  ProgramEnd,
  ProgramEvent,
  RecoveredProgram,
  Runner,
  RunnerEvent,
  Tell,
} from "./runner.ts";
import { nodeLost, nodeTold, outcomeOfLive } from "./together.ts";

const GRACE_SECONDS = 10;
/** Beyond the grace time: what doesn't end by then is left to the end of the runner. */
const CLOSE_MS = 25_000;
/** What a timer of Node can hold; longer times are armed again. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const NOTHING_LEFT = { stdout: 0, stderr: 0, files: false };

/** Where the runner may keep things, and whose programs it starts. */
export interface RunnerPlace {
  readonly root: string;
  readonly stateId: string;
  readonly tell: Tell;
}

export interface EngineSetting<R extends Runner> extends EngineForm {
  readonly openRunner: (place: RunnerPlace) => R;
}

export class Engine<R extends Runner = Runner> {
  readonly lives = new Map<string, Live>();
  readonly ends = new Ends();
  /** The live generation of each index that only one may run of. */
  readonly fenced = new Map<string, Live>();
  readonly reporter: Reporter;
  readonly runner: R;
  readonly #options: EngineOptions;
  readonly #inner: string;
  readonly #room: Room;
  readonly #folders: FolderPool;
  readonly #preparation: Preparation;
  readonly #keeper: Keeper;
  readonly #ready = Promise.withResolvers<readonly RecoveredProgram[]>();
  /** Those that a runner took with it when it died, until the next one has ended what is left of them. */
  #orphans: Live[] = [];
  #idle: (() => void) | undefined;
  readonly #stopNode = (key: string, reason: Outcome) => this.stop(key, reason);

  /** Resolves when it can begin: what an earlier control plane left running has been ended, and its events are on their way. */
  static async open<R extends Runner>(
    options: EngineOptions,
    room: Room,
    setting: EngineSetting<R>,
  ): Promise<Engine<R>> {
    const engine = new Engine(options, room, setting);
    try {
      await engine.#recover();
      return engine;
    } catch (error) {
      await engine.runner.close();
      throw error;
    }
  }

  private constructor(options: EngineOptions, room: Room, setting: EngineSetting<R>) {
    const stateId = stateIdOf(options.stateDirectory);
    const { folders, preparation, keeper, root } = partsOf(options, setting, stateId);
    this.reporter = new Reporter(options.emit, options.log, () => this.lives.size);
    this.#options = options;
    this.#inner = setting.inner;
    this.#room = room;
    this.#folders = folders;
    this.#preparation = preparation;
    this.#keeper = keeper;
    this.runner = setting.openRunner({ root, stateId, tell: (events) => this.#hear(events) });
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
      const program = await prepare(
        live.key,
        live.request,
        live.lent,
        this.#preparation,
        live.abort.signal,
      );
      live.abort.signal.throwIfAborted();
      live.phase = "starting";
      this.runner.start(program);
    } catch (error) {
      await this.#end(live, live.stopped ?? this.#failure(live, error));
    }
  }

  #failure(live: Live, error: unknown): Outcome {
    if (error instanceof PreparationError && error.code === "gang")
      return { kind: "rejected", reason: error.message };
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
    else this.runner.stop(key, this.#graceSeconds);
  }

  /** Resolves when all has ended and is told, and the runner is gone. */
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
    await this.runner.close();
  }

  #hear(events: readonly RunnerEvent[]): void {
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
        nodeLost(this.lives, live, event, this.#stopNode);
        void this.#end(live, outcomeOfLive(live, event, this.runner.limitsExactly), event);
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
    // A program that never started left nothing; what one left whose runner died isn't known.
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
    nodeTold(this.lives, live, this.#stopNode);
    if (this.lives.size === 0) this.#idle?.();
  }

  #orphan(): void {
    const isOrphan = ({ phase }: Live) => phase === "starting" || phase === "running";
    this.#orphans.push(...[...this.lives.values()].filter(isOrphan));
  }

  /** The new runner has ended what the old one left. The first of all finds what an earlier control plane left. */
  #adoptOrphans(programs: readonly RecoveredProgram[]): void {
    this.#ready.resolve(programs);
    const ends = new Map(programs.map((program) => [program.id, program.end]));
    for (const live of this.#orphans.splice(0)) {
      const end = ends.get(live.key);
      void this.#end(
        live,
        end ? outcomeOfLive(live, end, this.runner.limitsExactly) : (live.stopped ?? LOST),
        end,
      );
    }
  }

  async #recover(): Promise<void> {
    const { now, log } = this.#options;
    const programs = await this.#ready.promise;
    const form = { isExact: this.runner.limitsExactly, inner: this.#inner };
    for (const { key, end } of await recoverPrograms(programs, form, this.#keeper, now)) {
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
