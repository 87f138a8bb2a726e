// A clock that stands still until it is told to go on.
import type { Timers } from "#local/queue/timers.ts";

interface Alarm {
  readonly at: number;
  readonly callback: () => void;
}

export class VirtualTimers implements Timers {
  #now: number;
  #alarms: readonly Alarm[] = [];

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, callback: () => void): () => void {
    const alarm = { at: this.#now + milliseconds, callback };
    this.#alarms = [...this.#alarms, alarm];
    return () => {
      this.#alarms = this.#alarms.filter((other) => other !== alarm);
    };
  }

  /** What is due on the way is called back at its time. */
  elapse(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#alarms = this.#alarms.filter((other) => other !== next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = end;
  }

  #next(end: number): Alarm | undefined {
    const due = this.#alarms.filter(({ at }) => at <= end);
    return due.sort((a, b) => a.at - b.at)[0];
  }
}
