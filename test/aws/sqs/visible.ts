// Which messages of a queue can be seen, in order, and when the next hidden one can: so that a receive costs the same however long the queue is.
import { inOrder, type Message } from "./message.ts";

interface Hidden {
  readonly at: number;
  readonly message: Message;
}

/** So many places of what was taken are given back at once. */
const TAKEN = 1000;

export class Visible {
  readonly #ready: Message[] = [];
  /** What lies before it was taken. */
  #head = 0;
  /** A binary heap; only the latest entry of a message counts. */
  readonly #hidden: Hidden[] = [];
  readonly #latest = new WeakMap<Message, Hidden>();

  /** It is new, was taken, or its `visibleAt` changed. */
  place(message: Message, now: number): void {
    if (message.visibleAt > now) this.#push({ at: message.visibleAt, message });
    else {
      this.#latest.delete(message);
      this.#insert(message);
    }
  }

  /** Takes the first of those that can be seen; what is not received after all is placed again. */
  take(now: number, max: number): Message[] {
    this.#ripen(now);
    const taken: Message[] = [];
    while (taken.length < max) {
      const first = this.#first();
      if (!first) break;
      this.#head++;
      taken.push(first);
    }
    return taken;
  }

  hasAny(now: number): boolean {
    this.#ripen(now);
    return this.#first() !== undefined;
  }

  #first(): Message | undefined {
    while (this.#ready[this.#head]?.isGone) this.#head++;
    if (this.#head > TAKEN) {
      this.#ready.splice(0, this.#head);
      this.#head = 0;
    }
    return this.#ready[this.#head];
  }

  /** When a hidden one can be seen next; never, if there is none. */
  get nextAt(): number {
    this.#clean();
    return this.#hidden[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  #ripen(now: number): void {
    while (this.nextAt <= now) {
      const due = this.#pop();
      if (due) this.#insert(due.message);
    }
  }

  #insert(message: Message): void {
    const all = this.#ready;
    let [low, high] = [this.#head, all.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = all[middle];
      if (other && inOrder(other, message) <= 0) low = middle + 1;
      else high = middle;
    }
    all.splice(low, 0, message);
  }

  #clean(): void {
    for (let top = this.#hidden[0]; top; top = this.#hidden[0]) {
      if (this.#latest.get(top.message) === top && !top.message.isGone) return;
      this.#pop();
    }
  }

  #push(entry: Hidden): void {
    this.#latest.set(entry.message, entry);
    const heap = this.#hidden;
    let at = heap.push(entry) - 1;
    for (let parent = (at - 1) >> 1; at > 0; at = parent, parent = (at - 1) >> 1) {
      if ((heap[parent]?.at ?? 0) <= entry.at) break;
      heap[at] = heap[parent] ?? entry;
      heap[parent] = entry;
    }
  }

  #pop(): Hidden | undefined {
    const heap = this.#hidden;
    const [top] = heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return top;
    heap[0] = last;
    for (let at = 0, child = 1; child < heap.length; at = child, child = 2 * at + 1) {
      if ((heap[child + 1]?.at ?? Number.POSITIVE_INFINITY) < (heap[child]?.at ?? 0)) child++;
      const lower = heap[child];
      if (!lower || last.at <= lower.at) break;
      heap[at] = lower;
      heap[child] = last;
    }
    return top;
  }
}
