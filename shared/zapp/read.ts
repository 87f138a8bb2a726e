// The whole way of a description in one call: validated, its parameters checked, expanded. For those who have all of it at hand.
import type { Fault } from "#shared/fault.ts";
import type { Zapp } from "#shared/zapp.ts";
import { expandZapp } from "./expand.ts";
import type { Setting } from "./fill.ts";
import type { Frameworks } from "./framework.ts";
import { checkParameters } from "./parameters.ts";
import { validateZapp } from "./validate.ts";

export interface Reading {
  /** Pointers into the description, or under `/parameters`. */
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
  readonly zapp?: Zapp;
  readonly secrets: Readonly<Record<string, string>>;
}

export function readZapp(
  document: unknown,
  setting: Omit<Setting, "parameters"> & {
    readonly parameters?: unknown;
    readonly frameworks?: Frameworks;
  },
): Reading {
  const { faults, warnings, zapp } = validateZapp(document, setting.frameworks);
  if (!zapp) return { faults, warnings, secrets: {} };
  const { faults: wrong, values, secrets } = checkParameters(zapp, setting.parameters);
  if (wrong.length > 0) return { faults: wrong, warnings, secrets: {} };
  return { ...expandZapp(zapp, { ...setting, parameters: values }), warnings, secrets };
}
