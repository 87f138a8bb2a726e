// What simulated instances do: single programs that end in some way, and workers that lease tasks, report, leave, die, and freeze beyond their leases.
import type { LaunchRequest } from "#functions/backend.ts";
import type { Lease, QueueRef, TaskQueues } from "#functions/task-queues.ts";
import type { Part, Stage } from "#local/backends/simulated.ts";
import { instanceName, type Outcome } from "#shared/instance.ts";
import type { WorkerService } from "#shared/zapp.ts";
import type { Chaos } from "./chaos.ts";
import { Random } from "./random.ts";
import type { Life, Time } from "./time.ts";

export interface Theatre {
  readonly seed: number;
  readonly time: Time;
  readonly chaos: Chaos;
  readonly tasks: TaskQueues;
  /** What the runtime API asks of the store before it leases more. */
  readonly isDraining: (executionId: string) => boolean;
  readonly trace: (line: () => string) => void;
}

/** What a task tells its worker to do. */
export interface Errand {
  /** flaky: fails at its first attempt. kill: takes its worker down. */
  readonly do: "succeed" | "fail" | "flaky" | "kill";
  readonly ms: number;
  /** For the routes. */
  readonly side: "left" | "right" | "nowhere";
}

export function castBy(theatre: Theatre): (request: LaunchRequest) => Part {
  return (request) => {
    const { instance, environment } = request;
    const name = `${environment.ZOE_PARAM_ORDINAL} ${instanceName(instance)}`;
    const random = new Random(theatre.seed, `program ${name}`);
    const play = playOf(request);
    return {
      reply: replyBy(theatre.chaos),
      startsAfterMs: random.below(8_000),
      play: (stage) => play(theatre, stage, random),
    };
  };
}

function playOf({ service, gang }: LaunchRequest) {
  if (service.run === "worker") return workerOf;
  return (gang?.node ?? 0) > 0 ? node : single;
}

function replyBy(chaos: Chaos): Part["reply"] {
  for (const kind of ["noRoom", "rejected", "unseen", "lost"] as const)
    if (chaos.happens(kind)) return kind;
  return "launched";
}

const SUCCEEDED: Outcome = { kind: "succeeded" };

const ENDINGS: readonly Outcome[] = [
  ...Array.from({ length: 14 }, () => SUCCEEDED),
  { kind: "failed", code: "exit", reason: "It ended with code 1.", exitCode: 1 },
  { kind: "failed", code: "exit", reason: "It ended with code 75.", exitCode: 75 },
  { kind: "outOfMemory", reason: "It took more than its memory." },
];

/** Runs for a while, and ends well or badly. */
function single(theatre: Theatre, stage: Stage, random: Random): void {
  const ms = random.between(500, 40_000);
  obeyStop(stage, random);
  dieSometime(theatre, stage, ms);
  if (stage.request.environment.ZOE_PARAM_HANGS === "1") return;
  stage.later(ms, () => end(theatre, stage, random.pick(ENDINGS)));
}

/** A node of a gang that is not the first: it stays until it is told to go. */
function node(theatre: Theatre, stage: Stage, random: Random): void {
  obeyStop(stage, random);
  dieSometime(theatre, stage, 40_000);
}

function end({ chaos }: Theatre, stage: Stage, outcome: Outcome): void {
  stage.end(outcome, { silently: chaos.happens("silence") });
}

/** At once, a little later, or only by force. */
function obeyStop(stage: Stage, random: Random): void {
  const patience = random.pick([0, 0, 700, 60_000]);
  stage.onStop(() => stage.later(patience, () => stage.end(SUCCEEDED)));
}

const ACCIDENTS: readonly Outcome[] = [
  { kind: "interrupted", reason: "Its machine was taken away." },
  { kind: "lost", reason: "Its machine was lost." },
  { kind: "failed", code: "exit", reason: "It was killed.", exitCode: 137 },
];

function dieSometime(theatre: Theatre, stage: Stage, withinMs: number): void {
  const { chaos } = theatre;
  if (!chaos.happens("die")) return;
  const random = chaos.random("die");
  stage.later(random.below(withinMs), () => end(theatre, stage, random.pick(ACCIDENTS)));
}

/** Between two looks at an empty queue. */
const POLL_MS = 4_000;

function workerOf(theatre: Theatre, stage: Stage, random: Random): void {
  const { instance, service } = stage.request;
  if (service.run !== "worker") throw new Error("Only workers lease tasks.");
  const ref = { executionId: instance.executionId, queue: service.queue };
  new Worker(theatre, stage, random, service, ref).start();
}

class Worker {
  readonly #theatre: Theatre;
  readonly #stage: Stage;
  readonly #random: Random;
  readonly #service: WorkerService;
  readonly #ref: QueueRef;
  readonly #name: string;
  readonly #life: Life;
  #isFrozen = false;
  #isLeaving = false;
  #done = 0;

