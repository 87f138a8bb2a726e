// Where a message queue keeps its messages between send and settle: the database file, or nowhere.
import type { DeadMessage } from "#functions/queue.ts";

export interface Kept {
  readonly id: number;
  /** JSON. */
  readonly body: string;
  /** Unix milliseconds; not delivered before. */
  readonly dueAt: number;
  /** Deliveries so far. */
  readonly receives: number;
}

/** A message that stays: it comes again at `dueAt`, or is dead since `deadAt`. */
export interface Stays {
  readonly id: number;
  readonly receives: number;
  readonly dueAt: number;
  readonly deadAt: number | null;
}

export interface Settled {
  readonly done: readonly number[];
  readonly stays: readonly Stays[];
}

export interface Sending {
  readonly ids: readonly number[];
  /** Resolves when the messages outlive this host. */
  readonly kept: Promise<void>;
}

export interface Keeper {
  /** What was there when this host started. */
  readonly left: readonly Kept[];
  /** `ids` in order, known at once; what is called after it is written after it. */
  send(bodies: readonly string[], dueAt: number): Sending;
  settle(settled: Settled): Promise<void>;
  dead(limit: number): Promise<readonly DeadMessage<unknown>[]>;
}
