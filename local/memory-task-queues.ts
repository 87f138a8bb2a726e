// The task queues without a disk: the twin for the simulation and for tests, with the same manners as local/task-queue.
import type { Json } from "#functions/store.ts";
import {
  type Lease,
  type LeaseRequest,
  type NewTask,
  type Outcome,
  type OutcomePage,
  type Outcomes,
  type PutReply,
  type QueueCounts,
  type QueueOptions,
  type QueueRef,
  type ReportReply,
  TASK_LIMITS,
  type TaskQueueHost,
  type TaskQueues,
  type TaskView,
  type WorkReport,
} from "#functions/task-queues.ts";
import { bounded, checkOwnIds, checkTasks, payloadTexts, reported } from "#functions/task-rules.ts";
import { WaitingRooms } from "#local/task-queue/waiting-room.ts";
import { MemoryQueue, type MemoryTask } from "./memory-task-queue.ts";

export function memoryTaskQueues(host: TaskQueueHost): TaskQueues {
  return new MemoryTaskQueues(host);
}

class MemoryTaskQueues implements TaskQueues {
  readonly #executions = new Map<string, Map<string, MemoryQueue>>();
  readonly #rooms: WaitingRooms;
  readonly #now: () => number;
  readonly #onChange: NonNullable<TaskQueueHost["onChange"]>;

  constructor({ now, onChange = () => {} }: TaskQueueHost) {
    this.#now = now;
    this.#onChange = onChange;
    this.#rooms = new WaitingRooms(now);
  }

  async create(ref: QueueRef, options: QueueOptions): Promise<void> {
    const queues = this.#executions.get(ref.executionId) ?? new Map<string, MemoryQueue>();
    this.#executions.set(ref.executionId, queues);
    if (!queues.has(ref.queue))
      queues.set(ref.queue, new MemoryQueue(ref.queue, options, this.#now));
  }

  async put(ref: QueueRef, tasks: readonly NewTask[]): Promise<PutReply> {
    const payloads = payloadTexts(tasks);
    const ids = tasks.map(({ id }) => id);
    checkTasks(payloads, ids);
    return this.#change(ref, (queue) => putInto(queue, ids, payloads), { kind: "absent" });
  }

  async lease(ref: QueueRef, request: LeaseRequest): Promise<readonly Lease[]> {
    return this.#rooms.wait({
      room: roomOf(ref, "tasks"),
      until: this.#now() + bounded(request).waitSeconds * 1000,
      signal: request.signal,
      attempt: () => leased(this.#find(ref), request),
      otherwise: () => [],
    });
  }

  async record(
    ref: QueueRef,
    worker: string,
    reports: readonly WorkReport[],
  ): Promise<readonly ReportReply[]> {
    const texts = reports.map(reported);
    const named = (name: string) => this.#find({ ...ref, queue: name });
    return this.#change(
      ref,
      (queue) => texts.map((report) => queue.record(worker, report, named)),
      texts.map(() => "expired"),
    );
  }

  async giveBack(ref: QueueRef, leases: readonly string[]): Promise<void> {
    this.#change(ref, (queue) => queue.giveBack(leases), undefined);
  }

  async renew(ref: QueueRef, worker: string): Promise<void> {
    this.#find(ref)?.renew(worker);
  }

  async release(ref: QueueRef, worker: string, killed: boolean): Promise<void> {
    this.#change(ref, (queue) => queue.release(worker, killed), undefined);
  }

  async counts(ref: QueueRef): Promise<QueueCounts | undefined> {
    return this.#find(ref)?.counts();
  }

  async close(ref: QueueRef): Promise<void> {
    this.#change(ref, (queue) => queue.close(), undefined);
  }

