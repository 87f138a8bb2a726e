// The rules of gangs, pure: what a node's end means for all of them, and when those that wait for the others have waited long enough. apply.ts and sweep.ts ask it.
import type { InstanceId, Outcome } from "#shared/instance.ts";
import type { GangState, Placement } from "#shared/placement.ts";
import { isLoss, retryTime } from "./retry-rule.ts";

type Moment = { readonly now: number; readonly isStopping: boolean };

export interface NodeEnd {
  /** With the gang's verdict, and its counts where the last node has ended. */
  readonly placement: Placement;
  /** The others are to be stopped. */
  readonly stops: boolean;
  /** When the next generation is due. */
  readonly retryAt?: number;
}

export function newGang(generation: number, now: number): GangState {
  return { generation, since: now };
}

/** `placement` has counted the node as ended, as one that was no longer needed: what the gang ends as is counted when its last node ends. */
export function nodeEnded(
  moment: Moment,
  placement: Placement,
  node: Pick<InstanceId, "index">,
  outcome: Outcome,
): NodeEnd {
  const { gang, live } = placement;
  if (gang === undefined) return { placement, stops: false };
  const verdict = gang.verdict ?? verdictOf(moment, placement, node.index, outcome);
  const judged = verdict === undefined ? placement : { ...placement, gang: { ...gang, verdict } };
  if (verdict === undefined || live > 0)
    return { placement: judged, stops: gang.verdict === undefined && verdict !== undefined };
  return { ...concluded(moment, judged, gang.generation, verdict), stops: false };
}

/** Node 0's exit decides. Another node that ends before it is a lost one, unless it was told to: then node 0's end is still on its way. */
function verdictOf(
  { isStopping }: Moment,
  { service, count }: Placement,
  node: number,
  outcome: Outcome,
): Outcome | undefined {
  if (node === 0 || isStopping || isFinal(outcome)) return outcome;
  if (outcome.kind === "cancelled") return undefined;
  const why = "reason" in outcome ? ` ${outcome.reason}` : "";
  const reason = `Node ${node} of the ${count} of ${service} ended before node 0.${why}`;
  return { kind: isLoss(outcome) ? (outcome.kind as "lost") : "lost", reason };
}

/** What says more of the zapp than of the machine. */
function isFinal({ kind }: Outcome): boolean {
  return kind === "rejected" || kind === "timedOut" || kind === "outOfMemory";
}

function concluded(
  moment: Moment,
  placement: Placement,
  generation: number,
  verdict: Outcome,
): Omit<NodeEnd, "stops"> {
  const { count } = placement;
  const uncounted = { ...placement, cancelled: placement.cancelled - count };
  const retryAt = retryTime(moment, placement, generation, verdict);
  if (retryAt !== undefined)
    return { placement: { ...uncounted, retrying: count, retryDue: retryAt }, retryAt };
  if (verdict.kind === "cancelled") return { placement };
  if (verdict.kind === "succeeded") return { placement: { ...uncounted, succeeded: count } };
  return { placement: { ...uncounted, failed: count, failure: verdict } };
}

/** Those of its nodes that run wait for the others; not for ever. */
export function whyIncomplete(placement: Placement, now: number): Outcome | undefined {
  const { gang, gangRules, live, running, count, ready, service } = placement;
  if (gang === undefined || gangRules === undefined || gang.verdict !== undefined) return undefined;
  if (!ready || live < count || running >= count) return undefined;
  if (now - gang.since <= gangRules.startWithinSeconds * 1000) return undefined;
  const reason = `Only ${running} of the ${count} nodes of ${service} ran within ${gangRules.startWithinSeconds} s (startWithin): all were released.`;
  return { kind: "interrupted", reason };
}

/** Its generation is over, and some of it may still run. */
export function isWindingUp({ gang, live }: Placement): boolean {
  return gang?.verdict !== undefined && live > 0;
}
