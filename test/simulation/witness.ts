// Notes what is asked of executions and instances in each state: by events, by answers of backends, by people. So the forbidden moves that were tried are known.
import type { InstanceEvent, LaunchReply, LaunchRequest } from "#functions/backend.ts";
import type { InstanceId, InstanceState } from "#shared/instance.ts";
import type { Coverage } from "./coverage.ts";
import type { Picture } from "./picture.ts";

/** What an answer to a launch means for the instance. */
const MEANINGS: Readonly<Record<LaunchReply["kind"], InstanceState>> = {
  launched: "launching",
  noRoom: "placed",
  rejected: "ended",
  unknown: "unknown",
};

export class Witness {
  readonly #picture: Picture;
  readonly #coverage: Coverage;

  constructor(picture: Picture, coverage: Coverage) {
    this.#picture = picture;
    this.#coverage = coverage;
  }

  events(events: readonly InstanceEvent[]): void {
    for (const { kind, instance } of events) {
      this.#instance(instance, kind);
      if (kind === "running") this.#execution(instance.executionId, "running");
    }
  }

  replies(requests: readonly LaunchRequest[], replies: readonly LaunchReply[]): void {
    for (const [position, reply] of replies.entries()) {
      const request = requests[position];
      if (request !== undefined) this.#instance(request.instance, MEANINGS[reply.kind]);
    }
  }

  stops(instances: readonly InstanceId[]): void {
    for (const instance of instances) this.#instance(instance, "stopping");
  }

  /** By people: a stop means `ending` and `ended`, a retry `queued` and then `starting`. */
  asks(what: "cancel" | "retry", executionId: string): void {
    const [first, second] =
      what === "cancel" ? (["ending", "ended"] as const) : (["queued", "starting"] as const);
    this.#execution(executionId, first);
    this.#execution(executionId, second);
  }

  #execution(id: string, to: "queued" | "starting" | "running" | "ending" | "ended"): void {
    const state = this.#picture.executions.get(id)?.state;
    if (state !== undefined) this.#coverage.triesExecution(state, to);
  }

  #instance({ executionId, service, index, generation }: InstanceId, to: InstanceState): void {
    const name = `${executionId}#${service}`;
    const generations = this.#picture.instances.get(name)?.get(index) ?? [];
    const record = generations.find((one) => one.generation === generation);
    const isPlaced = generation === 1 && index < (this.#picture.placements.get(name)?.next ?? 0);
    const state = record?.state ?? (isPlaced ? "placed" : undefined);
    if (state !== undefined) this.#coverage.triesInstance(state, to);
  }
}
