// Whether, and when, what ended is to run again: the zapp's own rule, pure. apply.ts and gang.ts ask it.
import type { Outcome } from "#shared/instance.ts";
import type { Placement } from "#shared/placement.ts";

const MOST_BACKOFF_SECONDS = 600;

/** When another generation is due: the zapp asks for it, and attempts are left. A worker is replaced by a fresh one instead. */
export function retryTime(
  scene: { readonly now: number; readonly isStopping: boolean },
  placement: Placement,
  generation: number,
  outcome: Outcome,
): number | undefined {
  const { retry } = placement;
  if (scene.isStopping || placement.stopped || placement.run === "worker") return undefined;
  if (generation >= retry.attempts || !isWorthIt(placement, outcome)) return undefined;
  const backoff = retry.backoffSeconds * 2 ** (generation - 1);
  return scene.now + Math.min(backoff, MOST_BACKOFF_SECONDS) * 1000;
}

function isWorthIt({ retry, gangRules }: Placement, outcome: Outcome): boolean {
  if (outcome.kind === "succeeded" || outcome.kind === "cancelled" || outcome.kind === "rejected")
    return false;
  if (gangRules && isLoss(outcome)) return gangRules.onLostNode === "restart";
  const exit = outcome.kind === "failed" ? outcome.exitCode : undefined;
  return retry.on.includes(outcome.kind) || (exit !== undefined && retry.exits.includes(exit));
}

/** It ended through no fault of its program. */
export function isLoss({ kind }: Outcome): boolean {
  return kind === "lost" || kind === "interrupted";
}
