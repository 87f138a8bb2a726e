// What all routes share: the world, the limits, and what one host remembers between requests.
import type { World } from "#functions/world.ts";
import { type Cursors, newCursors } from "./cursors.ts";
import { type Metrics, newMetrics } from "./metrics.ts";
import { newPrincipals, type Principals } from "./principals.ts";
import { newRates, type Rates } from "./rates.ts";
import {
  type ApiLimits,
  type ApiOptions,
  DEFAULT_API_LIMITS,
  type RequestLog,
} from "./settings.ts";

export interface Api {
  readonly world: World;
  readonly version: string;
  readonly limits: ApiLimits;
  readonly principals: Principals;
  readonly rates: Rates;
  readonly cursors: Cursors;
  readonly metrics: Metrics;
  readonly corsOrigins: readonly string[];
  readonly requestLog: RequestLog;
  readonly backup: ApiOptions["backup"];
  readonly keepProgram: ApiOptions["keepProgram"];
}

export function newApi(world: World, options: ApiOptions): Api {
  const { version = "0.0.0", corsOrigins = [], requestLog = "all", backup, keepProgram } = options;
  const limits = { ...DEFAULT_API_LIMITS, ...options.limits };
  return {
    ...{ world, version, limits, corsOrigins, requestLog, backup, keepProgram },
    principals: newPrincipals(world, limits),
    rates: newRates(world, limits),
    cursors: newCursors(world),
    metrics: newMetrics(),
  };
}
