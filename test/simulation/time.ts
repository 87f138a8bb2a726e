// Virtual time, and whose turn it is: every call to a port waits here until the seed picks it. Nothing happens between two turns.
import type { Random } from "./random.ts";

/** Somebody who acts: a host between its start and its crash, a program, a person. What belongs to an ended life is never heard of again. */
export interface Life {
  readonly name: string;
  isOver: boolean;
}

interface Turn {
  readonly life: Life;
  readonly take: () => void | Promise<void>;
}

interface Timer {
  readonly at: number;
  readonly serial: number;
  readonly ring: () => void;
}

/** Microtasks that the code behind a port call may take until its next call. */
const PATIENCE = 40;

export class Time {
  now: number;
  turns = 0;
  readonly #random: Random;
  readonly #ready: Turn[] = [];
  readonly #timers = new Heap();
  #serial = 0;

  constructor(random: Random, now: number) {
    this.#random = random;
    this.now = now;
  }

  later(ms: number, ring: () => void): void {
    this.#timers.push({ at: this.now + Math.max(0, ms), serial: this.#serial++, ring });
  }

  /** Does it when its turn comes, unless the life is over by then. */
  enter(life: Life, take: () => void | Promise<void>): void {
    this.#ready.push({ life, take });
  }

  /** An act of somebody's, in its turn; never settles when the life ends before. */
  turn<T>(life: Life, act: () => T | Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.enter(life, async () => {
        try {
          resolve(await act());
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  sleep(life: Life, ms: number): Promise<void> {
    return new Promise((resolve) => this.later(ms, () => this.enter(life, resolve)));
  }

  /** Turn after turn until the time is reached, or `isDone` says so. `afterTurn` may look at everything. */
  async run(until: number, afterTurn: (isIdle: boolean) => Promise<boolean>): Promise<void> {
    for (;;) {
      await this.#settle();
      const isIdle = this.#ready.length === 0;
      if (!isIdle) await this.#takeOne();
      if (await afterTurn(isIdle)) return;
      if (isIdle && !this.#advance(until)) return;
    }
  }

  async #takeOne(): Promise<void> {
    const at = this.#ready.length === 1 ? 0 : this.#random.below(this.#ready.length);
    const turn = this.#ready[at];
    const last = this.#ready.pop();
    if (turn === undefined || last === undefined) return;
    if (at < this.#ready.length) this.#ready[at] = last;
    if (turn.life.isOver) return;
    this.turns++;
    this.now += this.#random.below(4);
    this.#ring();
    await turn.take();
  }

  /** Lets the code behind the last turn run to its next call. */
  async #settle(): Promise<void> {
    for (let n = 0; n < PATIENCE && this.#ready.length === 0; n++) await undefined;
    if (this.#ready.length === 0) await new Promise((resolve) => setImmediate(resolve));
  }

  /** To the next timer; false when there is none in time. */
  #advance(until: number): boolean {
    const next = this.#timers.first();
    if (next === undefined || next.at > until) return false;
    this.now = Math.max(this.now, next.at);
    this.#ring();
    return true;
  }

  #ring(): void {
    for (let timer = this.#timers.first(); timer; timer = this.#timers.first()) {
      if (timer.at > this.now) return;
      this.#timers.pop();
      timer.ring();
    }
  }
}

/** A binary heap of timers: earliest first, then in the order they were set. */
class Heap {
  readonly #timers: Timer[] = [];

  first(): Timer | undefined {
    return this.#timers[0];
  }

  push(timer: Timer): void {
    let at = this.#timers.push(timer) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  pop(): void {
    const last = this.#timers.pop();
    if (last === undefined || this.#timers.length === 0) return;
    this.#timers[0] = last;
    let at = 0;
    for (;;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2])
        if (child < this.#timers.length && this.#isBefore(child, least)) least = child;
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [one, other] = [this.#timers[a], this.#timers[b]] as [Timer, Timer];
    return one.at < other.at || (one.at === other.at && one.serial < other.serial);
  }

  #swap(a: number, b: number): void {
    const [one, other] = [this.#timers[a], this.#timers[b]] as [Timer, Timer];
    this.#timers[a] = other;
    this.#timers[b] = one;
  }
}
