// The double's time: real, or the virtual one of test/contract/virtual-timers.ts, which goes on when it is told to.
import { realTimers, type Timers } from "#local/queue/timers.ts";

export type Clock = Timers;

export const realClock: Clock = realTimers(Date.now);

/** A clock that runs as fast as it is waited for: every wait ends in the next turn of the event loop, and moves the time on. */
export function hastyClock(start: number): Clock {
  let now = start;
  return {
    now: () => now,
    after(milliseconds, callback) {
      const due = now + milliseconds;
      const timer = setImmediate(() => {
        now = Math.max(now, due);
        callback();
      });
      return () => clearImmediate(timer);
    },
  };
}
