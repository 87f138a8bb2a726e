// A throttling bucket as AWS describes them: so many calls at once, refilled at a rate.
import type { Clock } from "./clock.ts";

export class Bucket {
  readonly #clock: Clock;
  readonly #size: number;
  readonly #perSecond: number;
  #level: number;
  #at: number;

  constructor(clock: Clock, size: number, perSecond: number) {
    this.#clock = clock;
    this.#size = size;
    this.#perSecond = perSecond;
    this.#level = size;
    this.#at = clock.now();
  }

  /** False when there are not so many: the caller is told to slow down. */
  take(many = 1): boolean {
    const now = this.#clock.now();
    const refilled = this.#level + ((now - this.#at) / 1000) * this.#perSecond;
    this.#level = Math.min(this.#size, refilled);
    this.#at = now;
    if (this.#level < many) return false;
    this.#level -= many;
    return true;
  }
}
