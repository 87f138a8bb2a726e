// One message on its way, in the memory of the host that delivers it.
import { QUEUE_LIMITS, redeliverySeconds } from "#functions/queue.ts";
import type { Kept, Stays } from "./keeper.ts";

/** From this delivery on a message comes alone, so that a poisonous one takes no others with it. */
const ALONE_FROM = 4;

export class Entry {
  readonly id: number;
  readonly body: string;
  dueAt: number;
  receives: number;
  /** Unix milliseconds since when it could be delivered. */
  readyAt = 0;
  /** The delivery that may say that it failed. */
  #holder: unknown;
  /** Done, or dead: whatever else is said of it is late. */
  isOver = false;
  /** A host before this one may have died of it. */
  readonly #isLeft: boolean;

  constructor(kept: Kept, isLeft = false) {
    this.id = kept.id;
    this.body = kept.body;
    this.dueAt = kept.dueAt;
    this.receives = kept.receives;
    this.#isLeft = isLeft;
  }

  get comesAlone(): boolean {
    return this.receives + 1 >= ALONE_FROM;
  }

  /** Whether its deliveries are to be counted durably before it is handled: it may be what ends this process. */
  get isSuspect(): boolean {
    return this.#isLeft || this.receives > 1;
  }

  get isSpent(): boolean {
    return this.receives >= QUEUE_LIMITS.receives;
  }

  handOver(holder: unknown): void {
    this.#holder = holder;
    this.receives++;
  }

  /** False for a delivery whose time was over before it ended. */
  isHeldBy(holder: unknown): boolean {
    return !this.isOver && this.#holder === holder;
  }

  /** It failed: again later, or never again. */
  failed(now: number): Stays {
    this.#holder = undefined;
    this.isOver = this.isSpent;
    this.dueAt = now + redeliverySeconds(this.receives) * 1000;
    return { ...this.asKept(), deadAt: this.isOver ? now : null };
  }

  asKept(): Stays {
    return { id: this.id, receives: this.receives, dueAt: this.dueAt, deadAt: null };
  }
}
