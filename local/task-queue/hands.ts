// Who holds which task, and until when each worker is believed to live.
import { TASK_LIMITS } from "#functions/task-queues.ts";

export interface Held {
  readonly lease: string;
  readonly position: number;
  readonly worker: Worker;
  readonly since: number;
  /** A suspect: nothing else is leased to its worker. */
  readonly isAlone: boolean;
}

export interface Worker {
  readonly name: string;
  /** Unix milliseconds. */
  until: number;
  /** In the order leased. */
  readonly held: Set<Held>;
  alone: Held | undefined;
}

/** Leases are looked at no more often than this. */
const LOOK_MILLISECONDS = 100;

export class Hands {
  readonly #leaseMilliseconds: number;
  readonly #byPosition = new Map<number, Held>();
  readonly #workers = new Map<string, Worker>();
  #lookedAt = 0;

  constructor(leaseSeconds: number) {
    this.#leaseMilliseconds = leaseSeconds * 1000;
  }

  get size(): number {
    return this.#byPosition.size;
  }

  get workers(): number {
    return this.#workers.size;
  }

  of(position: number): Held | undefined {
    return this.#byPosition.get(position);
  }

  /** The worker lives. */
  renew(name: string, now: number): Worker {
    const until = now + this.#leaseMilliseconds;
    const known = this.#workers.get(name);
    if (known) known.until = until;
    const worker = known ?? { name, until, held: new Set(), alone: undefined };
    if (!known) this.#workers.set(name, worker);
    return worker;
  }

  hold(held: Held): void {
    this.#byPosition.set(held.position, held);
    held.worker.held.add(held);
    if (held.isAlone) held.worker.alone = held;
  }

  letGo(position: number): void {
    const held = this.#byPosition.get(position);
    if (!held) return;
    this.#byPosition.delete(position);
    held.worker.held.delete(held);
    if (held.isAlone) held.worker.alone = undefined;
  }

  /** The worker is gone; what it held is still to be let go. */
  leave(name: string): readonly Held[] {
    const worker = this.#workers.get(name);
    this.#workers.delete(name);
    return worker ? [...worker.held] : [];
  }

  /** Leases that nobody renewed, and those of 11 hours. */
  expired(now: number): readonly Held[] {
    if (Math.abs(now - this.#lookedAt) < LOOK_MILLISECONDS) return [];
    this.#lookedAt = now;
    const expired: Held[] = [];
    for (const worker of this.#workers.values()) {
      const isGone = now >= worker.until;
      if (isGone) this.#workers.delete(worker.name);
      for (const held of worker.held) {
        if (!isGone && now < held.since + TASK_LIMITS.taskSeconds * 1000) break;
        expired.push(held);
      }
    }
    return expired;
  }
}
