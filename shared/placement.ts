// A placement: where and how a service of an admitted execution runs, and the exact counts of its instances. Held capacity is the sum of placements.
import type { Outcome } from "./instance.ts";
import type { Amount } from "./pool.ts";
import type { Retry } from "./zapp/service.ts";
import type { RunKind } from "./zapp.ts";

/** What one service asks for; known when the execution is submitted, and all that `decide` needs of it. */
export interface Ask {
  readonly service: string;
  readonly run: RunKind;
  readonly backend: string;
  /** Of one instance; `instances` is 1. */
  readonly shape: Amount;
  readonly capacity: "spot" | "on-demand" | "filler";
  /** Admitted together or not at all. */
  readonly essential: number;
  /** Instances in all (array: children; worker: its maximum). */
  readonly count: number;
  /** How many may be live at once now (array: `atOnce`; worker: by backlog). */
  readonly want: number;
  /** Services of an execution that share one maximum of live instances. */
  readonly share?: { readonly group: string; readonly max: number };
  /** False while a service that it comes `after` does not run yet: nothing elastic is placed. */
  readonly ready: boolean;
  readonly after: readonly string[];
  readonly retry: Retry;
  /** Where its workers lease their tasks. */
  readonly queue?: string;
  /** Failed children that do not fail the execution. */
  readonly tolerate: number;
  /** Of a gang. */
  readonly gangRules?: GangRules;
}

export interface GangRules {
  readonly startWithinSeconds: number;
  readonly onLostNode: "restart" | "fail";
}

/** All nodes of a gang are of one generation; those without a record are placed in it. */
export interface GangState {
  readonly generation: number;
  /** Since when its nodes may start, Unix milliseconds: `startWithin` counts from here. */
  readonly since: number;
  /** How this generation ends, known before all of its nodes have ended; what still runs of it is being stopped. */
  readonly verdict?: Outcome;
}

/** Instances are numbered 0 to next-1; those without a record of their own are `placed` in generation 1, or in their gang's. */
export interface Placement extends Ask {
  readonly executionId: string;
  readonly tenant: string;
  readonly user: string;
  readonly priority: number;
  /** Of the execution, Unix milliseconds. */
  readonly createdAt: number;
  /** The first index that was never placed. */
  readonly next: number;
  /** Placed and not ended: what is held. */
  readonly live: number;
  readonly running: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Ended by a stop, or no longer needed. */
  readonly cancelled: number;
  /** Ended, and waiting for their next generation. */
  readonly retrying: number;
  /** When the first of these is due, Unix milliseconds. */
  readonly retryDue?: number;
  /** How many the scheduler granted: an array hands a free slot to its next child by itself. */
  readonly slots: number;
  /** Deaths of workers in a row without a task done. */
  readonly strikes: number;
  /** Tasks done in its queue when that was last looked at. */
  readonly progress?: number;
  /** Nothing elastic is placed before this time. */
  readonly notBefore?: number;
  /** Set when nothing further of it is to start. */
  readonly stopped: boolean;
  readonly gang?: GangState;
  /** How the last instance that failed for good ended. */
  readonly failure?: Outcome;
  /** Sums over its ended instances; the peak is the highest. */
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  readonly peakMemoryMib: number;
}

/** How many more instances this service could use now. */
export function more(placement: Placement, now: number): number {
  if (placement.stopped || !placement.ready || (placement.notBefore ?? 0) > now) return 0;
  const due = (placement.retryDue ?? 0) <= now ? placement.retrying : 0;
  const left = placement.run === "worker" ? Infinity : placement.count - placement.next + due;
  return Math.max(0, Math.min(placement.want - placement.live, left));
}

/** Of an instance that nothing has happened to yet. */
export function placedGeneration({ gang }: Pick<Placement, "gang">): number {
  return gang?.generation ?? 1;
}

export function held(placement: Placement): Amount {
  return times(placement.shape, placement.live);
}

export const NOTHING: Amount = { instances: 0, cpu: 0, memoryMib: 0, gpu: 0 };

export function times(amount: Amount, n: number): Amount {
  return {
    instances: amount.instances * n,
    cpu: amount.cpu * n,
    memoryMib: amount.memoryMib * n,
    gpu: amount.gpu * n,
  };
}

export function plus(a: Amount, b: Amount): Amount {
  return {
    instances: a.instances + b.instances,
    cpu: a.cpu + b.cpu,
    memoryMib: a.memoryMib + b.memoryMib,
    gpu: a.gpu + b.gpu,
  };
}
