// The clock of the message queues, so that the simulation can bring its own.
export interface Timers {
  /** Unix milliseconds. */
  now(): number;
  /** Calls back once; the answer takes it back. */
  after(milliseconds: number, callback: () => void): () => void;
}

/** A message that waits keeps no process alive. */
export function realTimers(now: () => number): Timers {
  return {
    now,
    after(milliseconds, callback) {
      const timer = setTimeout(callback, milliseconds);
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
}
