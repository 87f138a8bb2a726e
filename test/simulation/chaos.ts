// What goes wrong, how often, and until when: each kind of fault draws from a sequence of its own, so that leaving one out shifts no other.
import { Random } from "./random.ts";

/** Probabilities per occasion. */
export interface Faults {
  /** A host stops for ever, before or after a port call's effect; all its processes may go with it. */
  readonly crash: number;
  /** A port call takes so long that leases and visibilities end meanwhile. */
  readonly stall: number;
  /** Messages: never delivered, twice, or much later. */
  readonly lose: number;
  readonly loseEvent: number;
  readonly repeat: number;
  readonly late: number;
  /** The store: `conflict` replies, short pages. */
  readonly conflict: number;
  readonly shortPage: number;
  /** Replies to a launch. */
  readonly noRoom: number;
  readonly rejected: number;
  readonly unseen: number;
  readonly lost: number;
  /** The answer of a backend arrives when things have moved on. */
  readonly lateAnswer: number;
  /** An instance ends in the middle; of those, how many without a word. */
  readonly die: number;
  readonly silence: number;
  /** A worker stops renewing for longer than its lease, and goes on then. */
  readonly freeze: number;
  /** A worker's end is not told to the task queues: its leases run out. */
  readonly unreleased: number;
  /** At a crash: every instance ends without a word. */
  readonly collapse: number;
}

export type FaultKind = keyof Faults;

export const NO_FAULTS: Faults = {
  ...{ crash: 0, stall: 0, lose: 0, loseEvent: 0, repeat: 0, late: 0, conflict: 0, shortPage: 0 },
  ...{ noRoom: 0, rejected: 0, unseen: 0, lost: 0, die: 0, silence: 0, freeze: 0 },
  ...{ unreleased: 0, collapse: 0, lateAnswer: 0 },
};

export const FAULT_KINDS = Object.keys(NO_FAULTS) as FaultKind[];

export class Chaos {
  readonly counts = new Map<FaultKind, number>();
  readonly #faults: Faults;
  readonly #randoms: ReadonlyMap<FaultKind, Random>;
  /** Faults stop when the storm is over. */
  readonly #isStorm: () => boolean;

  readonly #trace: (line: () => string) => void;

  constructor(
    seed: number,
    faults: Faults,
    { isStorm, trace }: { isStorm: () => boolean; trace: (line: () => string) => void },
  ) {
    this.#faults = faults;
    this.#isStorm = isStorm;
    this.#trace = trace;
    this.#randoms = new Map(FAULT_KINDS.map((kind) => [kind, new Random(seed, `fault ${kind}`)]));
  }

  /** `weight`: of an occasion that is rare, so many times as often. */
  happens(kind: FaultKind, weight = 1): boolean {
    const rate = this.#faults[kind] * weight;
    if (rate === 0 || !this.#isStorm() || !this.random(kind).chance(rate)) return false;
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    this.#trace(() => `fault ${kind}`);
    return true;
  }

  /** For the details of a fault. */
  random(kind: FaultKind): Random {
    const random = this.#randoms.get(kind);
    if (random === undefined) throw new Error(`There must be a sequence for ${kind}.`);
    return random;
  }
}
