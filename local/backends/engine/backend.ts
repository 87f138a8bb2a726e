// The port of every engine on this machine; the life of an instance is engine.ts. Adding an engine = a Runner, and what it can't run.
import type { Backend, InstanceLook, LaunchReply, LaunchRequest } from "#functions/backend.ts";
import { launchedTogether } from "#functions/gang-request.ts";
import type { InstanceId, Outcome } from "#shared/instance.ts";
import type { Capabilities } from "#shared/pool.ts";
import { amountOf, Room } from "./admission.ts";
import { Engine, type EngineSetting } from "./engine.ts";
import { indexOf, isFenced, keyOf } from "./live.ts";
import type { EngineOptions } from "./options.ts";
import type { Runner } from "./runner.ts";

const CLOSED: Outcome = { kind: "interrupted", reason: "Zoe's control plane was stopped." };
const CLOSING: LaunchReply = { kind: "noRoom", reason: "This control plane is being stopped." };
const REPLACED: Outcome = { kind: "lost", reason: "A later generation takes its place." };

export interface BackendSetting<R extends Runner> extends EngineSetting<R> {
  readonly capabilities: Capabilities;
  /** What this engine never can run, in a sentence; found before anything is started. */
  readonly whyRejected: (request: LaunchRequest) => string | undefined;
}

/** Resolves when it can launch: what an earlier control plane left running has been ended, and its events are on their way. */
export async function openBackend<R extends Runner>(
  options: EngineOptions,
  setting: BackendSetting<R>,
): Promise<EngineBackend<R>> {
  const room = new Room(setting.capabilities.capacity);
  return new EngineBackend(setting, room, await Engine.open(options, room, setting));
}

export class EngineBackend<R extends Runner = Runner> implements Backend {
  readonly name: string;
  readonly capabilities: Capabilities;
  readonly exec?: Backend["exec"];
  readonly keeps?: Backend["keeps"];
  readonly letGo?: Backend["letGo"];
  readonly #whyRejected: BackendSetting<R>["whyRejected"];
  readonly #room: Room;
  readonly #engine: Engine<R>;
  #closed = false;

  constructor(setting: BackendSetting<R>, room: Room, engine: Engine<R>) {
    this.name = setting.name;
    this.capabilities = setting.capabilities;
    this.#whyRejected = setting.whyRejected;
    this.#room = room;
    this.#engine = engine;
    const { runner } = engine;
    if (runner.exec)
      this.exec = async (instance, words) => {
        return (await runner.exec?.(keyOf(instance), words)) ?? { kind: "missing" };
      };
    if (runner.keeps) this.keeps = async () => (await runner.keeps?.()) ?? [];
    if (runner.letGo) this.letGo = async (executionId) => runner.letGo?.(executionId);
  }

  /** For those who watch the machine. */
  get runner(): R {
    return this.#engine.runner;
  }

  async launch(requests: readonly LaunchRequest[]): Promise<readonly LaunchReply[]> {
    const replies = new Map<LaunchRequest, LaunchReply>();
    for (const group of launchedTogether(requests)) {
      const refusal = this.#whyNotAll(group);
      for (const request of group) replies.set(request, refusal ?? this.#launch(request));
    }
    return requests.flatMap((request) => replies.get(request) ?? []);
  }

  /** Of a gang: what keeps one node from being launched keeps all. One that is known has been launched, with all others. */
  #whyNotAll(group: readonly LaunchRequest[]): LaunchReply | undefined {
    const [first] = group;
    if (first?.gang === undefined) return undefined;
    const isKnown = ({ instance }: LaunchRequest) =>
      this.#engine.lives.has(keyOf(instance)) || this.#engine.ends.has(keyOf(instance));
    if (group.some(isKnown)) return undefined;
    if (this.#closed) return CLOSING;
    const rejected = group.map(this.#whyRejected).find((reason) => reason !== undefined);
    if (rejected) return { kind: "rejected", reason: rejected };
    const missing = this.#room.lacks(group.map(({ service }) => amountOf(service)));
    return this.#fenceGang(first) ?? (missing ? { kind: "noRoom", reason: missing } : undefined);
  }

  /** No node of one generation beside any node of another. */
  #fenceGang({ instance }: LaunchRequest): LaunchReply | undefined {
    const { executionId, service, generation } = instance;
    const before = [...this.#engine.lives.values()].filter(
      ({ request: { instance: other } }) =>
        other.executionId === executionId &&
        other.service === service &&
        other.generation !== generation,
    );
    if (before.length === 0) return undefined;
    if (before.some(({ request }) => request.instance.generation > generation))
      return { kind: "rejected", reason: "A later generation of it runs." };
    for (const { key } of before) this.#engine.stop(key, REPLACED);
    return { kind: "noRoom", reason: "The generation before it has not ended yet." };
  }

  #launch(request: LaunchRequest): LaunchReply {
    const key = keyOf(request.instance);
    const launched: LaunchReply = { kind: "launched", backendId: key };
    if (this.#engine.lives.has(key)) return launched;
    const end = this.#engine.ends.get(key);
    if (end) {
      // Who asks again has not heard of its end.
      this.#engine.reporter.say({ kind: "ended", ...end });
      return launched;
    }
    if (this.#closed) return CLOSING;
    const rejected = this.#whyRejected(request);
    if (rejected) return { kind: "rejected", reason: rejected };
    const refused = this.#fence(request);
    if (refused) return refused;
    const missing = this.#room.take(amountOf(request.service));
    if (missing) return { kind: "noRoom", reason: missing };
    this.#engine.begin(request, key);
    return launched;
  }

  /** Never an older generation after a newer, nor a newer beside an older, which is told to stop. */
  #fence(request: LaunchRequest): LaunchReply | undefined {
    const { instance } = request;
    const before = isFenced(request) ? this.#engine.fenced.get(indexOf(instance)) : undefined;
    if (!before) return undefined;
    if (before.request.instance.generation > instance.generation)
      return { kind: "rejected", reason: "A later generation of it runs." };
    this.#engine.stop(before.key, REPLACED);
    return { kind: "noRoom", reason: "The generation before it has not ended yet." };
  }

  async stop(instances: readonly InstanceId[], reason: Outcome): Promise<void> {
    for (const instance of instances) this.#engine.stop(keyOf(instance), reason);
  }

  async look(instances: readonly InstanceId[]): Promise<readonly InstanceLook[]> {
    return instances.map((instance) => this.#look(keyOf(instance)));
  }

  #look(key: string): InstanceLook {
    if (this.#engine.lives.has(key)) return { kind: "running", backendId: key };
    const end = this.#engine.ends.get(key);
    if (!end) return { kind: "gone" };
    return { kind: "ended", outcome: end.outcome, ...(end.usage && { usage: end.usage }) };
  }

  async list(): Promise<readonly InstanceId[]> {
    return [...this.#engine.lives.values()].map((live) => live.request.instance);
  }

  /** Ends all programs politely, tells their ends, and leaves nothing behind. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#engine.close(CLOSED);
  }
}
