// The state of every task of a queue in five bytes, so that a million queued tasks take five megabytes.

/**
 * none: never put (a put that failed leaves such a place). putting: not durable yet. waiting: may be leased. leased: a worker holds it.
 * recording: its outcome, or an attempt, is being written. succeeded, failed: it has its outcome.
 */
export const STATE = {
  none: 0,
  putting: 1,
  waiting: 2,
  leased: 3,
  recording: 4,
  succeeded: 5,
  failed: 6,
} as const;
export type StateCode = (typeof STATE)[keyof typeof STATE];

const SMALLEST = 64;

export class TaskStates {
  #states = new Uint8Array(SMALLEST);
  #outcomes = new Uint32Array(SMALLEST);
  readonly #counts = [0, 0, 0, 0, 0, 0, 0];
  #size = 0;

  /** One more than the last position that was ever used. */
  get size(): number {
    return this.#size;
  }

  of(position: number): StateCode {
    return (this.#states[position] ?? STATE.none) as StateCode;
  }

  /** How many are in a state now. */
  count(state: StateCode): number {
    return this.#counts[state] ?? 0;
  }

  move(position: number, to: StateCode): void {
    if (position >= this.#size) this.#grow(position + 1);
    const from = this.#states[position] ?? STATE.none;
    this.#counts[from] = (this.#counts[from] ?? 0) - 1;
    this.#counts[to] = (this.#counts[to] ?? 0) + 1;
    this.#states[position] = to;
  }

  /** The number of the row that has the outcome. */
  outcomeOf(position: number): number {
    return this.#outcomes[position] ?? 0;
  }

  ended(position: number, state: StateCode, outcome: number): void {
    this.move(position, state);
    this.#outcomes[position] = outcome;
  }

  #grow(size: number): void {
    this.#counts[STATE.none] = (this.#counts[STATE.none] ?? 0) + size - this.#size;
    this.#size = size;
    if (size <= this.#states.length) return;
    const capacity = Math.max(size, this.#states.length * 2);
    const [states, outcomes] = [new Uint8Array(capacity), new Uint32Array(capacity)];
    states.set(this.#states);
    outcomes.set(this.#outcomes);
    this.#states = states;
    this.#outcomes = outcomes;
  }
}
