// The only file that spells keys of the work table's task queues. All begin with `tenant#zapp#`: a task role reaches its own by them.

import type { Key } from "#functions/store.ts";
import type { QueueRef } from "#functions/task-queues.ts";
import { hash32 } from "#shared/route.ts";

/** A partition takes 1,000 write units a second; outcomes of one queue are spread over so many. */
const SHARDS = 16;

/** Keys of one queue. `owner` is `tenant#zapp`. */
export class QueueKeys {
  readonly #base: string;
  readonly meta: Key;
  /** Everything of the queue lies in these partitions, but for `meta`. */
  readonly partitions: readonly string[];

  constructor(owner: string, { executionId, queue }: QueueRef) {
    const execution = executionKey(owner, executionId);
    this.#base = `${execution}#${queue}`;
    this.meta = { pk: execution, sk: `queue#${queue}` };
    const shards = Array.from({ length: SHARDS }, (_, shard) => this.#shard(shard));
    this.partitions = [this.chunks, this.log, this.counters, this.starts, ...shards];
  }

  #shard(shard: number): string {
    return `${this.#base}#${shard}`;
  }

  /** `n#` and the number of the first task with an id of ours, or `i#` and an id that sorts by time. */
  get chunks(): string {
    return `${this.#base}#chunks`;
  }

  /** Rows of the ids whose outcomes were written together, in the order recorded. */
  get log(): string {
    return `${this.#base}#log`;
  }

  /** Read in the order of their keys: what is done (`d#`) before what was put (`p#`), so that equal sums mean drained. */
  get counters(): string {
    return `${this.#base}#counts`;
  }

  /** Suspects that run alone, by worker. */
  get starts(): string {
    return `${this.#base}#starts`;
  }

  /** Where payloads lie that are too large for an item. */
  payload(chunk: string): string {
    return `${this.#base.replaceAll("#", "/")}/chunks/${chunk.replaceAll("#", "-")}`;
  }

  get payloads(): string {
    return `${this.#base.replaceAll("#", "/")}/chunks/`;
  }

  done(worker: string): Key {
    return { pk: this.counters, sk: `d#${worker}` };
  }

  put(who: string): Key {
    return { pk: this.counters, sk: `p#${who}` };
  }

  start(worker: string): Key {
    return { pk: this.starts, sk: worker };
  }

  /** A task whose id its caller gave, or that a route made. */
  task(id: string): Key {
    return { pk: this.#shardOf(id), sk: `t#${id}` };
  }

  outcome(id: string): Key {
    return { pk: this.#shardOf(id), sk: `o#${id}` };
  }

  /** What went wrong with a task so far. */
  trouble(id: string): Key {
    return { pk: this.#shardOf(id), sk: `a#${id}` };
  }

  #shardOf(id: string): string {
    return this.#shard(hash32(id, 1) % SHARDS);
  }
}

export function executionKey(owner: string, executionId: string): string {
  return `${owner}#${executionId}`;
}

const DIGITS = 15;

export function ownChunk(first: number): string {
  return `n#${String(first).padStart(DIGITS, "0")}`;
}

export function firstOf(chunk: string): number {
  return Number(chunk.slice(2));
}

/** Sorts by time, then by the order in one process. */
export function logPlace(at: number, serial: number, who: string): string {
  return `${String(at).padStart(DIGITS, "0")}#${String(serial).padStart(DIGITS, "0")}#${who}`;
}
