// What all routes share: the world, the limits, and what one host remembers between requests.
import type { World } from "#functions/world.ts";
import { type Cursors, newCursors } from "./cursors.ts";
import { type Metrics, newMetrics } from "./metrics.ts";
import { newPace, type Pace } from "./pace.ts";
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
  readonly pace: Pace;
  /** Requests that wait now. */
  readonly waiters: { count: number };
  /** The host closes: nobody waits any longer. */
  readonly closing: AbortSignal | undefined;
  readonly corsOrigins: readonly string[];
  readonly requestLog: RequestLog;
  readonly backup: ApiOptions["backup"];
  readonly keepProgram: ApiOptions["keepProgram"];
}

export function newApi(world: World, options: ApiOptions): Api {
  const {
    version = "0.0.0",
    corsOrigins = [],
    requestLog = "all",
    backup,
    keepProgram,
    closing,
  } = options;
  const limits = { ...DEFAULT_API_LIMITS, ...options.limits };
  return {
    ...{ world, version, limits, corsOrigins, requestLog, backup, keepProgram, closing },
    principals: newPrincipals(world, limits),
    rates: newRates(world, limits),
    cursors: newCursors(world),
    pace: newPace(),
    waiters: { count: 0 },
    metrics: newMetrics(),
  };
}
