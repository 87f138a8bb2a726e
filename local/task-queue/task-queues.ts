// The task queues of a local Zoe, over the state database. Each queue that is used lies in memory (./queue.ts); its tables are written first (./batch.ts).
import { randomBytes } from "node:crypto";
import { targetsOf } from "#functions/task-children.ts";
import type {
  Lease,
  LeaseRequest,
  LeaseText,
  NewTask,
  OutcomePage,
  Outcomes,
  PutReply,
  QueueCounts,
  QueueOptions,
  QueueRef,
  ReportReply,
  TaskQueueHost,
  TaskView,
  TextTaskQueues,
  WorkReport,
} from "#functions/task-queues.ts";
import { TASK_LIMITS } from "#functions/task-queues.ts";
import {
  bounded,
  checkOwnIds,
  checkTasks,
  payloadTexts,
  type Reported,
  reported,
} from "#functions/task-rules.ts";
import type { Database } from "#local/database/database.ts";
import { Batches } from "./batch.ts";
import { Bell } from "./bell.ts";
import type { Held } from "./hands.ts";
import { leaseOf, leaseTextOf } from "./lease-text.ts";
import { loaderOn } from "./load.ts";
import { tasksModule } from "./module.ts";
import { type OutcomeReader, outcomesOn } from "./outcomes.ts";
import { Window } from "./payloads.ts";
import type { Queue } from "./queue.ts";
import { Shelf } from "./shelf.ts";

export interface LocalTaskQueues extends TextTaskQueues {
  /** Those who wait are answered at once; changes are told no more. The database is closed by its owner. */
  stop(): void;
}

export interface TaskQueuesOptions extends TaskQueueHost {
  readonly database: Pick<Database, "writer" | "reader">;
}

export function openTaskQueues(options: TaskQueuesOptions): LocalTaskQueues {
  return new SqliteTaskQueues(options);
}

class SqliteTaskQueues implements LocalTaskQueues {
  readonly #writer: Database["writer"];
  readonly #batches: Batches;
  readonly #bell: Bell;
  readonly #shelf: Shelf;
  readonly #outcomes: OutcomeReader;

  constructor({ database: { writer, reader }, now, onChange = () => {} }: TaskQueuesOptions) {
    this.#writer = writer;
    this.#batches = new Batches(writer);
    this.#bell = new Bell(now, onChange);
    this.#outcomes = outcomesOn(reader);
    const boot = randomBytes(4).readUInt32BE().toString(36);
    const host = { now, batches: this.#batches, window: new Window(reader), boot };
    this.#shelf = new Shelf(loaderOn(reader), host, (queue) => this.#bell.hang(queue));
    void this.#sweep().catch(() => {});
  }

  stop(): void {
    this.#bell.stop();
  }

  async create(ref: QueueRef, options: QueueOptions): Promise<void> {
    if (await this.#shelf.find(ref)) return;
    const named = { execution: ref.executionId, queue: ref.queue };
    await this.#writer.call(tasksModule, "create", { ...named, options: JSON.stringify(options) });
    await this.#shelf.find(ref);
  }

  async put(ref: QueueRef, tasks: readonly NewTask[]): Promise<PutReply> {
    const isNamed = tasks.some(({ id }) => id !== undefined);
    const payloads = payloadTexts(tasks);
    return this.putTexts(ref, { payloads, ...(isNamed && { ids: tasks.map(({ id }) => id) }) });
  }

  async putTexts(
    ref: QueueRef,
    { payloads, ids }: Parameters<TextTaskQueues["putTexts"]>[1],
  ): Promise<PutReply> {
    checkTasks(payloads, ids);
    const queue = await this.#shelf.find(ref);
    if (!queue) return { kind: "absent" };
    if (queue.isClosed) return { kind: "closed" };
    if (ids) checkOwnIds(ids, (id) => queue.tasks.find(id) !== undefined);
    const batch = this.#batches.open();
    const put = queue.put(batch, payloads, ids);
    if (put.added > 0 || put.repeatsPutting) await batch.done.promise;
    return { kind: "put", ids: put.ids, added: put.added };
  }

  async lease(ref: QueueRef, request: LeaseRequest): Promise<readonly Lease[]> {
    const queue = this.#shelf.loaded(ref) ?? (await this.#shelf.find(ref));
    const taken = queue ? await this.#take(queue, request) : [];
    return queue ? taken.map((held) => leaseOf(queue, held)) : [];
  }

  async leaseText(ref: QueueRef, request: LeaseRequest): Promise<LeaseText> {
    const queue = this.#shelf.loaded(ref) ?? (await this.#shelf.find(ref));
    return queue
      ? leaseTextOf(queue, await this.#take(queue, request))
      : { leases: [], text: "[]" };
  }

  async #take(queue: Queue, request: LeaseRequest): Promise<readonly Held[]> {
    const { max, waitSeconds } = bounded(request);
    const taken = await this.#bell.wait({
      queue,
      waitSeconds,
      signal: request.signal,
      attempt: () => this.#attempt(queue, request.worker, max),
    });
    const [first] = taken;
    if (first?.isAlone) await this.#started(queue, first);
    return taken;
  }

