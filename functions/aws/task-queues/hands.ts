// What the workers of this process hold: deliveries of SQS, until when they are theirs, and which leases were ever given.
import { randomBytes } from "node:crypto";
import { TASK_LIMITS } from "#functions/task-queues.ts";
import type { Place } from "./records.ts";
import { type KnownQueue, nameOf } from "./shelf.ts";

/** held: a worker has it. over: its time ended, it failed, or was given back. ended: its task has its outcome. */
export type DeliveryState = "held" | "over" | "ended";

export interface Delivery {
  readonly lease: string;
  readonly queue: KnownQueue;
  readonly task: string;
  readonly worker: string;
  readonly message: string;
  readonly from: Place;
  readonly round: number;
  /** Deliveries before this one. */
  readonly seen: number;
  /** JSON text, while it may be needed again. */
  payload: string;
  readonly attempts: number;
  readonly receivedAt: number;
  readonly isAlone: boolean;
  receipt: string;
  /** Unix milliseconds. */
  until: number;
  state: DeliveryState;
  /** Its failure was recorded. */
  hasFailed: boolean;
}

export interface Hand {
  readonly held: Set<Delivery>;
  /** It met a suspect with its hands full: nothing more until they are empty. */
  isEmptying: boolean;
}

/** Leases that ended are remembered, the latest so many: a late report names one. */
const REMEMBERED = 4_000;

export class Hands {
  readonly #now: () => number;
  readonly #leases = new Map<string, Delivery>();
  readonly #byTask = new Map<string, Set<Delivery>>();
  readonly #hands = new Map<string, Hand>();
  /** Of this process: a lease of another is unknown here. */
  readonly #nonce = randomBytes(6).toString("hex");
  #serial = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  of(queue: KnownQueue, worker: string): Hand {
    const name = `${nameOf(queue.ref)} ${worker}`;
    const known = this.#hands.get(name);
    if (known) return known;
    const hand: Hand = { held: new Set(), isEmptying: false };
    this.#hands.set(name, hand);
    return hand;
  }

  /** This process gave it tasks, or tried to. */
  knows(queue: KnownQueue, worker: string): boolean {
    return this.#hands.has(`${nameOf(queue.ref)} ${worker}`);
  }

  /** Deliveries whose time is over are no longer held. */
  expire(queue: KnownQueue, worker: string): Hand {
    const hand = this.of(queue, worker);
    for (const each of hand.held) if (each.until <= this.#now()) this.end(each, "over");
    return hand;
  }

  newLease(): string {
    return `${this.#nonce}.${++this.#serial}`;
  }

  hold(delivery: Delivery): void {
    this.#leases.set(delivery.lease, delivery);
    this.of(delivery.queue, delivery.worker).held.add(delivery);
    const task = taskName(delivery);
    const others = this.#byTask.get(task);
    if (others) others.add(delivery);
    else this.#byTask.set(task, new Set([delivery]));
    this.#forget();
  }

  find(lease: string): Delivery | undefined {
    return this.#leases.get(lease);
  }

  /** Who holds a task in this process. */
  holding(queue: KnownQueue, task: string): Delivery | undefined {
    for (const each of this.#byTask.get(`${nameOf(queue.ref)} ${task}`) ?? [])
      if (each.state === "held" && each.until > this.#now()) return each;
    return undefined;
  }

  /** Every delivery of the same task that this process knows. */
  sameTask(delivery: Delivery): readonly Delivery[] {
    return [...(this.#byTask.get(taskName(delivery)) ?? [])];
  }

  end(delivery: Delivery, state: "over" | "ended"): void {
    delivery.state = state;
    if (state === "ended") Object.assign(delivery, { payload: "", receipt: "" });
    this.of(delivery.queue, delivery.worker).held.delete(delivery);
  }

  /** A renewal is due when half of the lease is over; a task takes at most 11 hours. */
  due(queue: KnownQueue, worker: string): readonly { delivery: Delivery; seconds: number }[] {
    const now = this.#now();
    const { leaseSeconds } = queue.options;
    return [...this.expire(queue, worker).held].flatMap((delivery) => {
      const end = delivery.receivedAt + TASK_LIMITS.taskSeconds * 1000;
      const seconds = Math.floor(Math.min(leaseSeconds, (end - now) / 1000));
      const isDue = delivery.until - now <= leaseSeconds * 500;
      return isDue && delivery.until < end && seconds > 0 ? [{ delivery, seconds }] : [];
    });
  }

  drop(executionId: string): void {
    for (const delivery of this.#leases.values())
      if (delivery.queue.ref.executionId === executionId) {
        this.end(delivery, "over");
        this.#leases.delete(delivery.lease);
        this.#byTask.delete(taskName(delivery));
      }
  }

  #forget(): void {
    for (const [lease, delivery] of this.#leases) {
      if (this.#leases.size <= REMEMBERED) return;
      if (delivery.state === "held") continue;
      this.#leases.delete(lease);
      const same = this.#byTask.get(taskName(delivery));
      same?.delete(delivery);
      if (same?.size === 0) this.#byTask.delete(taskName(delivery));
    }
  }
}

function taskName({ queue, task }: Delivery): string {
  return `${nameOf(queue.ref)} ${task}`;
}
