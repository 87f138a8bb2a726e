// With every sweep: chunks that a crash left unsent, and closed queues that are empty although tasks are missing. `feed` sends; this only finds.
import type { Item } from "#functions/store.ts";
import type { QueueRef } from "#functions/task-queues.ts";
import { UNSENT } from "./chunks.ts";
import { sumsOf } from "./counting.ts";
import type { TaskQueueParts } from "./parts.ts";
import { type KnownQueue, nameOf, Shelf } from "./shelf.ts";

/** Whoever put a chunk, or placed its queue, is given so long to have it sent. */
const PATIENCE_MS = 60_000;
const PAGE = 100;
/** Of unsent chunks, a sweep looks at so many pages; the next goes on from there. */
const PAGES = 20;

export class Repair {
  readonly #parts: TaskQueueParts;
  /** Queues that were empty yet short with the sweep before: SQS counts late, so that once is not enough. */
  #short: ReadonlySet<string> = new Set();
  #cursor: string | undefined;

  constructor(parts: TaskQueueParts) {
    this.#parts = parts;
  }

  async run(executionIds: readonly string[]): Promise<void> {
    await this.#feedUnsent();
    const short = await this.#emptyYetShort(executionIds);
    for (const ref of short)
      if (this.#short.has(nameOf(ref))) await this.#parts.wake({ ref, isShort: true });
    this.#short = new Set(short.map(nameOf));
  }

  async #feedUnsent(): Promise<void> {
    const { store, wake, now, log } = this.#parts;
    const to = String(now() - PATIENCE_MS).padStart(15, "0");
    const shelf = new Shelf(this.#parts);
    let count = 0;
    for (let pages = 0; pages < PAGES; pages++) {
      const more = this.#cursor === undefined ? {} : { cursor: this.#cursor };
      const page = await store.queryIndex("byState", { pk: UNSENT, to, limit: PAGE, ...more });
      for (const item of page.items) {
        const ref = refOf(item);
        // Before its queue is placed nothing can be sent.
        if ((await shelf.known(ref))?.url === undefined) continue;
        await wake({ ref, chunk: item.sk });
        count++;
      }
      this.#cursor = page.cursor;
      if (page.cursor === undefined) break;
    }
    if (count > 0) log?.warn("Chunks of tasks that were not sent are sent again.", { count });
  }

  async #emptyYetShort(executionIds: readonly string[]): Promise<readonly QueueRef[]> {
    const shelf = new Shelf(this.#parts);
    const short: QueueRef[] = [];
    for (const executionId of executionIds)
      for (const queue of await shelf.all(executionId))
        if (await this.#isShort(queue)) short.push(queue.ref);
    return short;
  }

  async #isShort(queue: KnownQueue): Promise<boolean> {
    if (!queue.closed || queue.url === undefined) return false;
    const { put, done } = await sumsOf(this.#parts.store, queue);
    return done < put && (await this.#parts.messages.isEmpty(queue.url));
  }
}

/** `tenant#zapp#execution#queue#chunks`; no name has a `#` in it. */
function refOf({ pk }: Item): QueueRef {
  const [, , executionId = "", queue = ""] = pk.split("#");
  return { executionId, queue };
}