  async task(ref: QueueRef, id: string, waitSeconds = 0): Promise<TaskView | undefined> {
    const look = () => this.#find(ref)?.tasks.get(id);
    const found = look();
    if (!found) return undefined;
    const ended = await this.#rooms.wait({
      room: roomOf(ref, "outcomes"),
      until: this.#now() + Math.min(waitSeconds, TASK_LIMITS.waitSeconds) * 1000,
      attempt: () => (look()?.outcome ? look() : undefined),
      otherwise: () => look() ?? found,
    });
    return viewOf(ended);
  }

  async outcomes(ref: QueueRef, page: OutcomePage): Promise<Outcomes> {
    return pageOf(this.#find(ref)?.outcomes ?? [], page);
  }

  async redrive(ref: QueueRef, tasks?: readonly string[]): Promise<number> {
    return this.#change(ref, (queue) => queue.redrive(tasks && new Set(tasks)), 0);
  }

  async drop(executionId: string): Promise<void> {
    const queues = [...(this.#executions.get(executionId)?.keys() ?? [])];
    this.#executions.delete(executionId);
    for (const queue of queues) {
      this.#rooms.empty(roomOf({ executionId, queue }, "tasks"));
      this.#rooms.empty(roomOf({ executionId, queue }, "outcomes"));
    }
  }

  #find(ref: QueueRef): MemoryQueue | undefined {
    return this.#executions.get(ref.executionId)?.get(ref.queue);
  }

  /** Runs a change of one queue (by routes, of several), then tells those who wait for what it brought. */
  #change<T>(ref: QueueRef, act: (queue: MemoryQueue) => T, otherwise: T): T {
    const queue = this.#find(ref);
    if (!queue) return otherwise;
    const all = [...(this.#executions.get(ref.executionId)?.values() ?? [])];
    const before = new Map(all.map((each) => [each, glance(each)]));
    const answer = act(queue);
    for (const [each, was] of before) this.#tell({ ...ref, queue: each.name }, each, was);
    return answer;
  }

  #tell(ref: QueueRef, queue: MemoryQueue, before: Glance): void {
    const after = glance(queue);
    if (after.done > before.done) this.#onChange(ref, "progress");
    if (after.hasWaiting && !before.hasWaiting) this.#onChange(ref, "filled");
    if (after.isDrained && !before.isDrained) this.#onChange(ref, "drained");
    this.#rooms.serve(roomOf(ref, "tasks"), () => queue.hasWaiting || queue.isDrained);
    if (after.done > before.done) this.#rooms.serve(roomOf(ref, "outcomes"));
  }
}

function roomOf(ref: QueueRef, of: "tasks" | "outcomes"): string {
  return `${of} ${ref.executionId} ${ref.queue}`;
}

interface Glance {
  readonly hasWaiting: boolean;
  readonly isDrained: boolean;
  readonly done: number;
}

function glance(queue: MemoryQueue): Glance {
  return { hasWaiting: queue.hasWaiting, isDrained: queue.isDrained, done: queue.outcomes.length };
}

function putInto(
  queue: MemoryQueue,
  ids: readonly (string | undefined)[],
  payloads: readonly string[],
): PutReply {
  if (queue.isClosed) return { kind: "closed" };
  checkOwnIds(ids, (id) => queue.tasks.has(id));
  const added = payloads.map((payload, index) => queue.add(ids[index], payload));
  const ofThem = added.filter(({ isNew }) => isNew).length;
  return { kind: "put", ids: added.map(({ id }) => id), added: ofThem };
}

/** Undefined: worth waiting for. */
function leased(queue: MemoryQueue | undefined, request: LeaseRequest): Lease[] | undefined {
  if (!queue || queue.isDrained) return [];
  const taken = queue.lease(request.worker, bounded(request).max);
  if (taken.length === 0) return undefined;
  const until = queue.leaseEnd();
  return taken.map(({ id, payload, attempts, held }) => ({
    lease: held?.lease ?? "",
    task: id,
    payload: JSON.parse(payload) as Json,
    attempts,
    until,
  }));
}

function viewOf(task: MemoryTask): TaskView {
  const { id, attempts, held } = task;
  if (task.outcome) return { state: task.outcome.ok ? "succeeded" : "failed", ...outcomeOf(task) };
  const payload = JSON.parse(task.payload) as Json;
  if (!held) return { task: id, state: "waiting", attempts, payload };
  return { task: id, state: "leased", attempts, payload, worker: held.worker };
}

function outcomeOf({ id, payload, attempts, outcome }: MemoryTask): Outcome {
  const { ok = false, worker = "", at = 0, output, error } = outcome ?? {};
  return {
    task: id,
    ok,
    payload: JSON.parse(payload) as Json,
    ...(output !== undefined && { result: JSON.parse(output) as Json }),
    ...(error !== undefined && { error }),
    attempts,
    worker,
    at,
  };
}

function pageOf(
  all: readonly (MemoryTask | undefined)[],
  { ok, limit, cursor }: OutcomePage,
): Outcomes {
  const outcomes: Outcome[] = [];
  const most = Math.min(limit, TASK_LIMITS.page);
  let place = Number(cursor ?? 0);
  let characters = 0;
  for (; place < all.length; place++) {
    if (outcomes.length >= most || characters >= TASK_LIMITS.pageCharacters)
      return { outcomes, cursor: String(place) };
    const task = all[place];
    if (!task?.outcome || (ok !== undefined && task.outcome.ok !== ok)) continue;
    outcomes.push(outcomeOf(task));
    characters += task.payload.length + (task.outcome.output?.length ?? 0);
  }
  return { outcomes };
}
