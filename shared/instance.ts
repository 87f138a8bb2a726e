// An instance: one running copy of a service. Its life is the table below; only `transition` moves it. Executions sum their instances up (execution.ts).

export interface InstanceId {
  readonly executionId: string;
  readonly service: string;
  readonly index: number;
  /** The n-th launch of this index, from 1. */
  readonly generation: number;
}

/** How an execution or an instance ended. `by`: who asked for a stop. */
export type Outcome =
  | { readonly kind: "succeeded" }
  | {
      readonly kind: "failed";
      readonly code: string;
      readonly reason: string;
      readonly exitCode?: number;
    }
  | { readonly kind: "outOfMemory"; readonly reason: string }
  | { readonly kind: "timedOut"; readonly reason: string }
  | { readonly kind: "interrupted"; readonly reason: string }
  | { readonly kind: "lost"; readonly reason: string }
  | { readonly kind: "cancelled"; readonly by: string; readonly reason?: string }
  | { readonly kind: "rejected"; readonly reason: string };

/** What an instance really used, measured by its backend. */
export interface Usage {
  readonly cpuSeconds: number;
  readonly peakMemoryMib: number;
  readonly wallSeconds: number;
}

/**
 * placed: it holds capacity and waits for its launch (for the services it comes `after`, for its backend).
 * launching: the backend was asked. unknown: it was asked and no answer came; nothing else starts under this index until it is known.
 * running: its program runs. stopping: it was told to stop. ended: it holds nothing any more, and has an outcome.
 */
export const INSTANCE_STATES = [
  "placed",
  "launching",
  "unknown",
  "running",
  "stopping",
  "ended",
] as const;
export type InstanceState = (typeof INSTANCE_STATES)[number];

export const INSTANCE_MOVES: Readonly<Record<InstanceState, readonly InstanceState[]>> = {
  placed: ["launching", "unknown", "running", "stopping", "ended"],
  launching: ["unknown", "running", "stopping", "ended"],
  unknown: ["running", "stopping", "ended"],
  running: ["stopping", "ended"],
  stopping: ["ended"],
  ended: [],
};

/** The instance in its new state, or undefined when the table does not allow the move (a repeated or late event changes nothing). */
export function transition<T extends { readonly state: InstanceState }>(
  instance: T,
  state: InstanceState,
): T | undefined {
  return INSTANCE_MOVES[instance.state].includes(state) ? { ...instance, state } : undefined;
}

/** `classifier-3.1`: service, index and generation; names a worker and its folders. */
export function instanceName(instance: InstanceId): string {
  return `${instance.service}-${instance.index}.${instance.generation}`;
}
