// The tasks of a queue that wait: first those that came back, then the fresh ones in the order they were put; suspects stand apart.
import { STATE, type TaskStates } from "./task-states.ts";

export class Line {
  readonly #states: TaskStates;
  /** Positions that came back; one that does not wait any more is passed over. */
  #again: number[] = [];
  #head = 0;
  readonly #suspects = new Set<number>();
  /** All fresh tasks before it were taken. */
  #fresh = 0;

  constructor(states: TaskStates) {
    this.#states = states;
  }

  get suspects(): number {
    return this.#suspects.size;
  }

  /** It waits again. */
  back(position: number, isSuspect: boolean): void {
    if (isSuspect) this.#suspects.add(position);
    else this.#again.push(position);
  }

  /** It does not wait any more. */
  gone(position: number): void {
    this.#suspects.delete(position);
  }

  takeSuspect(): number | undefined {
    const [position] = this.#suspects;
    if (position !== undefined) this.#suspects.delete(position);
    return position;
  }

  take(max: number): number[] {
    const taken: number[] = [];
    while (taken.length < max) {
      const position = this.#nextAgain() ?? this.#nextFresh();
      if (position === undefined) break;
      this.#states.move(position, STATE.leased);
      taken.push(position);
    }
    return taken;
  }

  #nextAgain(): number | undefined {
    while (this.#head < this.#again.length) {
      const position = this.#again[this.#head++];
      if (position !== undefined && this.#isFree(position)) return position;
    }
    this.#again = [];
    this.#head = 0;
    return undefined;
  }

  /** Tasks that are not durable yet are the last ones, so those before them are all there will be. */
  #nextFresh(): number | undefined {
    for (; this.#fresh < this.#states.size; this.#fresh++) {
      if (this.#states.of(this.#fresh) === STATE.putting) return undefined;
      if (this.#isFree(this.#fresh)) return this.#fresh++;
    }
    return undefined;
  }

  #isFree(position: number): boolean {
    return this.#states.of(position) === STATE.waiting && !this.#suspects.has(position);
  }
}
