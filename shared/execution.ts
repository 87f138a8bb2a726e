// An execution: one run of a zapp for a user. Its states are told here, and only `transition` moves them; its instances are in instance.ts.
import type { After } from "./after.ts";
import type { Outcome, Usage } from "./instance.ts";

/**
 * queued: stored, it waits for its essential instances to fit (or for a first task), and says why.
 * starting: its placements are committed and hold capacity; nothing runs yet.
 * running: at least one instance runs or has run.
 * ending: its work is over or it was told to stop; what still runs is being stopped.
 * ended: it holds nothing, and has an outcome. Only a retry or a redrive queues it again.
 */
export const EXECUTION_STATES = ["queued", "starting", "running", "ending", "ended"] as const;
export type ExecutionState = (typeof EXECUTION_STATES)[number];

export const EXECUTION_MOVES: Readonly<Record<ExecutionState, readonly ExecutionState[]>> = {
  queued: ["starting", "ended"],
  starting: ["running", "ending", "ended"],
  running: ["ending", "ended"],
  ending: ["ended"],
  ended: ["queued"],
};

/** Why something waits: `code` for programs, `text` in plain words with numbers, `help` what would change it. */
export interface WaitReason {
  readonly code: string;
  readonly text: string;
  readonly help?: string;
}

/** A stop that was asked for, and by whom; `outcome` what the execution then ends as. */
export interface StopRequest {
  readonly at: number;
  readonly by: string;
  readonly outcome: Outcome;
}

/** The small item that a poll reads. Times are Unix milliseconds. */
export interface Execution {
  readonly id: string;
  readonly tenant: string;
  readonly user: string;
  readonly zapp: string;
  readonly name: string;
  /** The first of its `numbers` whole numbers, unique in its tenant; only where it was submitted with them. */
  readonly number?: number;
  readonly numbers?: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly priority: number;
  readonly state: ExecutionState;
  readonly createdAt: number;
  readonly startedAt?: number;
  /** Its work was done: from then on its workers leave by themselves. */
  readonly endingAt?: number;
  readonly endedAt?: number;
  /** When its time is up (`maxTime`), counted from its start. */
  readonly maxTimeSeconds?: number;
  readonly outcome?: Outcome;
  readonly waiting?: WaitReason;
  /** Ends of other executions that it waits for, before it stands in line. */
  readonly after?: readonly After[];
  /** Others wait for its end. */
  readonly isAwaited?: true;
  readonly stop?: StopRequest;
  /** Its workers finish what they hold and lease no more. */
  readonly draining?: boolean;
  /** 1, and one more with each retry. */
  readonly round: number;
  readonly engine: string;
  readonly services: readonly string[];
  readonly queues: readonly string[];
  /** Sums over its instances, once it has ended; the peak is the highest of one instance. */
  readonly used?: Usage;
}

/** The execution in its new state, or undefined when the table does not allow the move. */
export function transition(
  execution: Execution,
  state: ExecutionState,
  change: Partial<Execution> = {},
): Execution | undefined {
  return EXECUTION_MOVES[execution.state].includes(state)
    ? { ...execution, ...change, state }
    : undefined;
}

export function isOver(execution: Execution): boolean {
  return execution.state === "ended";
}
