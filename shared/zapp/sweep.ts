// Parameter sweeps: how many runs they make, and which values the n-th child of an array runs with.
import type { Sweep } from "./service.ts";

export type SweepPoint = Readonly<Record<string, string | number | boolean>>;

export function sweepSize(sweep: Sweep): number {
  if (sweep.kind === "points") return sweep.points.length;
  return Object.values(sweep.axes).reduce((size, values) => size * values.length, 1);
}

/** The values of child `index`, from 0: of a product, the last axis changes fastest. */
export function sweepPoint(sweep: Sweep, index: number): SweepPoint {
  if (sweep.kind === "points") return sweep.points[index] ?? {};
  let rest = index;
  const chosen: [string, string | number | boolean][] = [];
  for (const [axis, values] of Object.entries(sweep.axes).toReversed()) {
    const value = values[rest % values.length];
    if (value !== undefined) chosen.unshift([axis, value]);
    rest = Math.floor(rest / values.length);
  }
  return Object.fromEntries(chosen);
}

export function sweepPoints(sweep: Sweep): SweepPoint[] {
  return Array.from({ length: sweepSize(sweep) }, (_, index) => sweepPoint(sweep, index));
}
