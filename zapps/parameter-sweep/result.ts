// What one run leaves, and what all runs say together: does the uncollided share follow exp(-mu x)?
import type { Fates } from "./transport.ts";

export interface RunResult extends Fates {
  readonly macro: string;
  readonly material: string;
  readonly energyKev: number;
  readonly layers: number;
  readonly thicknessCm: number;
  readonly attenuationPerCm: number;
  readonly seed: string;
  readonly photons: number;
  /** exp(-mu x) */
  readonly expected: number;
}

export interface ChiSquare {
  readonly value: number;
  readonly degrees: number;
  /** How often chance alone gives a value as large as this. */
  readonly probability: number;
}

/** Joint test: of each run, how many photons met nothing is binomial, with exp(-mu x) computed here from what the run says of its slab. */
export function jointTest(results: readonly RunResult[]): ChiSquare {
  const value = results.reduce((sum, { photons, uncollided, attenuationPerCm, thicknessCm }) => {
    const share = Math.exp(-attenuationPerCm * thicknessCm);
    return sum + (uncollided - photons * share) ** 2 / (photons * share * (1 - share));
  }, 0);
  const degrees = results.length;
  return { value, degrees, probability: 1 - lowerGamma(degrees / 2, value / 2) };
}

/** The regularized lower incomplete gamma function, by its series (Abramowitz and Stegun 6.5.29). */
function lowerGamma(a: number, x: number): number {
  if (x <= 0) return 0;
  let term = 1 / a;
  let sum = term;
  for (let n = 1; term > sum * 1e-15; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return Math.min(1, sum * Math.exp(-x + a * Math.log(x) - logGamma(a)));
}

/** Stirling's series, after stepping up to where it is exact to 1e-10. */
function logGamma(a: number): number {
  let steps = 0;
  let z = a;
  for (; z < 10; z++) steps += Math.log(z);
  const series = 1 / (12 * z) - 1 / (360 * z ** 3) + 1 / (1260 * z ** 5);
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - steps;
}
