// What a body of the task-queue port brings to its contract, and short ways to lease, report and read.
import { afterEach, beforeEach } from "vitest";
import type { Json } from "#functions/store.ts";
import type {
  Lease,
  QueueOptions,
  QueueRef,
  TaskQueueChange,
  TaskQueues,
} from "#functions/task-queues.ts";
import type { Route } from "#shared/zapp.ts";

/** One implementation, opened for one test. */
export interface TaskQueueBody {
  readonly tasks: TaskQueues;
  /** The clock that leases are measured by goes on. */
  advance(seconds: number): void;
  readonly changes: readonly { readonly ref: QueueRef; readonly change: TaskQueueChange }[];
  /** The process ends without a word, and a new one opens the same state; absent where nothing outlives the process. */
  readonly restart?: () => Promise<TaskQueues>;
  close(): Promise<void>;
}

export type OpenTaskQueueBody = () => Promise<TaskQueueBody>;

export const OPTIONS: QueueOptions = { leaseSeconds: 60, maxAttempts: 3, routes: [] };
export const DOCUMENTS: QueueRef = { executionId: "exe_1", queue: "documents" };

export function numbered(count: number): { readonly id: string; readonly payload: Json }[] {
  return Array.from({ length: count }, (_, n) => ({ id: `n${n}`, payload: { n } }));
}

/** Before each test the port is opened, with a queue of documents in it; after each it is closed. */
export function openBeforeEach(open: OpenTaskQueueBody, take: (body: TaskQueueBody) => void): void {
  let body: TaskQueueBody;
  beforeEach(async () => {
    body = await open();
    await body.tasks.create(DOCUMENTS, OPTIONS);
    take(body);
  });
  afterEach(() => body.close());
}

/** What was told of one queue, in order. */
export function changesOf({ changes }: TaskQueueBody, queue: string): TaskQueueChange[] {
  return changes.filter(({ ref }) => ref.queue === queue).map(({ change }) => change);
}

/** Leases without waiting. */
export function leaseNow(tasks: TaskQueues, max: number, worker = "w-1.1", ref = DOCUMENTS) {
  return tasks.lease(ref, { max, worker, waitSeconds: 0 });
}

export const succeeded = ({ lease }: Lease, result: Json = "done") =>
  ({ lease, ok: true, result }) as const;
export const failed = ({ lease }: Lease, error = "broken") =>
  ({ lease, ok: false, error }) as const;

/** The one lease that is there. */
export async function leaseOne(
  tasks: TaskQueues,
  worker = "w-1.1",
  ref = DOCUMENTS,
): Promise<Lease> {
  const [lease] = await leaseNow(tasks, 1, worker, ref);
  if (!lease) throw new Error(`No task waits in ${ref.queue} for ${worker}.`);
  return lease;
}

/** All of them, over as many pages as it takes. */
export async function allOutcomes(tasks: TaskQueues, ref: QueueRef, limit: number, ok?: boolean) {
  const all: { readonly task: string; readonly ok: boolean }[] = [];
  let cursor: string | undefined;
  do {
    const page = await tasks.outcomes(ref, {
      limit,
      ...(ok !== undefined && { ok }),
      ...(cursor && { cursor }),
    });
    for (const each of page.outcomes) all.push({ task: each.task, ok: each.ok });
    cursor = page.cursor;
  } while (cursor);
  return all;
}

/** One route, with what it leaves unsaid. */
export function aRoute(route: Partial<Route>): Route {
  return {
    from: DOCUMENTS.queue,
    to: {},
    otherwise: { kind: "deadLetter" },
    task: "result",
    ...route,
  };
}
