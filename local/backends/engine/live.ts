// The instances that this engine knows: those that live, and how the last of those before them ended.
import type { LaunchRequest } from "#functions/backend.ts";
import { type InstanceId, instanceName, type Outcome, type Usage } from "#shared/instance.ts";
import type { Amount } from "#shared/pool.ts";
import type { Lent } from "./folders.ts";

/** The sweep asks after an end within minutes; this is hours of short instances. */
const ENDS_REMEMBERED = 20_000;

export interface Live {
  readonly key: string;
  readonly request: LaunchRequest;
  readonly amount: Amount;
  readonly lent: Lent;
  readonly abort: AbortController;
  /** preparing: not yet asked for at the runner. starting, running: the runner has it. ending: it has ended, its outputs are being kept. */
  phase: "preparing" | "starting" | "running" | "ending";
  /** Why it was told to stop. */
  stopped?: Outcome;
  /** Of its `maxTime`. */
  timer?: NodeJS.Timeout;
}

export interface End {
  readonly instance: InstanceId;
  readonly at: number;
  readonly startedAt?: number;
  readonly outcome: Outcome;
  readonly usage?: Usage;
}

/** The newest so many. */
export class Ends {
  readonly #ends = new Map<string, End>();

  get(key: string): End | undefined {
    return this.#ends.get(key);
  }

  has(key: string): boolean {
    return this.#ends.has(key);
  }

  add(key: string, end: End): void {
    this.#ends.set(key, end);
    if (this.#ends.size <= ENDS_REMEMBERED) return;
    for (const oldest of this.#ends.keys()) {
      this.#ends.delete(oldest);
      return;
    }
  }
}

/** `exe_01J.../classifier-3.1` */
export function keyOf(instance: InstanceId): string {
  return `${instance.executionId}/${instanceName(instance)}`;
}

export function indexOf({ executionId, service, index }: InstanceId): string {
  return `${executionId}/${service}-${index}`;
}

/** Workers lease tasks, so two of one index do no harm; of all others one generation runs at a time. */
export function isFenced({ service }: LaunchRequest): boolean {
  return service.run !== "worker";
}
