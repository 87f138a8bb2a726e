// Writes outcomes: at once when none went out for a while, else together, up to 98 in one transaction with their counters. A duplicate is taken out, the rest is tried again.
import type { Action, Key } from "#functions/store.ts";
import { type Committing, Counters, commit } from "./commit.ts";
import { logPlace } from "./keys.ts";

/** One thing to be written, whole or not at all. */
export interface Entry {
  /** `row`: the row of the log that will list it. The first action is the one that may find itself a duplicate. */
  readonly actions: (row: string) => readonly Action[];
  readonly counts: readonly { readonly key: Key; readonly add: Readonly<Record<string, number>> }[];
  /** The partition of the log, and the task, if it is listed. */
  readonly listed?: { readonly log: string; readonly task: string };
  readonly bytes: number;
}

interface Waiting {
  readonly entry: Entry;
  readonly resolve: (isWritten: boolean) => void;
  readonly reject: (error: unknown) => void;
}

export interface FlusherParts extends Committing {
  readonly pause: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  readonly now: () => number;
  /** Of the process, in rows of the log. */
  readonly who: string;
  readonly flushMilliseconds: number;
}

const MOST_ACTIONS = 100;
/** So many do not wait for more: the counter and the row of the log, which a batch shares, are by then a twelfth of what it costs. */
const GATHERED = 25;
const MOST_BYTES = 3 * 1024 * 1024;

export class Flusher {
  readonly #parts: FlusherParts;
  readonly #counters: Counters;
  #waiting: Waiting[] = [];
  #isFlying = false;
  #gathering = new AbortController();
  #lastAt = Number.NEGATIVE_INFINITY;
  #rowAt = 0;
  #rows = 0;

  constructor(parts: FlusherParts) {
    this.#parts = parts;
    this.#counters = new Counters(parts.store);
  }

  /** False: one of its conditions did not hold, and nothing of it was written. */
  add(entry: Entry): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entry, resolve, reject });
      if (isFull(this.#waiting)) this.#gathering.abort();
      if (!this.#isFlying) {
        this.#isFlying = true;
        queueMicrotask(() => void this.#fly());
      }
    });
  }

  async #fly(): Promise<void> {
    const { now, pause, flushMilliseconds } = this.#parts;
    while (this.#waiting.length > 0) {
      const rest = this.#lastAt + flushMilliseconds - now();
      if (rest > 0 && !isFull(this.#waiting)) {
        this.#gathering = new AbortController();
        await pause(rest, this.#gathering.signal);
      }
      this.#lastAt = now();
      const batch = this.#take();
      await this.#write(batch).catch((error: unknown) => {
        for (const each of batch) each.reject(error);
      });
    }
    this.#isFlying = false;
  }

  #take(): readonly Waiting[] {
    let [actions, bytes, count] = [0, 0, 0];
    const partitions = new Set<string>();
    for (const { entry } of this.#waiting) {
      for (const { key } of entry.counts) partitions.add(`${key.pk} ${key.sk}`);
      if (entry.listed) partitions.add(entry.listed.log);
      actions += entry.actions("").length;
      bytes += entry.bytes;
      if (count > 0 && (actions + partitions.size > MOST_ACTIONS || bytes > MOST_BYTES)) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  /** Again without those that lost, until the rest is written. */
  async #write(batch: readonly Waiting[]): Promise<void> {
    let left = batch;
    while (left.length > 0) {
      const row = this.#newRow();
      const owned: Waiting[] = [];
      const actions: Action[] = [];
      for (const each of left)
        for (const action of each.entry.actions(row)) {
          owned.push(each);
          actions.push(action);
        }
      actions.push(...(await this.#sums(left, row)));
      const lost = await commit(this.#parts, actions);
      if (!lost) break;
      this.#counters.lookAgain();
      const losers = new Set(lost.flatMap((place) => owned[place] ?? []));
      for (const each of losers) each.resolve(false);
      left = left.filter((each) => !losers.has(each));
    }
    for (const each of left) each.resolve(true);
  }

  async #sums(left: readonly Waiting[], row: string): Promise<readonly Action[]> {
    const sums = new Map<string, { key: Key; add: Record<string, number> }>();
    const rows = new Map<string, string[]>();
    for (const { entry } of left) {
      for (const { key, add } of entry.counts) {
        const name = `${key.pk} ${key.sk}`;
        const sum = sums.get(name) ?? { key, add: {} };
        for (const [field, by] of Object.entries(add)) sum.add[field] = (sum.add[field] ?? 0) + by;
        sums.set(name, sum);
      }
      const { log, task } = entry.listed ?? {};
      if (log !== undefined && task !== undefined) rows.set(log, [...(rows.get(log) ?? []), task]);
    }
    const counted = await Promise.all(
      [...sums.values()].map(({ key, add }) => this.#counters.add(key, add)),
    );
    const logged = [...rows].map(([pk, tasks]): Action => {
      return { kind: "put", item: { pk, sk: row, value: { tasks: tasks.join("\n") } } };
    });
    return [...counted, ...logged];
  }

  /** The order of rows is the order of writing, also when the clock stands still or goes back. */
  #newRow(): string {
    this.#rowAt = Math.max(this.#rowAt, this.#parts.now());
    return logPlace(this.#rowAt, ++this.#rows, this.#parts.who);
  }
}

function isFull(waiting: readonly Waiting[]): boolean {
  return waiting.length >= GATHERED;
}
