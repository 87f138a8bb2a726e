// Bad luck on demand: what may go wrong between a client and AWS, call by call.
import type { AwsError } from "./service.ts";

export type Fault =
  /** It was done, but nobody hears so. */
  | { readonly kind: "lostReply" }
  /** It never arrived. */
  | { readonly kind: "lostRequest" }
  | { readonly kind: "throttle" }
  | { readonly kind: "serverError" }
  | { readonly kind: "refuse"; readonly error: AwsError }
  | { readonly kind: "latency"; readonly ms: number };

export interface FaultyCall {
  readonly service: string;
  readonly operation: string;
  readonly input: object;
  readonly principal: string;
}

export type FaultSource = (call: FaultyCall) => Fault | undefined;

export interface FaultRates {
  readonly lostReply?: number;
  readonly lostRequest?: number;
  readonly throttle?: number;
  readonly serverError?: number;
  readonly latency?: number;
}

/** Each call goes wrong by chance; the rates are parts of one. `random` answers 0 to below 1, and comes from a seed. */
export function faultsBySeed(random: () => number, rates: FaultRates): FaultSource {
  const kinds = ["lostReply", "lostRequest", "throttle", "serverError", "latency"] as const;
  return () => {
    let dice = random();
    for (const kind of kinds) {
      dice -= rates[kind] ?? 0;
      if (dice < 0)
        return kind === "latency" ? { kind, ms: Math.floor(random() * 5_000) } : { kind };
    }
    return undefined;
  };
}
