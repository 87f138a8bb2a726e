// A backend that runs no programs: its instances are parts, played in the time they are given. The simulation stands on it.
import type {
  Backend,
  InstanceEvent,
  InstanceLook,
  LaunchReply,
  LaunchRequest,
} from "#functions/backend.ts";
import { launchedTogether } from "#functions/gang-request.ts";
import { type InstanceId, instanceName, type Outcome, type Usage } from "#shared/instance.ts";
import type { Capabilities } from "#shared/pool.ts";
import { isOfGang, isOfOther, whyOthersEnd } from "./simulated-gang.ts";

/** How one instance goes; asked for once, when it is launched. */
export interface Part {
  /** `unseen`: the caller gets no answer, and yet it starts. `lost`: no answer, and it never starts. */
  readonly reply: "launched" | "noRoom" | "rejected" | "unseen" | "lost";
  readonly startsAfterMs: number;
  /** What its program does from its start on; without one it runs until it is stopped. */
  readonly play?: (stage: Stage) => void;
}

/** What a program has in its hands. */
export interface Stage {
  readonly request: LaunchRequest;
  readonly startedAt: number;
  readonly isOver: () => boolean;
  /** Calls back unless the instance has ended by then. */
  readonly later: (ms: number, act: () => void) => void;
  /** `silently`: nobody is told; only a look finds it. */
  readonly end: (outcome: Outcome, options?: { silently?: boolean }) => void;
  /** Told to stop: it should end before the grace time is over. Without it, it ends at once. */
  readonly onStop: (act: () => void) => void;
}

export interface SimulatedOptions {
  readonly name: string;
  readonly capabilities: Capabilities;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly later: (ms: number, act: () => void) => void;
  /** Where events go: the observe queue. */
  readonly tell: (event: InstanceEvent) => void;
  readonly cast: (request: LaunchRequest) => Part;
  /** Of a repeated launch: whether the answer arrives. */
  readonly isHeard?: () => boolean;
  readonly graceMs: number;
  /** Does not end the nodes of a gang when node 0 has ended or one is lost, as a machine that is cut off: others must. */
  readonly neglectsGangs?: boolean;
}

interface Actor {
  readonly request: LaunchRequest;
  readonly instance: InstanceId;
  /** When an instance that will never start is known to be gone. */
  goneAt?: number;
  /** Until then a look does not find it, though it may run. */
  unseenUntil?: number;
  startedAt?: number;
  outcome?: Outcome;
  usage?: Usage;
  stopReason?: Outcome;
  onStop?: () => void;
}

/** After a lost answer it takes so long until the backend can say what came of it. */
const UNCERTAIN_MS = 60_000;

export class SimulatedBackend implements Backend {
  readonly name: string;
  readonly capabilities: Capabilities;
  readonly #options: SimulatedOptions;
  readonly #actors = new Map<string, Actor>();
  /** The highest generation that was launched of each index. */
  readonly #newest = new Map<string, Actor>();

  constructor(options: SimulatedOptions) {
    this.name = options.name;
    this.capabilities = options.capabilities;
    this.#options = options;
  }

  async launch(requests: readonly LaunchRequest[]): Promise<readonly LaunchReply[]> {
    const replies = new Map<LaunchRequest, LaunchReply>();
    for (const group of launchedTogether(requests)) {
      const together = this.#launchTogether(group);
      group.forEach((request, position) => {
        const reply = together[position];
        if (reply !== undefined) replies.set(request, reply);
      });
    }
    return requests.flatMap((request) => replies.get(request) ?? []);
  }

  async stop(instances: readonly InstanceId[], reason: Outcome): Promise<void> {
    for (const id of instances) {
      const actor = this.#actors.get(keyOf(id));
      if (actor !== undefined) this.#stopOne(actor, reason);
    }
  }

