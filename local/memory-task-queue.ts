// One task queue in memory, as plainly as its rules can be written; the port over it is memory-task-queues.ts. Nothing here waits.
import {
  type QueueCounts,
  type QueueOptions,
  type ReportReply,
  TASK_LIMITS,
} from "#functions/task-queues.ts";
import {
  childTooLarge,
  isLonger,
  killedError,
  noSuchQueue,
  offer,
  type Reported,
} from "#functions/task-rules.ts";
import { type Routed, routed } from "#shared/route.ts";

export interface MemoryTask {
  readonly id: string;
  readonly payload: string;
  attempts: number;
  /** Deliveries that ended without an outcome. */
  deliveries: number;
  held?: Held | undefined;
  lastFailed?: string;
  outcome?: MemoryOutcome | undefined;
}

interface Held {
  readonly lease: string;
  readonly worker: string;
  readonly since: number;
  readonly isAlone: boolean;
}

export interface MemoryOutcome {
  readonly ok: boolean;
  /** The result as JSON text; of a dead letter made by routing too. */
  readonly output?: string;
  readonly error?: string;
  readonly worker: string;
  readonly at: number;
}

export class MemoryQueue {
  readonly name: string;
  readonly options: QueueOptions;
  readonly tasks = new Map<string, MemoryTask>();
  /** In the order recorded; a dead letter that was redriven leaves a gap. */
  readonly outcomes: (MemoryTask | undefined)[] = [];
  #isClosed = false;
  readonly #now: () => number;
  readonly #waiting = new Set<MemoryTask>();
  readonly #suspects = new Set<MemoryTask>();
  readonly #held = new Set<MemoryTask>();
  /** Worker -> Unix milliseconds until which it is believed to live. */
  readonly #alive = new Map<string, number>();
  #emptying: string | undefined;
  #serial = 0;
  #redriven = 0;

  constructor(name: string, options: QueueOptions, now: () => number) {
    this.name = name;
    this.options = options;
    this.#now = now;
  }