  /** Undefined: worth waiting for. */
  #attempt(queue: Queue, worker: string, max: number): readonly Held[] | undefined {
    if (queue.isDrained) return [];
    const taken = queue.lease(worker, max);
    this.#bell.taken(queue);
    return taken.length > 0 ? taken : undefined;
  }

  /** Its start is on the disk before the worker has it. */
  async #started(queue: Queue, held: Held): Promise<void> {
    try {
      const batch = this.#batches.open();
      queue.start(held, batch);
      await batch.done.promise;
    } catch (error) {
      queue.giveBack([held.lease]);
      throw error;
    }
  }

  async record(
    ref: QueueRef,
    worker: string,
    reports: readonly WorkReport[],
  ): Promise<readonly ReportReply[]> {
    const said = reports.map(reported);
    const queue = this.#shelf.loaded(ref) ?? (await this.#shelf.find(ref));
    if (!queue) return reports.map(() => "expired");
    const targets = targetsOf(queue.options.routes).map((name) => ({ ...ref, queue: name }));
    if (targets.length > 0) await Promise.all(targets.map((target) => this.#shelf.find(target)));
    return this.#recordAll(queue, worker, said);
  }

  /** Round by round: what another report of the same task keeps busy is asked again when that one is durable. */
  async #recordAll(
    queue: Queue,
    worker: string,
    reports: readonly Reported[],
  ): Promise<readonly ReportReply[]> {
    const named = (name: string) => this.#shelf.loaded({ ...queue.ref, queue: name });
    const replies: (ReportReply | "busy")[] = reports.map(() => "busy");
    while (replies.includes("busy")) {
      let isOurs = false;
      for (const [index, report] of reports.entries()) {
        if (replies[index] !== "busy") continue;
        const reply = queue.report(worker, report, named);
        replies[index] = reply;
        isOurs ||= reply === "recorded";
      }
      if (isOurs) await this.#batches.open().done.promise;
      else if (replies.includes("busy")) await this.#batches.settled().catch(() => {});
    }
    return replies.filter((reply) => reply !== "busy");
  }

  async giveBack(ref: QueueRef, leases: readonly string[]): Promise<void> {
    const queue = await this.#shelf.find(ref);
    queue?.giveBack(leases);
    if (queue) this.#bell.ring(queue, []);
  }

  async renew(ref: QueueRef, worker: string): Promise<void> {
    this.#shelf.loaded(ref)?.renew(worker);
  }

  async release(ref: QueueRef, worker: string, killed: boolean): Promise<void> {
    const queue = await this.#shelf.find(ref);
    if (!queue) return;
    let written: Promise<void> | undefined;
    queue.release(worker, killed, () => {
      const batch = this.#batches.open();
      written = batch.done.promise;
      return batch;
    });
    this.#bell.ring(queue, []);
    await written;
  }

  async counts(ref: QueueRef): Promise<QueueCounts | undefined> {
    return (await this.#shelf.find(ref))?.counts();
  }

  /** What was put before is on its way to the disk before the mark that the queue is closed. */
  async close(ref: QueueRef): Promise<void> {
    const queue = await this.#shelf.find(ref);
    if (!queue || queue.isClosed) return;
    this.#batches.flush();
    queue.setClosed(true);
    try {
      await this.#writer.call(tasksModule, "close", queue.id);
    } catch (error) {
      queue.setClosed(false);
      throw error;
    }
    this.#bell.ring(queue, []);
  }

  async task(ref: QueueRef, task: string, waitSeconds = 0): Promise<TaskView | undefined> {
    const queue = await this.#shelf.find(ref);
    const position = queue?.tasks.find(task);
    if (!queue || position === undefined) return undefined;
    const seconds = Math.min(waitSeconds, TASK_LIMITS.waitSeconds);
    await this.#bell.waitForOutcome(queue, position, seconds);
    return this.#outcomes.view(queue, position);
  }

  async outcomes(ref: QueueRef, page: OutcomePage): Promise<Outcomes> {
    const queue = await this.#shelf.find(ref);
    return queue ? this.#outcomes.page(queue, page) : { outcomes: [] };
  }

  async redrive(ref: QueueRef, tasks?: readonly string[]): Promise<number> {
    const queue = await this.#shelf.find(ref);
    if (!queue) return 0;
    this.#batches.flush();
    const positions = tasks?.flatMap((id) => queue.tasks.find(id) ?? []);
    const gone = await this.#writer.call(tasksModule, "redrive", { id: queue.id, positions });
    queue.redrive(gone);
    this.#bell.ring(queue, []);
    return gone.length;
  }

  async drop(executionId: string): Promise<void> {
    this.#batches.flush();
    for (const queue of this.#shelf.forget(executionId)) {
      queue.setClosed(true);
      this.#bell.unhang(queue);
    }
    await this.#writer.call(tasksModule, "drop", executionId);
    await this.#sweep();
  }

  /** Deletes the rows of dropped queues, those that an earlier process left too. */
  async #sweep(): Promise<void> {
    while (await this.#writer.call(tasksModule, "sweep", undefined));
  }
}
