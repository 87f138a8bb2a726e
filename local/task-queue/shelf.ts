// The queues that are in memory: loaded when first used, forgotten when they are drained and nobody asked for a while.
import type { QueueRef } from "#functions/task-queues.ts";
import type { Loader } from "./load.ts";
import type { QueueHost } from "./parts.ts";
import type { Queue } from "./queue.ts";

const IDLE_MILLISECONDS = 10 * 60 * 1000;

export interface Shelved {
  readonly queue: Queue;
  usedAt: number;
}

export class Shelf {
  readonly #loader: Loader;
  readonly #host: QueueHost;
  readonly #prepare: (queue: Queue) => void;
  readonly #loaded = new Map<string, Shelved>();
  readonly #loading = new Map<string, Promise<Queue | undefined>>();

  /** `prepare` sees each queue before anyone else has it. */
  constructor(loader: Loader, host: QueueHost, prepare: (queue: Queue) => void) {
    this.#loader = loader;
    this.#host = host;
    this.#prepare = prepare;
  }

  /** Only a queue that is in memory. */
  loaded(ref: QueueRef): Queue | undefined {
    const shelved = this.#loaded.get(keyOf(ref));
    if (shelved) shelved.usedAt = this.#host.now();
    return shelved?.queue;
  }

  async find(ref: QueueRef): Promise<Queue | undefined> {
    return this.loaded(ref) ?? this.#load(ref);
  }

  async #load(ref: QueueRef): Promise<Queue | undefined> {
    const key = keyOf(ref);
    const loading = this.#loading.get(key) ?? this.#start(key, ref);
    return loading;
  }

  async #start(key: string, ref: QueueRef): Promise<Queue | undefined> {
    const loading = this.#loader.load(ref, this.#host);
    this.#loading.set(key, loading);
    try {
      const queue = await loading;
      if (queue) this.#put(key, queue);
      return queue;
    } finally {
      this.#loading.delete(key);
    }
  }

  #put(key: string, queue: Queue): void {
    this.#prepare(queue);
    this.#forgetIdle();
    this.#loaded.set(key, { queue, usedAt: this.#host.now() });
  }

  #forgetIdle(): void {
    const before = this.#host.now() - IDLE_MILLISECONDS;
    for (const [key, { queue, usedAt }] of this.#loaded)
      if (usedAt < before && queue.isIdle) this.#loaded.delete(key);
  }

  /** Forgets the queues of an execution, and answers those that were in memory. */
  forget(executionId: string): Queue[] {
    const gone: Queue[] = [];
    for (const [key, { queue }] of this.#loaded) {
      if (queue.ref.executionId !== executionId) continue;
      this.#loaded.delete(key);
      gone.push(queue);
    }
    return gone;
  }
}

function keyOf({ executionId, queue }: QueueRef): string {
  return `${executionId}/${queue}`;
}
