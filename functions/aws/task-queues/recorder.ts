// Records what workers report: an outcome with what it routes on, or one more attempt. Whatever happens, a task gets one outcome.
import type { Action, Item } from "#functions/store.ts";
import type { ReportReply } from "#functions/task-queues.ts";
import type { Reported } from "#functions/task-rules.ts";
import type { Child } from "#shared/route.ts";
import { childrenOf, sendAllChildren, targetsOf } from "./children.ts";
import { Deletions } from "./deletions.ts";
import type { Entry, Flusher } from "./flusher.ts";
import type { Delivery, Hands } from "./hands.ts";
import type { TaskQueueParts } from "./parts.ts";
import {
  outcomeItem,
  type Place,
  type Trouble,
  taskItem,
  troubleItem,
  troubleOf,
} from "./records.ts";
import type { KnownQueue } from "./shelf.ts";
import { asSeen, startEnds } from "./starts.ts";

/** What an attempt is about; of a delivery, or of a start that another process recorded. */
export interface Attempted {
  readonly queue: KnownQueue;
  readonly task: string;
  readonly worker: string;
  readonly from: Place;
  /** Goes with whatever is written. */
  readonly also: readonly Action[];
}

/** ended: it has its outcome now. again: it has attempts left. late: it had its outcome before. */
export type AttemptReply = "ended" | "again" | "late";

export class Recorder {
  readonly #parts: TaskQueueParts;
  readonly #hands: Hands;
  readonly #flusher: Flusher;
  readonly #deletions: Deletions;
  /** Reports of the same task take turns. */
  readonly #busy = new Map<string, Promise<unknown>>();

  constructor(parts: TaskQueueParts, hands: Hands, flusher: Flusher) {
    this.#parts = parts;
    this.#hands = hands;
    this.#flusher = flusher;
    this.#deletions = new Deletions(parts.messages);
  }

  /** The reports of one call, recorded in their order. */
  async report(worker: string, reports: readonly Reported[]): Promise<readonly ReportReply[]> {
    const past = await this.#pastOf(reports);
    return Promise.all(reports.map((report) => this.#report(worker, report, past)));
  }

  /** What is known of the tasks that failed, in one read. */
  async #pastOf(reports: readonly Reported[]): Promise<ReadonlyMap<Delivery, Past>> {
    const failed = reports.flatMap((report) => {
      const delivery = report.ok ? undefined : this.#hands.find(report.lease);
      return delivery && delivery.state !== "ended" ? [delivery] : [];
    });
    const all = new Map<Delivery, Past>();
    for (let start = 0; start < failed.length; start += PAIRS) {
      const some = failed.slice(start, start + PAIRS);
      const keys = some.flatMap(({ queue, task }) => pastKeys(queue, task));
      const items = await this.#parts.store.getMany(keys);
      for (const [at, delivery] of some.entries())
        all.set(delivery, [items[2 * at], items[2 * at + 1]]);
    }
    return all;
  }

  async #report(
    worker: string,
    report: Reported,
    past: ReadonlyMap<Delivery, Past>,
  ): Promise<ReportReply> {
    const delivery = this.#hands.find(report.lease);
    if (!delivery) return "expired";
    const { keys } = delivery.queue;
    return this.#inTurn(keys.outcome(delivery.task).sk + keys.meta.pk + keys.meta.sk, async () => {
      if (delivery.state === "ended" || (!report.ok && delivery.hasFailed)) return "duplicate";
      if (report.ok) return this.#succeeded(delivery, worker, report.output);
      return this.failed(delivery, worker, report.error, past.get(delivery));
    });
  }

  async #inTurn<T>(name: string, act: () => Promise<T>): Promise<T> {
    const before = this.#busy.get(name) ?? Promise.resolve();
    const turn = before.then(act, act);
    this.#busy.set(name, turn);
    try {
      return await turn;
    } finally {
      if (this.#busy.get(name) === turn) this.#busy.delete(name);
    }
  }

  async #succeeded(delivery: Delivery, worker: string, output: string): Promise<ReportReply> {
    const { queue, task, from, attempts } = delivery;
    const routes = queue.options.routes.length > 0;
    const targets = routes ? await targetsOf(this.#parts, queue) : new Map<string, KnownQueue>();
    const made = routes
      ? childrenOf(queue, delivery, output, (name) => targets.has(name))
      : NO_CHILDREN;
    const isOk = made.kind === "children";
    const children = isOk ? made.children : [];
    const written = await this.#flusher.add({
      actions: (row) => [
        outcomeAction(queue, {
          ...{ task, output, attempts, worker, from, row },
          ok: isOk,
          ...(!isOk && { error: made.error }),
          at: this.#parts.now(),
        }),
        ...children.map((child) => childAction(targets, child)),
        ...startEnds(delivery),
      ],
      counts: [doneCount(queue, worker, !isOk), ...childCounts(targets, children, worker)],
      listed: { log: queue.keys.log, task },
      bytes: output.length * 2 + children.reduce((sum, { payload }) => sum + payload.length, 0),
    });
    if (written) await sendAllChildren(this.#parts, targets, children);
    for (const name of new Set(children.map((child) => child.queue)))
      if (written) this.#parts.onChange?.({ ...queue.ref, queue: name }, "filled");
    await this.#ended(delivery);
    return written ? "recorded" : "duplicate";
  }

  async failed(
    delivery: Delivery,
    worker: string,
    error: string,
    past?: Past,
  ): Promise<ReportReply> {
    const of = { ...delivery, worker, also: startEnds(delivery) };
    const reply = await this.attempt(of, error, past);
    delivery.hasFailed = true;
    if (reply === "again") await this.letGo([delivery]);
    else await this.#ended(delivery);
    return reply === "late" ? "duplicate" : "recorded";
  }

  /** One more attempt; the last one makes a dead letter. Counted from what is stored, not from what the delivery knew. */
  async attempt(of: Attempted, error: string, past?: Past): Promise<AttemptReply> {
    const { store } = this.#parts;
    const { options } = of.queue;
    for (let known = past; ; known = undefined) {
      const [outcome, item] = known ?? (await store.getMany(pastKeys(of.queue, of.task)));
      if (outcome) return "late";
      const seen = troubleOf(item);
      const trouble = { ...seen, attempts: seen.attempts + 1, startedBy: undefined };
      const isLast = trouble.attempts >= options.maxAttempts;
      const entry = isLast
        ? this.#deadLetter(of, seen, trouble, error)
        : attemptEntry(of, seen, trouble);
      if (await this.#flusher.add(entry)) return isLast ? "ended" : "again";
    }
  }

  #deadLetter(of: Attempted, seen: Trouble, trouble: Trouble, error: string): Entry {
    const { queue, task, worker, from, also } = of;
    const { attempts } = trouble;
    const about = { task, attempts, worker, from, error, ok: false, at: this.#parts.now() };
    return {
      actions: (row) => [
        outcomeAction(queue, { ...about, row }),
        troubleAction(of, seen, trouble),
        ...also,
      ],
      counts: [doneCount(queue, worker, true)],
      listed: { log: queue.keys.log, task },
      bytes: error.length * 2,
    };
  }

  /** Its message, and every other of the same task that this process holds, is needed no more. */
  async #ended(delivery: Delivery): Promise<void> {
    const same = this.#hands.sameTask(delivery).filter(({ state }) => state !== "ended");
    const receipts = new Set([delivery, ...same].map(({ receipt }) => receipt));
    for (const each of same) this.#hands.end(each, "ended");
    await this.#deletions.delete(delivery.queue.url ?? "", receipts);
  }

  /** Those that are held can be had by others at once. */
  async letGo(deliveries: readonly Delivery[]): Promise<void> {
    const held = deliveries.filter(({ state }) => state === "held");
    for (const each of held) this.#hands.end(each, "over");
    const byUrl = Map.groupBy(held, ({ queue }) => queue.url ?? "");
    for (const [url, all] of byUrl)
      await this.#parts.messages.hide(
        url,
        all.map(({ receipt }) => ({ receipt, seconds: 0 })),
      );
  }
}

