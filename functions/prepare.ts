// Turns a submission into what will run, or into all that is wrong with it: the zapp found, its parameters checked, templates expanded, engines asked.
import { VisibleError, type Fault, within } from "#shared/fault.ts";
import type { Principal } from "#shared/principal.ts";
import type { Submission } from "#shared/submission.ts";
import { unsupportedBy } from "#shared/unsupported.ts";
import type { ParameterValue, Zapp } from "#shared/zapp.ts";
import { checkParameters } from "#shared/zapp/parameters.ts";
import { expandZapp } from "#shared/zapp/expand.ts";
import { validateZapp } from "#shared/zapp/validate.ts";
import type { WrittenZapp } from "#shared/zapp/written.ts";
import { findZapp } from "./catalogue.ts";
import type { Spec } from "./records.ts";
import { backendFor } from "./scheduler/asks.ts";
import type { World } from "./world.ts";

export interface Prepared {
  readonly spec: Spec;
  readonly warnings: readonly Fault[];
  /** Values of secret parameters: kept apart from all that is stored. */
  readonly secrets: Readonly<Record<string, string>>;
}
