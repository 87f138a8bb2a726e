// One consumer of a queue: it gathers what is ready into batches, and keeps at most so many in flight.
import type { ConsumeOptions } from "#functions/queue.ts";
import type { Entry } from "./entry.ts";
import type { Timers } from "./timers.ts";

export interface ConsumingParts {
  /** Due messages in order of arrival; shared with the queue's other consumers. */
  readonly ready: Set<Entry>;
  readonly timers: Timers;
  readonly options: ConsumeOptions;
  /** Hands the entries over and settles them; never rejects. */
  readonly deliver: (entries: readonly Entry[]) => Promise<void>;
}

export class Consuming {
  readonly #parts: ConsumingParts;
  readonly #inFlight = new Set<Promise<void>>();
  #cancelWindow: (() => void) | undefined;
  #isOpen = true;

  constructor(parts: ConsumingParts) {
    this.#parts = parts;
  }

  /** Something became ready, or a place became free. */
  look(): void {
    while (this.#isOpen && this.#inFlight.size < this.#parts.options.concurrency) {
      const batch = this.#take();
      if (!batch) return;
      const flight = this.#parts.deliver(batch).then(() => {
        this.#inFlight.delete(flight);
        this.look();
      });
      this.#inFlight.add(flight);
    }
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    this.#cancelWindow?.();
    await Promise.all(this.#inFlight);
  }

  #take(): Entry[] | undefined {
    const { ready, timers, options } = this.#parts;
    const [first] = ready;
    if (!first) return undefined;
    const waitMs = first.readyAt + options.windowMs - timers.now();
    if (waitMs > 0 && ready.size < options.batch) {
      this.#waitFor(Math.min(waitMs, options.windowMs));
      return undefined;
    }
    const batch = batchOf(ready, first, options.batch);
    for (const entry of batch) ready.delete(entry);
    return batch;
  }

  #waitFor(milliseconds: number): void {
    if (this.#cancelWindow) return;
    this.#cancelWindow = this.#parts.timers.after(milliseconds, () => {
      this.#cancelWindow = undefined;
      this.look();
    });
  }
}

function batchOf(ready: ReadonlySet<Entry>, first: Entry, most: number): Entry[] {
  if (first.comesAlone) return [first];
  const batch: Entry[] = [];
  for (const entry of ready) {
    if (batch.length === most) break;
    if (!entry.comesAlone) batch.push(entry);
  }
  return batch;
}