/** Its outcome, if it has one, and its trouble. */
type Past = readonly (Item | undefined)[];
const PAIRS = 50;

function pastKeys({ keys }: KnownQueue, task: string) {
  return [keys.outcome(task), keys.trouble(task)];
}

const NO_CHILDREN = { kind: "children", children: [] as readonly Child[] } as const;

function outcomeAction(queue: KnownQueue, outcome: Parameters<typeof outcomeItem>[1]): Action {
  const item = outcomeItem(queue.keys.outcome(outcome.task), outcome);
  return { kind: "put", item, condition: { absent: true } };
}

function childAction(
  targets: ReadonlyMap<string, KnownQueue>,
  { queue, id, payload }: Child,
): Action {
  const target = targets.get(queue);
  if (!target) throw new Error(`A child was made for queue ${queue}, which is not there.`);
  const item = taskItem(target.keys.task(id), { payload });
  return { kind: "put", item, condition: { absent: true } };
}

function doneCount({ keys }: KnownQueue, worker: string, isDead: boolean) {
  return { key: keys.done(worker), add: { done: 1, dead: isDead ? 1 : 0 } };
}

function childCounts(
  targets: ReadonlyMap<string, KnownQueue>,
  children: readonly Child[],
  worker: string,
) {
  return children.flatMap(({ queue }) => {
    const target = targets.get(queue);
    return target ? [{ key: target.keys.put(worker), add: { put: 1 } }] : [];
  });
}

function troubleAction({ queue, task }: Attempted, seen: Trouble, trouble: Trouble): Action {
  const item = troubleItem(queue.keys.trouble(task), trouble);
  return { kind: "put", item, condition: asSeen(seen) };
}

function attemptEntry(of: Attempted, seen: Trouble, trouble: Trouble): Entry {
  return {
    actions: () => [
      troubleAction(of, seen, trouble),
      { kind: "check", key: of.queue.keys.outcome(of.task), condition: { absent: true } },
      ...of.also,
    ],
    counts: [],
    bytes: 200,
  };
}
