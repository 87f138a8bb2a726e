// The process engine: each instance is a process group on this machine, started and ended by the spawner (../spawner/). It is no sandbox: programs
// run as the control plane's own user and can do what it can. This is its port; the life of an instance is process/engine.ts.
import type { Backend, InstanceLook, LaunchReply, LaunchRequest } from "#functions/backend.ts";
import type { MemoryLimitWay } from "#local/memory-limit.ts";
import type { Spawner } from "#local/spawner/client.ts";
import type { InstanceId, Outcome } from "#shared/instance.ts";
import type { Capabilities } from "#shared/pool.ts";
import { amountOf, capabilitiesOf, Room } from "./process/admission.ts";
import { Engine } from "./process/engine.ts";
import { indexOf, isFenced, keyOf } from "./process/live.ts";
import type { ProcessOptions } from "./process/options.ts";
import { whyRejected } from "./process/reject.ts";

export type { ProcessOptions } from "./process/options.ts";

const CLOSED: Outcome = { kind: "interrupted", reason: "Zoe's control plane was stopped." };
const REPLACED: Outcome = { kind: "lost", reason: "A later generation takes its place." };

/** Resolves when it can launch: what an earlier control plane left running has been ended, and its events are on their way. */
export async function processBackend(options: ProcessOptions): Promise<ProcessBackend> {
  const capabilities = capabilitiesOf(options.capacity);
  const room = new Room(capabilities.capacity);
  return new ProcessBackend(options, capabilities, room, await Engine.open(options, room));
}

export class ProcessBackend implements Backend {
  readonly name = "process";
  readonly capabilities: Capabilities;
  readonly #urls: { readonly allowFileUrls: boolean; readonly allowLocalUrls: boolean };
  readonly #room: Room;
  readonly #engine: Engine;
  #closed = false;

  constructor(options: ProcessOptions, capabilities: Capabilities, room: Room, engine: Engine) {
    const { allowFileUrls = false, allowLocalUrls = false } = options;
    this.#urls = { allowFileUrls, allowLocalUrls };
    this.capabilities = capabilities;
    this.#room = room;
    this.#engine = engine;
  }

  /** How memory limits are enforced on this machine. */
  get memoryLimitWay(): MemoryLimitWay {
    return this.#engine.way;
  }

  /** For those who watch the machine. */
  get spawner(): Spawner {
    return this.#engine.spawner;
  }

  async launch(requests: readonly LaunchRequest[]): Promise<readonly LaunchReply[]> {
    return requests.map((request) => this.#launch(request));
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
    if (this.#closed) return { kind: "noRoom", reason: "This control plane is being stopped." };
    const rejected = whyRejected(request, this.capabilities, this.#urls);
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
