// One task queue in memory: who may lease what, and for how long. What workers report is ./reports.ts; what is decided is written by ./batch.ts.
import type { QueueCounts, QueueOptions, QueueRef, ReportReply } from "#functions/task-queues.ts";
import { offer, type Reported } from "#functions/task-rules.ts";
import type { Author, Batch, Written } from "./batch.ts";
import type { Held, Worker } from "./hands.ts";
import { NO_TROUBLE, partsOf, type QueueHost, type QueueParts, type StoredQueue } from "./parts.ts";
import { type QueueNamed, Reports } from "./reports.ts";
import { STATE } from "./task-states.ts";
import type { Added, Tasks } from "./tasks.ts";

export class Queue implements Author {
  readonly id: number;
  readonly ref: QueueRef;
  readonly options: QueueOptions;
  readonly tasks: Tasks;
  /** For ./load.ts alone, while nobody else has the queue. */
  readonly parts: QueueParts;
  readonly reports: Reports;
  /** Told what a batch brought: the positions that have their outcome now. */
  changed: (ended: readonly number[]) => void = () => {};
  readonly #tag: string;
  #isClosed: boolean;
  #redriven: number;
  #emptying: string | undefined;
  #serial = 0;

  constructor(stored: StoredQueue, host: QueueHost) {
    this.id = stored.id;
    this.ref = stored.ref;
    this.options = stored.options;
    this.#isClosed = stored.closed;
    this.#redriven = stored.redriven;
    this.#tag = `${this.id.toString(36)}.${host.boot}.`;
    this.parts = partsOf(stored, host);
    this.tasks = this.parts.tasks;
    this.reports = new Reports(this.parts, this);
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Before it is durable; opened again where that fails. */
  setClosed(isClosed: boolean): void {
    this.#isClosed = isClosed;
  }

  counts(): QueueCounts {
    this.#expire();
    const { states } = this.tasks;
    const failed = states.count(STATE.failed);
    const unused = states.count(STATE.none) + states.count(STATE.putting);
    return {
      put: states.size - unused + this.#redriven,
      done: states.count(STATE.succeeded) + failed + this.#redriven,
      failed,
      leased: this.parts.hands.size,
      redriven: this.#redriven,
      closed: this.#isClosed,
    };
  }

  get hasWaiting(): boolean {
    return this.tasks.states.count(STATE.waiting) > 0;
  }

  get isDrained(): boolean {
    if (!this.#isClosed) return false;
    const { states } = this.tasks;
    const ended = states.count(STATE.succeeded) + states.count(STATE.failed);
    return ended + states.count(STATE.none) === states.size;
  }

  /** Drained, and nobody asks: what is in memory can be had from the tables again. */
  get isIdle(): boolean {
    this.#expire();
    return this.isDrained && this.parts.hands.workers === 0;
  }

  renew(worker: string): Worker {
    return this.parts.hands.renew(worker, this.parts.host.now());
  }

  /** What it may have now. A suspect's start is still to be recorded (`start`) before its worker is told. */
  lease(name: string, max: number): readonly Held[] {
    this.#expire();
    const { line } = this.parts;
    const worker = this.renew(name);
    const offered = offer({
      worker: name,
      held: worker.held.size,
      isAlone: worker.alone !== undefined,
      suspects: line.suspects,
      emptying: this.#emptying,
    });
    if (max === 0) return [];
    switch (offered) {
      case "nothing":
        if (line.suspects > 0) this.#emptying ??= name;
        return [];
      case "suspect":
        this.#emptying = undefined;
        return this.#takeSuspect(worker);
      case "tasks":
        return line.take(max).map((position) => this.#hold(position, worker, false));
    }
  }

  #takeSuspect(worker: Worker): readonly Held[] {
    const position = this.parts.line.takeSuspect();
    if (position === undefined) return [];
    this.tasks.states.move(position, STATE.leased);
    return [this.#hold(position, worker, true)];
  }

  #hold(position: number, worker: Worker, isAlone: boolean): Held {
    const lease = `${this.#tag}${position.toString(36)}.${(++this.#serial).toString(36)}`;
    const held = { lease, position, worker, since: this.parts.host.now(), isAlone };
    this.parts.hands.hold(held);
    return held;
  }

  /** Records that a suspect is about to run alone. */
  start({ position, worker, lease }: Held, batch: Batch): void {
    const { attempts, deliveries, lastFailed } = this.parts.troubles.get(position) ?? NO_TROUBLE;
    const start = { position, attempts, deliveries, lastFailed, worker: worker.name, lease };
    batch.of(this).starts.push(start);
  }

  /** A suspect ran alone when the process ended: its worker may still hold it, or was killed by it. */
  resume(position: number, worker: string, lease: string): void {
    const { hands, host } = this.parts;
    this.tasks.states.move(position, STATE.leased);
    const held = { lease, position, since: host.now(), isAlone: true };
    hands.hold({ ...held, worker: this.renew(worker) });
  }

  put(
    batch: Batch,
    payloads: readonly string[],
    ids: readonly (string | undefined)[] | undefined,
  ): Added {
    return this.tasks.append(batch.of(this), batch, payloads, ids);
  }

  report(worker: string, report: Reported, queueNamed: QueueNamed): ReportReply | "busy" {
    this.#expire();
    return this.reports.report(worker, report, queueNamed);
  }

  wrote(part: Written): void {
    this.tasks.wrote(part);
    this.changed(this.reports.wrote(part));
  }

  lost(part: Written): void {
    this.tasks.lost(part);
    this.reports.lost(part);
    this.changed([]);
  }

  giveBack(leases: readonly string[]): void {
    this.#expire();
    for (const lease of leases) {
      const position = Number.parseInt(lease.split(".")[2] ?? "", 36);
      const held = this.parts.hands.of(position);
      if (held?.lease === lease) this.#return(held, 0);
    }
  }

  release(name: string, killed: boolean, batch: () => Batch): void {
    this.#expire();
    if (this.#emptying === name) this.#emptying = undefined;
    for (const held of this.parts.hands.leave(name)) {
      const isKill = killed && held.isAlone && this.#isLeased(held.position);
      if (isKill) this.reports.killed(held, batch());
      else this.#return(held, 1);
    }
  }

  #expire(): void {
    const { hands, host } = this.parts;
    for (const held of hands.expired(host.now())) this.#return(held, 1);
  }

  /** The delivery ended without an outcome; one that never arrived does not count. */
  #return({ position }: Held, deliveries: 0 | 1): void {
    const { hands, troubles } = this.parts;
    const trouble = troubles.get(position) ?? NO_TROUBLE;
    if (deliveries > 0) troubles.set(position, { ...trouble, deliveries: trouble.deliveries + 1 });
    hands.letGo(position);
    if (this.#isLeased(position)) this.reports.waitOrHold(position);
  }

  #isLeased(position: number): boolean {
    return this.tasks.states.of(position) === STATE.leased;
  }

  /** These dead letters are deleted: their tasks wait again. */
  redrive(positions: readonly number[]): void {
    for (const position of positions) {
      this.tasks.states.move(position, STATE.waiting);
      this.parts.line.back(position, false);
    }
    this.#redriven += positions.length;
  }
}
