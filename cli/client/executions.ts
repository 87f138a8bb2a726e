// Executions as routes of the API: submitted, listed, followed, explained, changed, stopped, run again.

import type * as z from "zod";
import type { Http } from "#cli/http.ts";
import type { ExecAnswer } from "#shared/api/exec.ts";
import type {
  ExecutionAnswer,
  ExecutionRow,
  LedgerAnswer,
  PlanAnswer,
  Submitted,
} from "#shared/api/execution.ts";
import type { StopRequest } from "#shared/api/filter.ts";
import type { EventAnswer, InstanceAnswer, InstancePage } from "#shared/api/history.ts";
import type { WaitReason } from "#shared/execution.ts";
import type { WrittenSubmission } from "#shared/submission.ts";
import { everyItem } from "./pages.ts";

export type Event = z.infer<typeof EventAnswer>;

export interface ExecutionChange {
  readonly priority?: number;
  readonly maxTime?: string;
  readonly counts?: Readonly<
    Record<string, { readonly min?: number; readonly max?: number; readonly atOnce?: number }>
  >;
}

export interface ExecutionQuery {
  readonly state?: string;
  readonly zapp?: string;
  readonly name?: string;
  readonly number?: number;
  readonly user?: string;
  readonly tenant?: string;
  /** As `key=value`. */
  readonly label?: readonly string[];
  readonly limit?: number;
}

export interface InstanceQuery {
  readonly service?: string;
  readonly state?: string;
  readonly outcome?: string;
  readonly label?: string;
}

export interface Why {
  readonly state: string;
  readonly reasons: readonly WaitReason[];
}

/** What a long poll waits, and what is added until its answer is given up. */
export const POLL_SECONDS = 20;
const GRACE_SECONDS = 15;

/** Longer than a command may run there. */
const EXEC_SECONDS = 75;

export const waiting = { timeoutSeconds: POLL_SECONDS + GRACE_SECONDS };

export function executionCalls(http: Http) {
  const at = (id: string, rest = "") => `/v1/executions/${encodeURIComponent(id)}${rest}`;
  return {
    /** Safe to repeat under the same key. */
    submit: (submission: WrittenSubmission, key: string = crypto.randomUUID()) =>
      http.json<Submitted>({
        ...{ method: "POST", path: "/v1/executions", body: submission },
        ...{ headers: { "idempotency-key": key }, isRepeatable: true },
      }),
    plan: (submission: WrittenSubmission) =>
      http.json<PlanAnswer>({
        ...{ method: "POST", path: "/v1/plan", body: submission, isRepeatable: true },
      }),
    executions: ({ limit = 1000, ...query }: ExecutionQuery) =>
      everyItem<ExecutionRow>(http, { path: "/v1/executions", query: { ...query } }, limit),
    execution: (id: string, signal?: AbortSignal) =>
      http.json<ExecutionAnswer>({ path: at(id), signal }),
    /** Answers when it is no longer as `version` has it, or after 20 s. */
    nextExecution: (id: string, version: string, signal?: AbortSignal) =>
      http.poll<ExecutionAnswer>({
        ...{ path: at(id), query: { wait: POLL_SECONDS, after: version }, signal },
        ...waiting,
      }),
    why: (id: string) => http.json<Why>({ path: at(id, "/why") }),
    events: (id: string) => everyItem<Event>(http, { path: at(id, "/events") }),
    instances: (id: string, query: InstanceQuery = {}) =>
      everyItem<InstanceAnswer>(http, { path: at(id, "/instances"), query: { ...query } }),
    instanceCounts: (id: string) =>
      http.json<InstancePage>({ path: at(id, "/instances"), query: { limit: 1 } }),
    ledger: (id: string) => http.json<LedgerAnswer>({ path: at(id, "/ledger") }),
    stop: (id: string, reason?: string) =>
      http.json<ExecutionRow>({ method: "DELETE", path: at(id), query: { reason } }),
    /** Some of those that fit; there are more where it says so. */
    stopMany: (request: StopRequest) =>
      http.json<{ readonly stopped: readonly string[]; readonly more: boolean }>({
        ...{ method: "POST", path: "/v1/executions/stop", body: request, isRepeatable: true },
      }),
    retry: (id: string) =>
      http.json<{ execution: ExecutionRow; instances: number; tasks: number }>({
        ...{ method: "POST", path: at(id, "/retry") },
      }),
    drain: (id: string, on: boolean) =>
      http.json<ExecutionRow>({
        ...{ method: "POST", path: at(id, "/drain"), body: { on }, isRepeatable: true },
      }),
    exec: (
      id: string,
      wish: {
        readonly service?: string | undefined;
        readonly index?: number | undefined;
        readonly command: readonly string[];
      },
    ) =>
      http.json<ExecAnswer>({
        ...{ method: "POST", path: at(id, "/exec"), body: wish, timeoutSeconds: EXEC_SECONDS },
      }),
    change: (id: string, change: ExecutionChange) =>
      http.json<ExecutionRow>({
        ...{ method: "PATCH", path: at(id), body: change },
        isRepeatable: true,
      }),
  };
}
