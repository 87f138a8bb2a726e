// A smaller history of the same seed: some actions left out, some kinds of faults off, the storm over sooner. Written as options, so that it can be replayed.
import { FAULT_KINDS, type FaultKind } from "./chaos.ts";
import type { Scenario } from "./scenario.ts";

export interface Cut {
  /** Positions of the actions that stay; all without it. */
  readonly only?: readonly number[];
  readonly without: readonly FaultKind[];
  readonly stormMs?: number;
  readonly hosts?: number;
}

export const WHOLE: Cut = { without: [] };

export function cutDown(scenario: Scenario, { only, without, stormMs, hosts }: Cut): Scenario {
  const off = Object.fromEntries(without.map((kind) => [kind, 0]));
  return {
    ...scenario,
    faults: { ...scenario.faults, ...off },
    ...(only !== undefined && { actions: scenario.actions.filter((_, at) => only.includes(at)) }),
    ...(stormMs !== undefined && { stormMs }),
    ...(hosts !== undefined && { hosts }),
  };
}

/** As `readCut` reads it: `--only 0,3 --without crash,late --storm 20000 --hosts 1`. */
export function writeCut({ only, without, stormMs, hosts }: Cut): string {
  const parts = [
    ...(only === undefined ? [] : [`--only ${only.join(",") || "none"}`]),
    ...(without.length === 0 ? [] : [`--without ${without.join(",")}`]),
    ...(stormMs === undefined ? [] : [`--storm ${stormMs}`]),
    ...(hosts === undefined ? [] : [`--hosts ${hosts}`]),
  ];
  return parts.join(" ");
}

export interface CutOptions {
  readonly only?: string;
  readonly without?: string;
  readonly storm?: string;
  readonly hosts?: string;
}

export function readCut({ only, without = "", storm, hosts }: CutOptions): Cut {
  const kinds = without.split(",").filter((kind) => kind !== "");
  const unknown = kinds.find((kind) => !FAULT_KINDS.includes(kind as FaultKind));
  if (unknown !== undefined)
    throw new Error(`There is no fault ${unknown}; there are ${FAULT_KINDS.join(", ")}.`);
  return {
    without: kinds as FaultKind[],
    ...(only !== undefined && { only: only === "none" ? [] : only.split(",").map(Number) }),
    ...(storm !== undefined && { stormMs: Number(storm) }),
    ...(hosts !== undefined && { hosts: Number(hosts) }),
  };
}
