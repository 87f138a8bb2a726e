// What one queue is made of in memory; ./queue.ts leases from it, ./reports.ts records into it.
import type { QueueOptions, QueueRef } from "#functions/task-queues.ts";
import type { Batches } from "./batch.ts";
import { Hands } from "./hands.ts";
import { Line } from "./line.ts";
import type { Window } from "./payloads.ts";
import { Tasks } from "./tasks.ts";

/** What all queues share. */
export interface QueueHost {
  readonly now: () => number;
  readonly batches: Batches;
  readonly window: Window;
  /** Differs from start to start, so that no lease is given twice. */
  readonly boot: string;
}

export interface StoredQueue {
  readonly id: number;
  readonly ref: QueueRef;
  readonly options: QueueOptions;
  readonly closed: boolean;
  readonly redriven: number;
}

/** What a task went through that has no outcome yet; most have nothing. */
export interface Trouble {
  readonly attempts: number;
  /** Deliveries that ended without an outcome. */
  readonly deliveries: number;
  readonly lastFailed?: string | undefined;
}

export const NO_TROUBLE: Trouble = { attempts: 0, deliveries: 0 };

export interface QueueParts {
  readonly id: number;
  readonly ref: QueueRef;
  readonly options: QueueOptions;
  readonly host: QueueHost;
  readonly tasks: Tasks;
  readonly hands: Hands;
  readonly line: Line;
  readonly troubles: Map<number, Trouble>;
}

export function partsOf({ id, ref, options }: StoredQueue, host: QueueHost): QueueParts {
  const tasks = new Tasks(id, host.window);
  const hands = new Hands(options.leaseSeconds);
  return {
    id,
    ref,
    options,
    host,
    tasks,
    hands,
    line: new Line(tasks.states),
    troubles: new Map(),
  };
}
