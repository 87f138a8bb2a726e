// Transactions that meet others: tried again after a pause that differs from theirs, until they hold or one of their conditions does not.
import type { Action, Key, Store } from "#functions/store.ts";

/** Tries before a transaction is given up; the pauses add up to about a minute. */
const TRIES = 40;
const LONGEST_PAUSE_MS = 2000;

export interface Committing {
  readonly store: Store;
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** Undefined when it holds, or the positions whose conditions did not. */
export async function commit(
  { store, pause }: Committing,
  actions: readonly Action[],
): Promise<readonly number[] | undefined> {
  for (let tries = 0; tries < TRIES; tries++) {
    const reply = await store.transact(actions);
    if (reply.kind === "committed") return undefined;
    if (reply.kind === "condition") return reply.failed;
    await pause(Math.min(LONGEST_PAUSE_MS, 20 * 2 ** tries) * (0.5 + Math.random() / 2));
  }
  throw new Error(`Others wrote at the same time, ${TRIES} times. Try again.`);
}

/** Counters that only grow, each one item; made when first counted. */
export class Counters {
  readonly #store: Store;
  readonly #there = new Set<string>();

  constructor(store: Store) {
    this.#store = store;
  }

  async add(key: Key, add: Readonly<Record<string, number>>): Promise<Action> {
    const name = `${key.pk} ${key.sk}`;
    if (!this.#there.has(name)) {
      if (!(await this.#store.get(key)))
        return { kind: "put", item: { ...key, value: add }, condition: { absent: true } };
      this.#there.add(name);
    }
    return { kind: "update", key, add };
  }

  /** A transaction did not hold: maybe since one was made, or dropped, elsewhere. */
  lookAgain(): void {
    this.#there.clear();
  }
}
