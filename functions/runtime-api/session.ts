// One worker's program at the runtime API: what it is given, what it reports, when it is told to leave.
import {
  LEAVE_SENTENCES,
  type LeaveReason,
  patience,
  share,
  type WorkerFacts,
  whyLeave,
  whyNoMore,
} from "#functions/runtime.ts";
import type {
  LeaseRequest,
  LeaseText,
  QueueRef,
  TaskQueues,
  TextTaskQueues,
  WorkReport,
} from "#functions/task-queues.ts";
import { type Answer, json, problem } from "./answer.ts";

/** A worker that is about to start. */
export interface WorkerSession {
  readonly ref: QueueRef;
  /** `service-index.generation`, as the task queues know it. */
  readonly worker: string;
  readonly idleSeconds: number;
  readonly retireAfterSeconds?: number | undefined;
  readonly maxTasks?: number | undefined;
  /** There are more workers than the service's minimum: asked when this one is idle. */
  mayLeave(): boolean;
  /** The execution takes its workers in: they finish what they hold and get nothing more. */
  draining(): boolean;
  /** It was told to leave, for the first time. */
  leaves?(reason: LeaveReason): void;
}

export interface SessionHost {
  readonly tasks: TaskQueues | TextTaskQueues;
  readonly now: () => number;
}

export class Session {
  readonly of: WorkerSession;
  readonly #host: SessionHost;
  readonly #startedAt: number;
  readonly #held = new Set<string>();
  readonly #waits = new Set<AbortController>();
  #busyAt: number;
  #given = 0;
  #asked = 0;
  #left: LeaveReason | undefined;
  #isClosed = false;

  constructor(of: WorkerSession, host: SessionHost) {
    this.of = of;
    this.#host = host;
    this.#startedAt = host.now();
    this.#busyAt = this.#startedAt;
  }

  /** GET /next: `waitSeconds` is the longest that the program wants to wait; `gone` ends the wait. */
  async next(max: number, waitSeconds: number, gone: (stop: () => void) => void): Promise<Answer> {
    const reason = this.#noMore();
    if (reason) return leave(reason);
    const leased = await this.#lease(max, waitSeconds, gone);
    if (leased.leases.length > 0) return json(`{"leases":${leased.text}}`, leased.leases);
    const left = this.#noMore() ?? (await this.#nothingCame());
    return left ? leave(left) : { status: 204 };
  }

  #noMore(): LeaveReason | undefined {
    return this.#leave(this.#left ?? whyNoMore(this.#facts(), this.#host.now()));
  }

  /** Who was told to leave once is always told so. */
  #leave(reason: LeaveReason | undefined): LeaveReason | undefined {
    if (reason && !this.#left) {
      this.#left = reason;
      this.of.leaves?.(reason);
    }
    return reason;
  }

  #facts(): WorkerFacts {
    const { idleSeconds, retireAfterSeconds, maxTasks } = this.of;
    return {
      startedAt: this.#startedAt,
      busyAt: this.#busyAt,
      held: this.#held.size,
      given: this.#given,
      ...{ idleSeconds, retireAfterSeconds, maxTasks },
      isDraining: this.of.draining(),
    };
  }

  async #lease(
    max: number,
    waitSeconds: number,
    gone: (stop: () => void) => void,
  ): Promise<LeaseText> {
    const { worker } = this.of;
    const now = await this.#ask({ max, worker, waitSeconds: 0 });
    const facts = { ...this.#facts(), mayLeave: this.of.mayLeave() };
    const seconds = Math.min(waitSeconds, patience(facts, this.#host.now()));
    if (now.leases.length > 0 || seconds <= 0 || this.#isClosed) return this.#take(now);
    const wait = new AbortController();
    this.#waits.add(wait);
    gone(() => wait.abort());
    const { signal } = wait;
    const later = await this.#ask({ max, worker, waitSeconds: seconds, signal });
    this.#waits.delete(wait);
    return this.#take(later);
  }

  #take(leased: LeaseText): LeaseText {
    if (leased.leases.length === 0) return leased;
    for (const lease of leased.leases) this.#held.add(lease);
    this.#given += leased.leases.length;
    this.#busyAt = this.#host.now();
    return leased;
  }

  /** Of its `maxTasks`, what other requests of the program are asking for at this moment is not asked for twice. */
  async #ask(request: LeaseRequest): Promise<LeaseText> {
    const facts = this.#facts();
    const max = Math.max(0, share(request.max, { ...facts, given: facts.given + this.#asked }));
    this.#asked += max;
    try {
      return await this.#leaseText({ ...request, max });
    } finally {
      this.#asked -= max;
    }
  }

  async #leaseText(request: LeaseRequest): Promise<LeaseText> {
    const { tasks } = this.#host;
    if ("leaseText" in tasks) return tasks.leaseText(this.of.ref, request);
    const leases = await tasks.lease(this.of.ref, request);
    return { leases: leases.map(({ lease }) => lease), text: JSON.stringify(leases) };
  }

  async #nothingCame(): Promise<LeaveReason | undefined> {
    const counts = await this.#host.tasks.counts(this.of.ref);
    const isDrained = counts === undefined || (counts.closed && counts.done >= counts.put);
    return this.#leave(this.#whyLeave(isDrained));
  }

  #whyLeave(isDrained: boolean): LeaveReason | undefined {
    const facts = { ...this.#facts(), isDrained, mayLeave: this.of.mayLeave() };
    return whyLeave(facts, this.#host.now());
  }

  /** POST /results; with `next`, up to so many leases in the same answer, without a wait. */
  async report(reports: readonly WorkReport[], next: number | undefined): Promise<Answer> {
    const { ref, worker } = this.of;
    const replies = await this.#host.tasks.record(ref, worker, reports);
    for (const { lease } of reports) this.#held.delete(lease);
    this.#busyAt = this.#host.now();
    const told = `{"replies":${JSON.stringify(replies)}`;
    if (next === undefined) return json(`${told}}`);
    const reason = this.#noMore();
    if (reason) return json(`${told},"leases":[],"leave":"${reason}"}`);
    const leased = this.#take(await this.#ask({ max: next, worker, waitSeconds: 0 }));
    return json(`${told},"leases":${leased.text}}`, leased.leases);
  }

  /** An answer did not reach the program. */
  async undelivered(leases: readonly string[]): Promise<void> {
    for (const lease of leases) this.#held.delete(lease);
    this.#given -= leases.length;
    if (!this.#isClosed) await this.#host.tasks.giveBack(this.of.ref, leases);
  }

  /** Now and then, while it is open: its leases go on, and waits end that wait for nothing. */
  async beat(): Promise<void> {
    if (this.#waits.size > 0 && (this.#noMore() ?? this.#whyLeave(false))) this.#endWaits();
    await this.#host.tasks.renew(this.of.ref, this.of.worker);
  }

  #endWaits(): void {
    for (const wait of this.#waits) wait.abort();
  }

  async close(killed: boolean): Promise<void> {
    this.#isClosed = true;
    this.#endWaits();
    await this.#host.tasks.release(this.of.ref, this.of.worker, killed);
  }
}

function leave(reason: LeaveReason): Answer {
  return problem(410, LEAVE_SENTENCES[reason], { reason });
}
