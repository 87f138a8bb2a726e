// The rules of the runtime API: what a worker's program may be given, how long it waits, and when it is told to leave. Served by runtime-api/, locally and in the sidecar.
import { TASK_LIMITS } from "./task-queues.ts";

/**
 * drained: its queue is closed and all is done. idle: no task came for `idleSeconds`, and it is not needed. retired: it has run for
 * `retireAfterSeconds`. tasksDone: it has had its `maxTasks`. draining: its execution takes its workers in.
 */
export type LeaveReason = "drained" | "idle" | "retired" | "tasksDone" | "draining";

export const LEAVE_SENTENCES: Readonly<Record<LeaveReason, string>> = {
  drained: "The queue is closed and all its tasks are done: leave.",
  idle: "There was nothing to do for a while: leave.",
  retired: "You have run for as long as a worker of this service may: leave.",
  tasksDone: "You have had as many tasks as a worker of this service may: leave.",
  draining: "The execution is being drained: finish what you hold, then leave.",
};

/** How a worker stands; times in Unix milliseconds. */
export interface WorkerFacts {
  readonly startedAt: number;
  /** When it last was given a task or reported one. */
  readonly busyAt: number;
  /** How many tasks it holds, and was ever given. */
  readonly held: number;
  readonly given: number;
  readonly idleSeconds: number;
  readonly retireAfterSeconds?: number | undefined;
  readonly maxTasks?: number | undefined;
  readonly isDraining: boolean;
}

/** Why it gets nothing more, whatever waits. */
export function whyNoMore(facts: WorkerFacts, now: number): LeaveReason | undefined {
  const { startedAt, retireAfterSeconds, maxTasks, given, isDraining } = facts;
  if (isDraining) return "draining";
  if (retireAfterSeconds !== undefined && now >= startedAt + retireAfterSeconds * 1000)
    return "retired";
  if (maxTasks !== undefined && given >= maxTasks) return "tasksDone";
  return undefined;
}

/** Why it leaves when nothing came. `mayLeave`: there are enough without it. */
export function whyLeave(
  facts: WorkerFacts & { readonly isDrained: boolean; readonly mayLeave: boolean },
  now: number,
): LeaveReason | undefined {
  if (facts.isDrained) return "drained";
  const isIdle = facts.held === 0 && idleFor(facts, now) >= facts.idleSeconds;
  return isIdle && facts.mayLeave ? "idle" : undefined;
}

function idleFor({ busyAt }: WorkerFacts, now: number): number {
  return (now - busyAt) / 1000;
}

/** How long a request may wait for a task: until the worker is idle for too long, and never longer than 20 s. */
export function patience(facts: WorkerFacts & { readonly mayLeave: boolean }, now: number): number {
  if (facts.held > 0 || !facts.mayLeave) return TASK_LIMITS.waitSeconds;
  const left = facts.idleSeconds - idleFor(facts, now);
  return Math.max(0, Math.min(left, TASK_LIMITS.waitSeconds));
}

/** How many it may be given of the `max` it asks for. */
export function share(max: number, { maxTasks, given }: WorkerFacts): number {
  return maxTasks === undefined ? max : Math.min(max, maxTasks - given);
}
