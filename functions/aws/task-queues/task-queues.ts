// The task queues of the AWS body: tasks are durable in the work table before they are sent to SQS; each ends in one outcome item under its id.
import type {
  Lease,
  LeaseRequest,
  NewTask,
  OutcomePage,
  Outcomes,
  PutReply,
  QueueCounts,
  QueueOptions,
  QueueRef,
  ReportReply,
  TaskQueues,
  TaskView,
  WorkReport,
} from "#functions/task-queues.ts";
import { TASK_LIMITS } from "#functions/task-queues.ts";
import { bounded, checkTasks, payloadTexts, reported } from "#functions/task-rules.ts";
import { Counters } from "./commit.ts";
import { countsOf, isDrained } from "./counting.ts";
import { Flusher } from "./flusher.ts";
import { Hands } from "./hands.ts";
import { QueueKeys } from "./keys.ts";
import { leaseOf, leaseTasks, mayTake, sendBack } from "./leasing.ts";
import type { TaskQueueParts } from "./parts.ts";
import { dropQueues, placeQueues } from "./placing.ts";
import { putTasks } from "./put.ts";
import { outcomesOf, viewOf } from "./reading.ts";
import { Recorder } from "./recorder.ts";
import { metaItem } from "./records.ts";
import { redriveTasks } from "./redrive.ts";
import { releaseWorker } from "./releasing.ts";
import { Repair } from "./repair.ts";
import { type KnownQueue, nameOf, Shelf } from "./shelf.ts";
import type { Sifted } from "./sift.ts";
import { forgetStart } from "./starts.ts";
import { Waits } from "./waits.ts";

/** Between two looks for an outcome that somebody waits for. */
const LOOK_MS = 1000;

export class AwsTaskQueues implements TaskQueues {
  readonly #parts: TaskQueueParts;
  readonly #shelf: Shelf;
  readonly #hands: Hands;
  readonly #recorder: Recorder;
  readonly #counters: Counters;
  readonly #waits = new Waits();
  readonly #repair: Repair;

  constructor(parts: TaskQueueParts) {
    this.#parts = parts;
    this.#shelf = new Shelf(parts);
    this.#hands = new Hands(parts.now);
    const flusher = new Flusher({ ...parts, who: parts.newId() });
    this.#recorder = new Recorder(parts, this.#hands, flusher);
    this.#counters = new Counters(parts.store);
    this.#repair = new Repair(parts);
  }

