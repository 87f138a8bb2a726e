// What this machine can hold, and what is held: the scheduler decides, and the engine only refuses what would be more than it has.
import { availableParallelism, totalmem } from "node:os";
import { NOTHING, plus, times } from "#shared/placement.ts";
import type { Amount } from "#shared/pool.ts";
import type { Service } from "#shared/zapp.ts";

const MIB = 1024 * 1024;
/** The rest is for the control plane and the system. */
const MEMORY_SHARE = 0.9;
/** Far above what one machine runs well; below what its process table holds. */
const MOST_INSTANCES = 1000;
/** Sums of fractions of a vCPU are not exact. */
const TINY = 1e-6;

/** `capacity`: what differs from what the machine has. */
export function machineCapacity(capacity: Partial<Amount>): Amount {
  return {
    instances: MOST_INSTANCES,
    cpu: availableParallelism(),
    memoryMib: Math.floor((totalmem() / MIB) * MEMORY_SHARE),
    gpu: 0,
    ...capacity,
  };
}

export function amountOf({ resources }: Service): Amount {
  return { instances: 1, cpu: resources.cpu, memoryMib: resources.memoryMib, gpu: resources.gpu };
}

export class Room {
  readonly #capacity: Amount;
  #held: Amount = NOTHING;

  constructor(capacity: Amount) {
    this.#capacity = capacity;
  }

  /** What is missing, in a sentence; undefined when it was taken. */
  take(amount: Amount): string | undefined {
    const next = plus(this.#held, amount);
    const short = SIZES.find(({ of }) => of(next) > of(this.#capacity) + TINY);
    if (short) {
      const { name, of } = short;
      return `It needs ${of(amount)} ${name}; ${round(of(this.#held))} of this machine's ${of(this.#capacity)} are held.`;
    }
    this.#held = next;
    return undefined;
  }

  /** What is missing for all of them together, in a sentence; nothing is taken. */
  lacks(amounts: readonly Amount[]): string | undefined {
    const before = this.#held;
    const missing = amounts.map((amount) => this.take(amount)).find((short) => short);
    this.#held = before;
    return missing;
  }

  give(amount: Amount): void {
    this.#held = plus(this.#held, times(amount, -1));
  }
}

const SIZES: readonly { readonly name: string; readonly of: (amount: Amount) => number }[] = [
  { name: "instances", of: (amount) => amount.instances },
  { name: "vCPU", of: (amount) => amount.cpu },
  { name: "MiB of memory", of: (amount) => amount.memoryMib },
  { name: "GPUs", of: (amount) => amount.gpu },
];

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
