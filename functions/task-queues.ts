// The task-queue port: many-task work inside an execution. Programs reach it through the runtime API, users through the API's queue routes.

import type { Route } from "#shared/zapp.ts";
import type { Json } from "./store.ts";

export interface QueueRef {
  readonly executionId: string;
  readonly queue: string;
}

export interface QueueOptions {
  readonly leaseSeconds: number;
  readonly maxAttempts: number;
  /** The routes that leave this queue; a recorded result puts the children they make, in the same transaction. */
  readonly routes: readonly Route[];
  /** `tenant#zapp`, as `ownerOf` spells it: a body that gives each owner rights of its own keeps the queue under it. */
  readonly owner?: string;
}

/** A payload of at most 64 KiB as JSON. Without an id Zoe gives one; an id seen before makes the put of it a no-op. */
export interface NewTask {
  readonly id?: string;
  readonly payload: Json;
}

export interface Lease {
  /** Names this delivery; a result is recorded under it. */
  readonly lease: string;
  readonly task: string;
  readonly payload: Json;
  /** Failures and kills before this delivery. */
  readonly attempts: number;
  /** Unix milliseconds; renewed while the worker lives. */
  readonly until: number;
}

export type WorkReport =
  | { readonly lease: string; readonly ok: true; readonly result: Json }
  | { readonly lease: string; readonly ok: false; readonly error: string };

/** `expired`: the lease is unknown. A late report is recorded if its task has no outcome yet. */
export type ReportReply = "recorded" | "duplicate" | "expired";

/**
 * Exact counts; put, done and redriven only grow. waiting = put - done - leased. Drained = closed and done = put.
 * A redrive adds to `put`, so that `done` keeps counting the dead letter it deleted.
 */
export interface QueueCounts {
  readonly put: number;
  readonly done: number;
  /** Of `done`, how many are dead letters now. */
  readonly failed: number;
  readonly leased: number;
  readonly redriven: number;
  readonly closed: boolean;
}

export type TaskState = "waiting" | "leased" | "succeeded" | "failed";

export interface TaskView {
  readonly task: string;
  readonly state: TaskState;
  readonly attempts: number;
  readonly payload?: Json;
  readonly result?: Json;
  readonly error?: string;
  readonly worker?: string;
  /** Unix milliseconds when the outcome was recorded. */
  readonly at?: number;
}

/** One recorded outcome: a result or a dead letter. */
export interface Outcome {
  readonly task: string;
  readonly ok: boolean;
  readonly payload?: Json;
  readonly result?: Json;
  readonly error?: string;
  readonly attempts: number;
  readonly worker: string;
  readonly at: number;
}

export interface OutcomePage {
  readonly ok?: boolean;
  readonly limit: number;
  readonly cursor?: string;
}

export interface Outcomes {
  readonly outcomes: readonly Outcome[];
  /** There are more: pass it to the same call. */
  readonly cursor?: string;
}

export interface LeaseRequest {
  readonly max: number;
  /** The instance that asks: `service-index.generation`. */
  readonly worker: string;
  /** How long to wait for a first task, at most 20; it resolves early when one comes, or when the queue is drained. */
  readonly waitSeconds: number;
  /** The worker listens no more: the wait ends empty, and nothing is leased to it. */
  readonly signal?: AbortSignal;
}

export type PutReply =
  | { readonly kind: "put"; readonly ids: readonly string[]; readonly added: number }
  | { readonly kind: "closed" }
  | { readonly kind: "absent" };

/**
 * `resultBytes`: a larger result is a failure that says so. A longer `error` is cut. A page of outcomes ends early at `pageCharacters`.
 * `taskSeconds`: a lease ends after 11 hours, renewals or not (aws-body: SQS hides a message for 12 hours at most).
 */