  constructor(
    theatre: Theatre,
    stage: Stage,
    random: Random,
    service: WorkerService,
    ref: QueueRef,
  ) {
    this.#theatre = theatre;
    this.#stage = stage;
    this.#random = random;
    this.#service = service;
    this.#ref = ref;
    this.#name = instanceName(stage.request.instance);
    this.#life = { name: this.#name, isOver: false };
  }

  start(): void {
    const accidents: readonly Outcome[] = ACCIDENTS;
    this.#stage.onStop(() => {
      this.#isLeaving = true;
      this.#stage.later(this.#random.below(3_000), () => this.#end(SUCCEEDED));
    });
    if (this.#theatre.chaos.happens("die")) {
      const random = this.#theatre.chaos.random("die");
      this.#stage.later(random.below(40_000), () => this.#end(random.pick(accidents)));
    }
    this.#watchEnd();
    this.#renew();
    void this.#work();
  }

  /** Also when it is ended from outside: by force, its time, or a machine that goes. */
  #watchEnd(): void {
    const { time } = this.#theatre;
    const look = () => {
      if (this.#life.isOver) return;
      if (this.#stage.isOver()) this.#bury(false);
      else time.later(5_000, look);
    };
    time.later(5_000, look);
  }

  /** The engine renews while the instance lives. */
  #renew(): void {
    const { tasks } = this.#theatre;
    const everyMs = this.#leaseMs() / 3;
    const again = () => {
      if (!this.#isFrozen) void tasks.renew(this.#ref, this.#name);
      this.#stage.later(everyMs, again);
    };
    this.#stage.later(everyMs, again);
  }

  #leaseMs(): number {
    return 20_000;
  }

  async #work(): Promise<void> {
    const { time, tasks, isDraining } = this.#theatre;
    let idleSince = time.now;
    for (;;) {
      if (isDraining(this.#ref.executionId)) this.#isLeaving = true;
      if (this.#isLeaving) return this.#end(SUCCEEDED);
      const leases = await this.#turn(() => this.#lease());
      if (leases.length > 0) {
        await this.#workOff(leases);
        idleSince = time.now;
        if (this.#done >= (this.#service.maxTasks ?? Infinity)) return this.#end(SUCCEEDED);
        continue;
      }
      const counts = await this.#turn(() => tasks.counts(this.#ref));
      const isDrained = counts === undefined || (counts.closed && counts.done >= counts.put);
      const isIdle = time.now - idleSince >= this.#service.idleSeconds * 1000;
      if (isDrained || isIdle) return this.#end(SUCCEEDED);
      await time.sleep(this.#life, POLL_MS);
    }
  }

  #turn<T>(act: () => Promise<T>): Promise<T> {
    return this.#theatre.time.turn(this.#life, act);
  }

  #lease(): Promise<readonly Lease[]> {
    const left = (this.#service.maxTasks ?? Infinity) - this.#done;
    const max = Math.min(left, this.#random.between(1, 3));
    return this.#theatre.tasks.lease(this.#ref, { max, worker: this.#name, waitSeconds: 0 });
  }

  async #workOff(leases: readonly Lease[]): Promise<void> {
    for (const lease of leases) {
      const errand = lease.payload as unknown as Errand;
      await this.#theatre.time.sleep(this.#life, errand.ms);
      await this.#freeze();
      if (errand.do === "kill")
        return this.#end({ kind: "failed", code: "exit", reason: "Killed.", exitCode: 137 });
      await this.#report(lease, errand);
      this.#done++;
    }
  }

  /** The machine stands still: nothing is renewed, and then it goes on as if nothing had been. */
  async #freeze(): Promise<void> {
    const { chaos, time } = this.#theatre;
    if (!chaos.happens("freeze")) return;
    this.#isFrozen = true;
    await time.sleep(this.#life, this.#leaseMs() * chaos.random("freeze").between(1, 3));
    this.#isFrozen = false;
  }

  async #report({ lease, attempts }: Lease, errand: Errand): Promise<void> {
    const { tasks, trace, chaos } = this.#theatre;
    const fails = errand.do === "fail" || (errand.do === "flaky" && attempts === 0);
    const report = fails
      ? ({ lease, ok: false, error: "It did not work." } as const)
      : ({ lease, ok: true, result: { side: errand.side } } as const);
    const times = chaos.happens("repeat") ? 2 : 1;
    for (let n = 0; n < times; n++) {
      const reply = await this.#turn(() => tasks.record(this.#ref, this.#name, [report]));
      trace(() => `${this.#name} reports ${JSON.stringify(report)} -> ${reply}`);
    }
  }

  #end(outcome: Outcome): void {
    if (this.#stage.isOver() || this.#life.isOver) return;
    end(this.#theatre, this.#stage, outcome);
    this.#bury(outcome.kind === "failed");
  }

  /** The engine saw the end: what the worker held waits again. */
  #bury(wasKilled: boolean): void {
    this.#life.isOver = true;
    const { tasks, chaos } = this.#theatre;
    if (!chaos.happens("unreleased")) void tasks.release(this.#ref, this.#name, wasKilled);
  }
}
