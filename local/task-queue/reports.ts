// What becomes of a report: a result, an attempt or a dead letter. It is put into a batch, and takes effect in memory when that is durable.

import { checkedChildren } from "#functions/task-children.ts";
import type { ReportReply } from "#functions/task-queues.ts";
import { killedError, type Reported } from "#functions/task-rules.ts";
import {
  type Author,
  type Batch,
  type Letter,
  type ResultRow,
  rowFor,
  type Written,
} from "./batch.ts";
import type { Held } from "./hands.ts";
import { NO_TROUBLE, type QueueParts } from "./parts.ts";
import type { Queue } from "./queue.ts";
import { STATE } from "./task-states.ts";

/** Finds a queue of the same execution. */
export type QueueNamed = (name: string) => Queue | undefined;

interface Tried {
  readonly position: number;
  readonly worker: string;
  readonly error: string;
  readonly lease: string;
  /** It is about the delivery that counts now, and ends it. */
  readonly isCurrent: boolean;
}

export class Reports {
  readonly #parts: QueueParts;
  readonly #author: Author;
  /** The number of the last row of outcomes. */
  #seq = 0;

  constructor(parts: QueueParts, author: Author) {
    this.#parts = parts;
    this.#author = author;
  }

  /** Rows up to this number are on the disk. */
  goOnFrom(seq: number): void {
    this.#seq = Math.max(this.#seq, seq);
  }

  /** `busy`: what was said of the task before is not durable yet; ask again when it is. */
  report(worker: string, report: Reported, queueNamed: QueueNamed): ReportReply | "busy" {
    const { tasks, troubles, hands, line, host } = this.#parts;
    const position = this.#delivered(report.lease);
    if (position === undefined) return "expired";
    const state = tasks.states.of(position);
    if (state === STATE.recording) return "busy";
    if (state === STATE.succeeded || state === STATE.failed) return "duplicate";
    if (!report.ok && troubles.get(position)?.lastFailed === report.lease) return "duplicate";
    line.gone(position);
    tasks.states.move(position, STATE.recording);
    const batch = host.batches.open();
    if (report.ok) this.#succeeded(position, worker, report.output, batch, queueNamed);
    else {
      const isCurrent = hands.of(position)?.lease === report.lease;
      this.#attempted(
        { position, worker, error: report.error, lease: report.lease, isCurrent },
        batch,
      );
    }
    return "recorded";
  }

  /** The position that a lease of this queue is about, from this start of the process or one before. */
  #delivered(lease: string): number | undefined {
    const { id, tasks } = this.#parts;
    const [queue, boot, place = "", serial, ...rest] = lease.split(".");
    if (queue !== id.toString(36) || !boot || !serial || rest.length > 0) return undefined;
    if (!/^[0-9a-z]{1,10}$/.test(place)) return undefined;
    const position = Number.parseInt(place, 36);
    return tasks.states.of(position) >= STATE.waiting ? position : undefined;
  }

  /** The task took its worker down while it ran alone. */
  killed({ position, worker, lease }: Held, batch: Batch): void {
    const { tasks, hands, options } = this.#parts;
    const attempt = this.#troubleOf(position).attempts + 1;
    const error = killedError(worker.name, attempt, options.maxAttempts);
    hands.letGo(position);
    tasks.states.move(position, STATE.recording);
    this.#attempted({ position, worker: worker.name, error, lease, isCurrent: true }, batch);
  }

  #succeeded(
    position: number,
    worker: string,
    output: string,
    batch: Batch,
    queueNamed: QueueNamed,
  ): void {
    const { options, tasks, ref } = this.#parts;
    if (options.routes.length > 0) {
      const input = tasks.payloadOf(position);
      const parent = { queue: ref.queue, task: tasks.idOf(position), input, output };
      const made = checkedChildren(parent, options.routes, (name) => !!queueNamed(name));
      if (made.kind === "deadLetter") {
        const { attempts } = this.#troubleOf(position);
        this.#bury({ position, worker, attempts, error: made.error, output }, batch);
        return;
      }
      for (const { queue, id, payload } of made.children)
        queueNamed(queue)?.put(batch, [payload], [id]);
    }
    this.#result(position, worker, output, batch);
  }

  #troubleOf(position: number) {
    return this.#parts.troubles.get(position) ?? NO_TROUBLE;
  }

  #result(position: number, worker: string, output: string, batch: Batch): void {
    const row = rowFor(batch.of(this.#author).results, worker, () => this.#row(worker));
    row.positions.push(position);
    row.attempts.push(this.#troubleOf(position).attempts);
    row.outputs.push(output);
    row.characters += output.length;
    batch.characters += output.length;
  }

  #row(worker: string): ResultRow {
    const at = this.#parts.host.now();
    return {
      seq: ++this.#seq,
      worker,
      at,
      positions: [],
      attempts: [],
      outputs: [],
      characters: 0,
    };
  }

  #attempted({ position, worker, error, lease, isCurrent }: Tried, batch: Batch): void {
    const before = this.#troubleOf(position);
    const attempts = before.attempts + 1;
    if (attempts >= this.#parts.options.maxAttempts) {
      this.#bury({ position, worker, attempts, error, output: null }, batch);
      return;
    }
    const deliveries = before.deliveries + (isCurrent ? 1 : 0);
    const attempt = { position, attempts, deliveries, lastFailed: lease, isCurrent };
    batch.of(this.#author).attempts.push(attempt);
  }

  #bury(letter: Omit<Letter, "seq" | "at">, batch: Batch): void {
    const part = batch.of(this.#author);
    for (const row of part.results) row.characters = Number.POSITIVE_INFINITY;
    part.letters.push({ ...letter, seq: ++this.#seq, at: this.#parts.host.now() });
  }

  /** Answers the positions that have their outcome now. */
  wrote({ results, letters, attempts }: Written): number[] {
    const ended: number[] = [];
    for (const { positions, seq } of results)
      for (const position of positions) ended.push(this.#end(position, STATE.succeeded, seq));
    for (const { position, seq } of letters) ended.push(this.#end(position, STATE.failed, seq));
    for (const { position, isCurrent, ...trouble } of attempts) {
      this.#parts.troubles.set(position, trouble);
      if (isCurrent) this.#parts.hands.letGo(position);
      this.waitOrHold(position);
    }
    return ended;
  }

  #end(position: number, state: typeof STATE.succeeded | typeof STATE.failed, seq: number): number {
    const { tasks, hands, troubles } = this.#parts;
    tasks.states.ended(position, state, seq);
    hands.letGo(position);
    if (troubles.size > 0) troubles.delete(position);
    return position;
  }

  /** Nothing of it was written: all is as it was, and can be reported again. */
  lost({ results, letters, attempts }: Written): void {
    const ended = results.flatMap(({ positions }) => positions);
    const others = [...letters, ...attempts].map(({ position }) => position);
    for (const position of [...ended, ...others]) this.waitOrHold(position);
  }

  /** The task is still leased to whoever holds it, or waits. */
  waitOrHold(position: number): void {
    const { tasks, hands, line, options } = this.#parts;
    const isHeld = hands.of(position) !== undefined;
    tasks.states.move(position, isHeld ? STATE.leased : STATE.waiting);
    if (!isHeld) line.back(position, this.#troubleOf(position).deliveries >= options.maxAttempts);
  }
}