  async look(instances: readonly InstanceId[]): Promise<readonly InstanceLook[]> {
    return instances.map((id) => this.#lookAt(this.#actors.get(keyOf(id))));
  }

  async list(): Promise<readonly InstanceId[]> {
    return this.running();
  }

  /** Those that start or run. */
  running(): InstanceId[] {
    const live = [...this.#actors.values()].filter(isLive);
    return live.map(({ instance }) => instance);
  }

  /** How an instance really ended, for those who judge. */
  truth(id: InstanceId): Outcome | undefined {
    return this.#actors.get(keyOf(id))?.outcome;
  }

  /** The machine under it goes: whatever runs ends, and nobody is told. */
  collapse(outcome: Outcome): void {
    for (const actor of [...this.#actors.values()].filter(isLive))
      this.#end(actor, outcome, { silently: true });
  }

  /** The nodes of a gang are answered alike. */
  #launchTogether(group: readonly LaunchRequest[]): readonly LaunchReply[] {
    const [first] = group;
    if (first?.gang === undefined) return group.map((request) => this.#launchOne(request));
    const refusal = group.map((request) => this.#whyNot(request)).find((reply) => reply);
    if (refusal !== undefined) return group.map(() => refusal);
    const part = this.#options.cast(first);
    const reply = this.#launchOne(first, part);
    const others = group.slice(1).map((request) => {
      const own = this.#options.cast(request);
      return this.#launchOne(request, { ...own, reply: part.reply });
    });
    return [reply, ...others].map(() => reply);
  }

  /** A node that is known needs no second look: all of them are. */
  #whyNot(request: LaunchRequest): LaunchReply | undefined {
    const known = this.#actors.get(keyOf(request.instance));
    const isKnown = known !== undefined && !isGone(known, this.#options.now());
    return isKnown ? undefined : this.#fenceGang(request);
  }

  /** No node of one generation beside any node of another. */
  #fenceGang({ instance }: LaunchRequest): LaunchReply | undefined {
    const others = [...this.#actors.values()].filter(isOfOther(instance));
    if (others.some((other) => other.instance.generation > instance.generation))
      return { kind: "rejected", reason: "A later generation of its gang was launched." };
    const live = others.filter(isLive);
    for (const other of live)
      this.#stopOne(other, { kind: "lost", reason: "A later generation takes its place." });
    if (live.length === 0) return undefined;
    return { kind: "noRoom", reason: "The generation before has not ended yet." };
  }

  #launchOne(request: LaunchRequest, given?: Part): LaunchReply {
    const { instance } = request;
    const known = this.#actors.get(keyOf(instance));
    if (known !== undefined && !isGone(known, this.#options.now())) {
      const isHeard = known.goneAt === undefined && (this.#options.isHeard?.() ?? true);
      if (!isHeard) return { kind: "unknown", reason: "No answer came." };
      return { kind: "launched", backendId: keyOf(instance) };
    }
    const refusal = this.#fence(request);
    if (refusal !== undefined) return refusal;
    const part = given ?? this.#options.cast(request);
    switch (part.reply) {
      case "noRoom":
        return { kind: "noRoom", reason: "The machine is full." };
      case "rejected":
        return { kind: "rejected", reason: "The machine can't run this." };
      case "lost":
        this.#admit({ request, instance, goneAt: this.#options.now() + UNCERTAIN_MS });
        return { kind: "unknown", reason: "No answer came." };
      case "unseen":
        this.#begin(request, part, this.#options.now() + UNCERTAIN_MS);
        return { kind: "unknown", reason: "No answer came." };
      case "launched":
        this.#begin(request, part);
        return { kind: "launched", backendId: keyOf(instance) };
    }
  }

  /** One generation of an index at a time, and never an older one after a newer. Workers are not fenced. */
  #fence({ instance, service }: LaunchRequest): LaunchReply | undefined {
    const newest = this.#newest.get(indexOf(instance));
    if (newest === undefined || service.run === "worker") return undefined;
    if (newest.instance.generation > instance.generation)
      return { kind: "rejected", reason: "A later generation of it was launched." };
    if (!isLive(newest)) return undefined;
    this.#stopOne(newest, { kind: "lost", reason: "A later generation takes its place." });
    return { kind: "noRoom", reason: "Its generation before has not ended yet." };
  }

  #admit(actor: Actor): void {
    this.#actors.set(keyOf(actor.instance), actor);
    this.#newest.set(indexOf(actor.instance), actor);
  }

  #begin(request: LaunchRequest, part: Part, unseenUntil = 0): void {
    const actor: Actor = { request, instance: request.instance, unseenUntil };
    this.#admit(actor);
    this.#options.later(part.startsAfterMs, () => {
      if (actor.outcome === undefined) this.#start(actor, part);
    });
  }

  #start(actor: Actor, part: Part): void {
    const startedAt = this.#options.now();
    const { instance, request } = actor;
    actor.startedAt = startedAt;
    this.#options.tell({ kind: "running", instance, at: startedAt, backendId: keyOf(instance) });
    const later = (ms: number, act: () => void) =>
      this.#options.later(ms, () => {
        if (actor.outcome === undefined) act();
      });
    const { maxTimeSeconds } = request.service;
    if (maxTimeSeconds !== undefined)
      later(maxTimeSeconds * 1000, () => this.#end(actor, overdue(maxTimeSeconds)));
    part.play?.({
      ...{ request, startedAt, later, isOver: () => actor.outcome !== undefined },
      end: (outcome, options) => this.#end(actor, outcome, options),
      onStop: (act) => {
        actor.onStop = act;
      },
    });
  }

  #stopOne(actor: Actor, reason: Outcome): void {
    if (actor.outcome !== undefined || actor.stopReason !== undefined) return;
    actor.stopReason = reason;
    if (actor.onStop === undefined) {
      this.#end(actor, reason);
      return;
    }
    actor.onStop();
    this.#options.later(this.#options.graceMs, () => this.#end(actor, reason));
  }

  #end(actor: Actor, ended: Outcome, { silently = false } = {}): void {
    if (actor.outcome !== undefined) return;
    const { instance, startedAt } = actor;
    const at = this.#options.now();
    const outcome = actor.stopReason ?? ended;
    const wallSeconds = startedAt === undefined ? 0 : (at - startedAt) / 1000;
    const usage: Usage = { cpuSeconds: wallSeconds / 2, peakMemoryMib: 10, wallSeconds };
    Object.assign(actor, { outcome, usage });
    const since = startedAt === undefined ? {} : { startedAt };
    if (!silently) this.#options.tell({ kind: "ended", instance, at, ...since, outcome, usage });
    if (actor.request.gang !== undefined && !this.#options.neglectsGangs) this.#endGang(actor);
  }

  #endGang(actor: Actor): void {
    const reason = whyOthersEnd(actor);
    if (reason === undefined) return;
    const nodes = [...this.#actors.values()].filter(isOfGang(actor.instance));
    for (const node of nodes.filter(isLive)) this.#stopOne(node, reason);
  }

  #lookAt(actor: Actor | undefined): InstanceLook {
    if (actor === undefined || isGone(actor, this.#options.now())) return { kind: "gone" };
    const { outcome, usage, startedAt, instance } = actor;
    if (outcome !== undefined) return { kind: "ended", outcome, ...(usage && { usage }) };
    return startedAt === undefined || (actor.unseenUntil ?? 0) > this.#options.now()
      ? { kind: "unknown" }
      : { kind: "running", backendId: keyOf(instance) };
  }
}

function overdue(seconds: number): Outcome {
  return { kind: "timedOut", reason: `Its maximum time of ${seconds} s is over.` };
}

function isLive({ outcome, goneAt }: Actor): boolean {
  return outcome === undefined && goneAt === undefined;
}

function isGone({ goneAt }: Actor, now: number): boolean {
  return goneAt !== undefined && goneAt <= now;
}

function keyOf(id: InstanceId): string {
  return `${id.executionId}/${instanceName(id)}`;
}

function indexOf({ executionId, service, index }: InstanceId): string {
  return `${executionId}/${service}-${index}`;
}