  async create(ref: QueueRef, options: QueueOptions): Promise<void> {
    // A queue is made before its execution is stored.
    const owner = options.owner ?? (await this.#shelf.ownerOf(ref.executionId));
    if (owner === undefined) throw new Error(`There is no execution ${ref.executionId}.`);
    const item = metaItem(new QueueKeys(owner, ref).meta, ref.queue, options);
    await this.#parts.store.transact([{ kind: "put", item, condition: { absent: true } }]);
  }

  place(executionId: string): Promise<void> {
    return placeQueues(this.#parts, this.#shelf, executionId);
  }

  repair(executionIds: readonly string[]): Promise<void> {
    return this.#repair.run(executionIds);
  }

  async put(ref: QueueRef, tasks: readonly NewTask[]): Promise<PutReply> {
    const payloads = payloadTexts(tasks);
    const ids = tasks.map(({ id }) => id);
    checkTasks(payloads, ids);
    const look = () => this.#shelf.look(ref);
    const putting = { parts: this.#parts, counters: this.#counters, look };
    const reply = await putTasks(putting, payloads, ids);
    if (reply.kind === "put" && reply.added > 0) this.#parts.onChange?.(ref, "filled");
    return reply;
  }

  async lease(ref: QueueRef, request: LeaseRequest): Promise<readonly Lease[]> {
    const { max, waitSeconds } = bounded(request);
    const until = this.#parts.now() + waitSeconds * 1000;
    if (max === 0 || request.signal?.aborted) return [];
    const asking = { ...request, max };
    const leases = await this.#take(ref, asking, 0);
    if (leases.length > 0 || waitSeconds === 0) return leases;
    return this.#waits.inside(nameOf(ref), request.signal, async (signal) => {
      const queue = await this.#shelf.look(ref);
      if (!queue || (await isDrained(this.#parts.store, queue))) return [];
      for (;;) {
        const left = until - this.#parts.now();
        if (signal.aborted) return [];
        // The clock may have jumped over the end: what came meanwhile is found by a last look.
        const found = await this.#take(ref, { ...asking, signal }, Math.max(0, left / 1000));
        if (found.length > 0 || left <= 0) return found;
      }
    });
  }

  async #take(
    ref: QueueRef,
    { worker, max, signal }: LeaseRequest,
    waitSeconds: number,
  ): Promise<readonly Lease[]> {
    const queue = await this.#shelf.known(ref);
    if (!queue) return [];
    await this.#renew(queue, worker);
    const { url } = queue;
    if (url === undefined || !mayTake(this.#hands.expire(queue, worker))) {
      await this.#parts.pause(waitSeconds * 1000, signal);
      return [];
    }
    const giveUp = async ({ task, from }: Sifted, error: string) => {
      await this.#recorder.attempt({ queue, task, worker, from, also: [] }, error);
    };
    const asking = { queue, url, worker, max, waitSeconds, signal, giveUp };
    return (await leaseTasks(this.#parts, this.#hands, asking)).map(leaseOf);
  }

  async record(
    ref: QueueRef,
    worker: string,
    reports: readonly WorkReport[],
  ): Promise<readonly ReportReply[]> {
    const said = reports.map(reported);
    const replies = await this.#recorder.report(worker, said);
    if (replies.includes("recorded")) await this.#ring(ref, true);
    return replies;
  }

  /** Those who wait here are woken when there is nothing left to wait for. */
  async #ring(ref: QueueRef, isProgress: boolean): Promise<void> {
    const { onChange } = this.#parts;
    if (isProgress) onChange?.(ref, "progress");
    this.#waits.wake(`outcome ${nameOf(ref)}`);
    if (!this.#waits.has(nameOf(ref)) && !onChange) return;
    const queue = await this.#shelf.look(ref);
    if (!queue || !(await isDrained(this.#parts.store, queue))) return;
    onChange?.(ref, "drained");
    this.#waits.wake(nameOf(ref));
  }

  async giveBack(ref: QueueRef, leases: readonly string[]): Promise<void> {
    const queue = await this.#shelf.known(ref);
    const held = leases.flatMap((lease) => this.#hands.find(lease) ?? []);
    const mine = held.filter(({ state }) => state === "held");
    for (const each of mine) this.#hands.end(each, "over");
    await sendBack(this.#parts, queue?.url ?? "", mine);
    for (const each of mine) if (each.isAlone) await forgetStart(this.#parts, each);
  }

  async renew(ref: QueueRef, worker: string): Promise<void> {
    const queue = await this.#shelf.known(ref);
    if (queue) await this.#renew(queue, worker);
  }

  async #renew(queue: KnownQueue, worker: string): Promise<void> {
    const due = this.#hands.due(queue, worker);
    if (due.length === 0) return;
    const all = due.map(({ delivery, seconds }) => ({ receipt: delivery.receipt, seconds }));
    const until = this.#parts.now();
    await this.#parts.messages.hide(queue.url ?? "", all);
    for (const { delivery, seconds } of due) delivery.until = until + seconds * 1000;
  }

  async release(ref: QueueRef, worker: string, killed: boolean): Promise<void> {
    const queue = await this.#shelf.known(ref);
    if (!queue) return;
    const parts = { parts: this.#parts, hands: this.#hands, recorder: this.#recorder };
    await releaseWorker(parts, queue, worker, killed);
    await this.#ring(ref, false);
  }

  async counts(ref: QueueRef): Promise<QueueCounts | undefined> {
    const queue = await this.#shelf.look(ref);
    return queue && countsOf(this.#parts, queue);
  }

  async close(ref: QueueRef): Promise<void> {
    const queue = await this.#shelf.look(ref);
    if (!queue || queue.closed) return;
    const key = queue.keys.meta;
    await this.#parts.store.transact([{ kind: "update", key, set: { closed: true } }]);
    await this.#ring(ref, false);
  }

  async task(ref: QueueRef, task: string, waitSeconds = 0): Promise<TaskView | undefined> {
    const queue = await this.#shelf.look(ref);
    if (!queue) return undefined;
    const seconds = Math.min(waitSeconds, TASK_LIMITS.waitSeconds);
    const until = this.#parts.now() + seconds * 1000;
    const look = () => viewOf(this.#parts, this.#hands, queue, task);
    for (;;) {
      const pause = (signal: AbortSignal) => this.#parts.pause(LOOK_MS, signal);
      const view = await look();
      const isOpen = view?.state === "waiting" || view?.state === "leased";
      if (!isOpen || this.#parts.now() >= until) return view;
      await this.#waits.inside(`outcome ${nameOf(ref)}`, undefined, pause);
    }
  }

  async outcomes(ref: QueueRef, page: OutcomePage): Promise<Outcomes> {
    const queue = await this.#shelf.look(ref);
    return queue ? outcomesOf(this.#parts, queue, page) : { outcomes: [] };
  }

  async redrive(ref: QueueRef, tasks?: readonly string[]): Promise<number> {
    const queue = await this.#shelf.look(ref);
    if (!queue) return 0;
    const count = await redriveTasks(this.#parts, this.#counters, queue, tasks);
    if (count > 0) this.#parts.onChange?.(ref, "filled");
    return count;
  }

  async drop(executionId: string): Promise<void> {
    this.#hands.drop(executionId);
    await dropQueues(this.#parts, this.#shelf, executionId);
  }
}