  counts(): QueueCounts {
    this.expire();
    return {
      put: this.tasks.size + this.#redriven,
      done: this.outcomes.length,
      failed: this.outcomes.filter((task) => task?.outcome?.ok === false).length,
      leased: this.#held.size,
      redriven: this.#redriven,
      closed: this.#isClosed,
    };
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  close(): void {
    this.#isClosed = true;
  }

  get isDrained(): boolean {
    return this.#isClosed && this.outcomes.length === this.tasks.size + this.#redriven;
  }

  get hasWaiting(): boolean {
    return this.#waiting.size + this.#suspects.size > 0;
  }

  /** A repeated id is no new task. */
  add(id: string | undefined, payload: string): { readonly id: string; readonly isNew: boolean } {
    const name = id ?? `zoe-${this.tasks.size}`;
    if (this.tasks.has(name)) return { id: name, isNew: false };
    const task: MemoryTask = { id: name, payload, attempts: 0, deliveries: 0 };
    this.tasks.set(name, task);
    this.#waiting.add(task);
    return { id: name, isNew: true };
  }

  lease(worker: string, max: number): MemoryTask[] {
    this.expire();
    this.renew(worker);
    const mine = [...this.#held].filter((task) => task.held?.worker === worker);
    const offered = offer({
      worker,
      held: mine.length,
      isAlone: mine.some((task) => task.held?.isAlone),
      suspects: this.#suspects.size,
      emptying: this.#emptying,
    });
    if (max === 0) return [];
    switch (offered) {
      case "nothing":
        if (this.#suspects.size > 0) this.#emptying ??= worker;
        return [];
      case "suspect":
        this.#emptying = undefined;
        return this.#take(this.#suspects, 1, worker, true);
      case "tasks":
        return this.#take(this.#waiting, max, worker, false);
    }
  }

  #take(line: Set<MemoryTask>, max: number, worker: string, isAlone: boolean): MemoryTask[] {
    const taken = [...line].slice(0, max);
    for (const task of taken) {
      line.delete(task);
      const lease = `${++this.#serial} ${task.id}`;
      task.held = { lease, worker, since: this.#now(), isAlone };
      this.#held.add(task);
    }
    return taken;
  }

  renew(worker: string): void {
    this.#alive.set(worker, this.leaseEnd());
  }

  leaseEnd(): number {
    return this.#now() + this.options.leaseSeconds * 1000;
  }

  /** Leases that nobody renewed, or that are 11 hours old, end. */
  expire(): void {
    const now = this.#now();
    for (const task of this.#held) {
      const { worker, since } = task.held ?? { worker: "", since: 0 };
      const isOver = now >= since + TASK_LIMITS.taskSeconds * 1000;
      if (isOver || now >= (this.#alive.get(worker) ?? 0)) this.#returned(task);
    }
  }

  /** The delivery ended without an outcome. */
  #returned(task: MemoryTask): void {
    task.deliveries++;
    this.#wait(task);
  }

  #wait(task: MemoryTask): void {
    this.#letGo(task);
    const line = task.deliveries >= this.options.maxAttempts ? this.#suspects : this.#waiting;
    line.add(task);
  }

  #letGo(task: MemoryTask): void {
    task.held = undefined;
    this.#held.delete(task);
  }

  giveBack(leases: readonly string[]): void {
    this.expire();
    for (const task of this.#held)
      if (task.held && leases.includes(task.held.lease)) this.#wait(task);
  }

  release(worker: string, killed: boolean): void {
    this.expire();
    if (this.#emptying === worker) this.#emptying = undefined;
    this.#alive.delete(worker);
    for (const task of this.#held) {
      if (task.held?.worker !== worker) continue;
      if (killed && task.held.isAlone) this.#killed(task, worker);
      else this.#returned(task);
    }
  }

  #killed(task: MemoryTask, worker: string): void {
    const error = killedError(worker, task.attempts + 1, this.options.maxAttempts);
    this.#attempted(task, worker, error, task.held?.lease ?? "");
  }

  #attempted(task: MemoryTask, worker: string, error: string, lease: string): void {
    const isCurrent = task.held?.lease === lease;
    task.attempts++;
    task.lastFailed = lease;
    if (task.attempts >= this.options.maxAttempts) this.#end(task, worker, { ok: false, error });
    else if (isCurrent) this.#returned(task);
  }

  #end(task: MemoryTask, worker: string, outcome: Omit<MemoryOutcome, "worker" | "at">): void {
    this.#letGo(task);
    this.#waiting.delete(task);
    this.#suspects.delete(task);
    task.outcome = { ...outcome, worker, at: this.#now() };
    this.outcomes.push(task);
  }

  /** `queueNamed` finds the queues of the same execution, for the children. */
  record(
    worker: string,
    report: Reported,
    queueNamed: (name: string) => MemoryQueue | undefined,
  ): ReportReply {
    this.expire();
    const task = this.#delivered(report.lease);
    if (!task) return "expired";
    if (task.outcome || (!report.ok && task.lastFailed === report.lease)) return "duplicate";
    if (report.ok) this.#succeeded(task, worker, report.output, queueNamed);
    else this.#attempted(task, worker, report.error, report.lease);
    return "recorded";
  }

  #delivered(lease: string): MemoryTask | undefined {
    const [serial = "", ...id] = lease.split(" ");
    const wasGiven = Number(serial) >= 1 && Number(serial) <= this.#serial;
    return wasGiven ? this.tasks.get(id.join(" ")) : undefined;
  }

  #succeeded(
    task: MemoryTask,
    worker: string,
    output: string,
    queueNamed: (name: string) => MemoryQueue | undefined,
  ): void {
    const parent = { queue: this.name, task: task.id, input: task.payload, output };
    const made = checked(routed(parent, this.options.routes), queueNamed);
    if (made.kind === "deadLetter") {
      this.#end(task, worker, { ok: false, output, error: made.error });
      return;
    }
    for (const { queue, id, payload } of made.children) queueNamed(queue)?.add(id, payload);
    this.#end(task, worker, { ok: true, output });
  }

  redrive(ids: ReadonlySet<string> | undefined): number {
    let count = 0;
    for (const [place, task] of this.outcomes.entries()) {
      if (task?.outcome?.ok !== false || (ids && !ids.has(task.id))) continue;
      this.outcomes[place] = undefined;
      Object.assign(task, {
        outcome: undefined,
        attempts: 0,
        deliveries: 0,
        lastFailed: undefined,
      });
      this.#waiting.add(task);
      count++;
    }
    this.#redriven += count;
    return count;
  }
}

/** What was routed, or why it can't be put where it should go. */
function checked(made: Routed, queueNamed: (name: string) => MemoryQueue | undefined): Routed {
  if (made.kind === "deadLetter") return made;
  for (const { queue, payload } of made.children) {
    if (!queueNamed(queue)) return { kind: "deadLetter", error: noSuchQueue(queue) };
    if (isLonger(payload, TASK_LIMITS.payloadBytes))
      return { kind: "deadLetter", error: childTooLarge(queue) };
  }
  return made;
}