export const TASK_LIMITS = {
  tasksPerPut: 10_000,
  payloadBytes: 64 * 1024,
  idCharacters: 200,
  resultBytes: 256 * 1024,
  errorCharacters: 4000,
  leasesPerCall: 1000,
  waitSeconds: 20,
  taskSeconds: 11 * 3600,
  page: 10_000,
  pageCharacters: 4 * 1024 * 1024,
} as const;

/** filled: tasks wait where none did. progress: outcomes were recorded. drained: closed, and all done. Only a hint to look. */
export type TaskQueueChange = "filled" | "drained" | "progress";

/** What every implementation is opened with, beside what it stands on. */
export interface TaskQueueHost {
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly onChange?: (ref: QueueRef, change: TaskQueueChange) => void;
}

export interface TaskQueues {
  /** Makes the queue if it is not there; safe to repeat. */
  create(ref: QueueRef, options: QueueOptions): Promise<void>;
  /** Durable before it resolves. `ids` in the order of the tasks; `added` leaves out repeats. A task over a limit throws, with the pointer of each. */
  put(ref: QueueRef, tasks: readonly NewTask[]): Promise<PutReply>;
  /** Empty when nothing came in time. A task delivered more than `maxAttempts` times is leased alone, its start recorded first. */
  lease(ref: QueueRef, request: LeaseRequest): Promise<readonly Lease[]>;
  /** Durable before it resolves; a failure before `maxAttempts` puts the task back, at the end becomes a dead letter. */
  record(
    ref: QueueRef,
    worker: string,
    reports: readonly WorkReport[],
  ): Promise<readonly ReportReply[]>;
  /** Leases whose answer never reached the worker: their tasks wait again, as if not delivered. */
  giveBack(ref: QueueRef, leases: readonly string[]): Promise<void>;
  /** The worker lives: its leases run on for another `leaseSeconds` (a task at most 11 hours). */
  renew(ref: QueueRef, worker: string): Promise<void>;
  /** The worker ended: what it held waits again at once. `killed`: a task that it ran alone and had started is an attempt. */
  release(ref: QueueRef, worker: string, killed: boolean): Promise<void>;
  counts(ref: QueueRef): Promise<QueueCounts | undefined>;
  /** When an execution is placed, before its first worker starts; absent where nothing need be made. Safe to repeat. */
  place?(executionId: string): Promise<void>;
  /** With every sweep: what was put and lost its way is sent again. `executionIds` are those that hold capacity. */
  repair?(executionIds: readonly string[]): Promise<void>;
  /** No further put but by routes; safe to repeat. */
  close(ref: QueueRef): Promise<void>;
  /** `waitSeconds` (at most 20): resolves early when the task has its outcome. */
  task(ref: QueueRef, task: string, waitSeconds?: number): Promise<TaskView | undefined>;
  /** Outcomes in the order recorded; `ok` filters. A page may be shorter than `limit`: the cursor tells whether there is more. */
  outcomes(ref: QueueRef, page: OutcomePage): Promise<Outcomes>;
  /** Dead letters (all, or those named) wait again with no attempts; answers how many. Reopens nothing: a closed queue stays closed. */
  redrive(ref: QueueRef, tasks?: readonly string[]): Promise<number>;
  /** Forgets the queues of an execution, outcomes included. */
  drop(executionId: string): Promise<void>;
}

/** The same with JSON texts that nobody parses on the way: the hot path of hosts that have it. */
export interface TextTaskQueues extends TaskQueues {
  /** `payloads` are JSON texts as JSON.stringify makes them (no line breaks). `ids` in the same order. */
  putTexts(
    ref: QueueRef,
    tasks: { readonly payloads: readonly string[]; readonly ids?: readonly (string | undefined)[] },
  ): Promise<PutReply>;
  /** The leases as the text of a JSON list, and their names. */
  leaseText(ref: QueueRef, request: LeaseRequest): Promise<LeaseText>;
}

export interface LeaseText {
  readonly leases: readonly string[];
  readonly text: string;
}
