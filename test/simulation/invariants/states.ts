// Invariant 6: states only move along the tables, and what has ended is never written again.

import type { Instance } from "#functions/records.ts";
import { EXECUTION_MOVES, type Execution } from "#shared/execution.ts";
import { INSTANCE_MOVES, instanceName } from "#shared/instance.ts";
import type { Changed } from "../picture.ts";

/** What is wrong with a write of an execution; undefined when nothing is. */
export function wrongExecutionMove({ before, after }: Changed<Execution>): string | undefined {
  if (after === undefined) return wrongForgetting(before);
  if (before === undefined)
    return after.state === "queued" ? undefined : `${after.id} was first stored as ${after.state}.`;
  if (before.state === after.state) {
    const isRewritten = before.state === "ended" && !same(before, after);
    return isRewritten ? `${after.id} has ended, and was written again.` : undefined;
  }
  const isAllowed = EXECUTION_MOVES[before.state].includes(after.state);
  if (isRetry(before, after) || isAllowed) return undefined;
  return `${after.id} went from ${before.state} to ${after.state}.`;
}

/** A retry goes through `queued` straight to `starting`, in one write, with its round counted. */
function isRetry(before: Execution, after: Execution): boolean {
  const isNextRound = after.round === before.round + 1;
  return before.state === "ended" && after.state === "starting" && isNextRound;
}

function wrongForgetting(before: Execution | undefined): string | undefined {
  if (before === undefined || before.state === "ended") return undefined;
  return `${before.id} was forgotten while it was ${before.state}.`;
}

/** `isNode`: of a gang, whose nodes are placed in a later generation without a record too. */
export function wrongInstanceMove(
  { before, after }: Changed<Instance>,
  isNode = false,
): string | undefined {
  if (after === undefined) return undefined;
  const name = `${after.executionId}/${instanceName(after)}`;
  const from = before?.state ?? "placed";
  if (from === after.state) {
    const isRewritten = from === "ended" && !same(withoutRetry(before), withoutRetry(after));
    return isRewritten ? `${name} has ended, and was written again.` : undefined;
  }
  if (before === undefined && after.generation > 1 && !isNode)
    return `${name} was first stored as ${after.state}.`;
  if (INSTANCE_MOVES[from].includes(after.state)) return undefined;
  return `${name} went from ${from} to ${after.state}.`;
}

/** When a next generation is due is the one thing that may change. */
function withoutRetry(instance: Instance | undefined): object {
  const { retryAt: _retryAt, ...rest } = instance ?? {};
  return rest;
}

function same(a: object, b: object): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** One generation follows the other: the one before must have ended. */
export function wrongGeneration(generations: readonly Instance[]): string | undefined {
  for (const [position, instance] of generations.entries()) {
    const next = generations[position + 1];
    if (instance.generation !== position + 1)
      return `${instance.executionId}/${instanceName(instance)} has no generation before it.`;
    if (next !== undefined && instance.state !== "ended")
      return `${next.executionId}/${instanceName(next)} was placed while the one before was ${instance.state}.`;
  }
  return undefined;
}
