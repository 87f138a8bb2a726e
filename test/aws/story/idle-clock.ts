// A clock that goes on only when nothing else can happen: hours of a story take a moment, and no wait is ever cut short.
import type { Clock } from "#test/aws/clock.ts";

interface Alarm {
  readonly at: number;
  readonly serial: number;
  readonly ring: () => void;
  isOff: boolean;
}

/** Turns of the event loop in which nothing was at work. */
const QUIET_TURNS = 3;

export class IdleClock implements Clock {
  #now: number;
  #alarms: Alarm[] = [];
  #serial = 0;
  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, callback: () => void): () => void {
    const at = this.#now + Math.max(0, milliseconds);
    const alarm: Alarm = { at, serial: this.#serial++, ring: callback, isOff: false };
    const place = this.#alarms.findLastIndex((other) => other.at <= at) + 1;
    this.#alarms.splice(place, 0, alarm);
    return () => {
      alarm.isOff = true;
    };
  }

  /** Answers whether it came to that within so much time of its own. */
  async runUntil(isDone: () => boolean, limitMs: number): Promise<boolean> {
    const end = this.#now + limitMs;
    for (;;) {
      await this.#quiet(isDone);
      if (isDone()) return true;
      const next = this.#alarms[0];
      if (next === undefined || next.at > end) return false;
      this.#alarms.shift();
      if (next.isOff) continue;
      this.#now = Math.max(this.#now, next.at);
      next.ring();
    }
  }

  /** Lets time pass while somebody waits for an answer. */
  async during<T>(work: Promise<T>, limitMs = 3_600_000): Promise<T> {
    let isOver = false;
    const end = work.finally(() => {
      isOver = true;
    });
    end.catch(() => undefined);
    if (!(await this.runUntil(() => isOver, limitMs)))
      throw new Error(`Nothing came of it within ${limitMs / 1000} s.`);
    return end;
  }

  async #quiet(isDone: () => boolean): Promise<void> {
    for (let turns = 0; turns < QUIET_TURNS && !isDone(); turns++) {
      waiting++;
      await new Promise((resolve) => setImmediate(resolve));
      waiting--;
      if (isAtWork()) turns = 0;
    }
  }
}

/** Turns that clocks themselves wait for. */
let waiting = 0;

/** Files are read, and hashes made, by other threads; of hashes Node does not say so. Others may wait for their next turn too. */
function isAtWork(): boolean {
  const active = process.getActiveResourcesInfo();
  const isReading = active.some((name) => name.startsWith("FSReq") || name === "CloseReq");
  const turns = active.filter((name) => name === "Immediate").length;
  return hashing > 0 || isReading || turns > waiting;
}

let hashing = 0;
const { subtle } = crypto;
for (const name of ["digest", "importKey", "sign", "verify"] as const) {
  const act = subtle[name].bind(subtle) as (...words: unknown[]) => Promise<unknown>;
  const counted = (...words: unknown[]) => {
    hashing++;
    return act(...words).finally(() => {
      hashing--;
    });
  };
  Object.assign(subtle, { [name]: counted });
}
