// Chance from a seed: the same seed and name give the same sequence, whatever else is drawn meanwhile.
import { hash32 } from "#shared/route.ts";

export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** Each name is a stream of its own. */
  constructor(seed: number, name: string) {
    const text = `${seed}/${name}`;
    [this.#a, this.#b, this.#c] = [hash32(text, 1), hash32(text, 2), hash32(text, 3)];
  }

  /** From 0 to below 1: sfc32 (PractRand, public domain). */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter++) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  }

  chance(probability: number): boolean {
    return probability > 0 && this.next() < probability;
  }

  /** A whole number from 0 to below `n`. */
  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  /** Both inclusive. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
}
