// Looks for the shortest history of a seed that still breaks the same invariant: fewer kinds of faults, fewer actions, a shorter storm, one host.
import { FAULT_KINDS } from "./chaos.ts";
import { type Cut, cutDown, WHOLE } from "./cut.ts";
import type { Scenario } from "./scenario.ts";
import { simulate } from "./simulation.ts";

/** Runs at most. */
const TRIES = 200;

export async function shrink(scenario: Scenario, invariant: number): Promise<Cut> {
  return new Shrinking(scenario, invariant).shortest();
}

class Shrinking {
  readonly #scenario: Scenario;
  readonly #invariant: number;
  #best: Cut = WHOLE;
  #tries = 0;

  constructor(scenario: Scenario, invariant: number) {
    this.#scenario = scenario;
    this.#invariant = invariant;
  }

  async shortest(): Promise<Cut> {
    await this.#calmDown();
    await this.#dropActions();
    await this.#calmDown();
    for (const part of [0.25, 0.5, 0.75])
      if (await this.#accept({ ...this.#best, stormMs: Math.round(this.#scenario.stormMs * part) }))
        break;
    if (this.#scenario.hosts > 1) await this.#accept({ ...this.#best, hosts: 1 });
    return this.#best;
  }

  async #calmDown(): Promise<void> {
    for (const kind of FAULT_KINDS) {
      const { without } = this.#best;
      if (this.#scenario.faults[kind] > 0 && !without.includes(kind))
        await this.#accept({ ...this.#best, without: [...without, kind] });
    }
  }

  /** Halves, quarters, ... single ones. */
  async #dropActions(): Promise<void> {
    let kept = this.#scenario.actions.map((_, at) => at);
    for (let size = Math.ceil(kept.length / 2); size >= 1; size = Math.floor(size / 2)) {
      for (let from = 0; from < kept.length; ) {
        const fewer = kept.filter((_, at) => at < from || at >= from + size);
        if (await this.#accept({ ...this.#best, only: fewer })) kept = fewer;
        else from += size;
      }
    }
  }

  async #accept(cut: Cut): Promise<boolean> {
    if (this.#tries++ >= TRIES) return false;
    const { violation } = await simulate(cutDown(this.#scenario, cut));
    if (violation?.invariant !== this.#invariant) return false;
    this.#best = cut;
    return true;
  }
}
