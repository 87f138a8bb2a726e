// The decision, pure: from one snapshot, who starts, who grows, who waits and because of what. commit.ts makes it so.

import type { Waiting } from "#functions/records.ts";
import type { WaitReason } from "#shared/execution.ts";
import { type Ask, more, type Placement } from "#shared/placement.ts";
import { Ledger, type Owner } from "./ledger.ts";
import { rank } from "./order.ts";
import type { Snapshot } from "./snapshot.ts";

export type Decision =
  /** `start`: instances per service, essential ones and what elastic ones fit. */
  | {
      readonly kind: "admit";
      readonly waiting: Waiting;
      readonly start: ReadonlyMap<string, number>;
    }
  | { readonly kind: "grow"; readonly placement: Placement; readonly add: number }
  /** Its children hand their slots on no longer: somebody of better rank waits for them. */
  | { readonly kind: "reclaim"; readonly placement: Placement }
  | { readonly kind: "wait"; readonly waiting: Waiting; readonly reason: WaitReason };

/** One wish for more: of an execution that runs, or of one that this cycle admits. */
interface Wish {
  readonly executionId: string;
  readonly tenant: string;
  readonly user: string;
  readonly priority: number;
  readonly createdAt: number;
  readonly ask: Ask;
  readonly want: number;
  readonly placement?: Placement;
  readonly waiting?: Waiting;
  /** What it holds is of no use without it: no pool is kept free before it. */
  readonly isNeed?: boolean;
}

export function decide(snapshot: Snapshot): Decision[] {
  const cycle = new Cycle(snapshot);
  // What has started and lacks a part comes first, or it would hold the rest of it for ever; then, in order of rank, what must start
  // together; elastic instances fill what is left.
  for (const need of cycle.needs()) cycle.grant(need);
  for (const waiting of snapshot.waiting) cycle.admitEssential(waiting);
  for (const wish of cycle.wishes()) cycle.grant(wish);
  return cycle.decisions();
}

class Cycle {
  readonly #snapshot: Snapshot;
  readonly #ledger: Ledger;
  readonly #starts = new Map<Waiting, Map<string, number>>();
  readonly #grown = new Map<Placement, number>();
  readonly #reasons = new Map<Waiting, WaitReason>();
  /** Pools kept free for the first in line, which was passed by for too long. */
  readonly #kept = new Map<string, Waiting>();
  /** Pools for which somebody waits, and the best rank among them. */
  readonly #wanted = new Map<string, Wish | Waiting>();
  #left: number;

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
    this.#ledger = new Ledger(snapshot);
    this.#left = snapshot.placedPerCycle;
  }

  admitEssential(waiting: Waiting): void {
    const wanted = waiting.asks
      .filter((ask) => ask.essential > 0)
      .map((ask) => ({ ask, n: ask.essential }));
    const count = wanted.reduce((sum, { n }) => sum + n, 0);
    if (count === 0) return;
    const reason =
      this.#busy(waiting) ?? this.#keptFor(waiting) ?? this.#ledger.whyNot(waiting, wanted);
    if (reason !== undefined) {
      this.#refuse(waiting, reason);
      return;
    }
    for (const { ask, n } of wanted) this.#ledger.take(waiting, ask, n);
    this.#left -= count;
    this.#starts.set(waiting, new Map(wanted.map(({ ask, n }) => [ask.service, n])));
  }

  /** What executions lack that hold something: their essential instances that run again, and one of each service that has none. */
  needs(): Wish[] {
    const { placements } = this.#snapshot;
    const holding = new Set(
      placements.filter(({ live }) => live > 0).map(({ executionId }) => executionId),
    );
    return this.#running()
      .filter(({ executionId }) => holding.has(executionId))
      .map((wish) => ({
        ...wish,
        want: Math.min(wish.want, lacking(wish.placement)),
        isNeed: true,
      }))
      .filter(({ want }) => want > 0)
      .sort(rank);
  }

  /** Of all that runs, what is not granted yet. */
  #running() {
    return this.#snapshot.placements.map((placement) => ({
      ...placement,
      ask: placement,
      want: more(placement, this.#snapshot.now) - (this.#grown.get(placement) ?? 0),
      placement,
    }));
  }

  /** Elastic instances wanted, in order of rank. */
  wishes(): Wish[] {
    const entering = this.#snapshot.waiting.flatMap((waiting) => {
      const isElastic = waiting.asks.every((ask) => ask.essential === 0);
      if (!isElastic && !this.#starts.has(waiting)) return [];
      return waiting.asks
        .filter((ask) => ask.ready)
        .map((ask) => ({ ...waiting, ask, want: ask.want - ask.essential, waiting }));
    });
    return [...this.#running(), ...entering].filter((wish) => wish.want > 0).sort(rank);
  }

  grant(wish: Wish): void {
    const kept = wish.isNeed ? undefined : this.#keptFor(wish);
    const most = kept === undefined ? Math.min(wish.want, Math.max(0, this.#left)) : 0;
    const fitting = this.#ledger.room(wish, wish.ask, wish.ask.run === "gang" ? wish.want : most);
    const n = wish.ask.run === "gang" && (fitting < wish.want || most === 0) ? 0 : fitting;
    if (n < wish.want) this.#note(wish.ask.backend, wish);
    if (n === 0) {
      this.#explain(wish, kept);
      return;
    }
    this.#ledger.take(wish, wish.ask, n);
    this.#left -= n;
    if (wish.placement) this.#grown.set(wish.placement, (this.#grown.get(wish.placement) ?? 0) + n);
    if (wish.waiting) {
      const start = this.#starts.get(wish.waiting) ?? new Map<string, number>();
      start.set(wish.ask.service, (start.get(wish.ask.service) ?? 0) + n);
      this.#starts.set(wish.waiting, start);
      this.#reasons.delete(wish.waiting);
    }
  }

  decisions(): Decision[] {
    const admitted: Decision[] = [...this.#starts].map(([waiting, start]) => ({
      kind: "admit",
      waiting,
      start,
    }));
    const grown: Decision[] = [...this.#grown].map(([placement, add]) => ({
      kind: "grow",
      placement,
      add,
    }));
    // Those with essential instances were looked at before the others: back into the order of the line.
    const waits = [...this.#reasons]
      .map(([waiting, reason]) => ({ kind: "wait", waiting, reason }) as const)
      .sort((a, b) => rank(a.waiting, b.waiting));
    const reclaimed: Decision[] = this.#snapshot.placements
      .filter(
        (placement) =>
          placement.slots > 0 && !this.#grown.has(placement) && this.#isPassed(placement),
      )
      .map((placement) => ({ kind: "reclaim", placement }));
    return [...admitted, ...grown, ...reclaimed, ...waits];
  }

  #refuse(waiting: Waiting, reason: WaitReason): void {
    this.#reasons.set(waiting, reason);
    if (reason.code !== "pool" && reason.code !== "kept") return;
    const waited = this.#snapshot.now - waiting.createdAt;
    for (const ask of waiting.asks) {
      if (ask.essential === 0) continue;
      this.#note(ask.backend, waiting);
      const isPassed = waited > this.#snapshot.patienceSeconds * 1000;
      if (isPassed && !this.#kept.has(ask.backend)) this.#kept.set(ask.backend, waiting);
    }
  }

  #explain(wish: Wish, kept: WaitReason | undefined): void {
    if (!wish.waiting || this.#starts.has(wish.waiting) || this.#reasons.has(wish.waiting)) return;
    const reason =
      this.#busy(wish.waiting) ?? kept ?? this.#ledger.whyNot(wish, [{ ask: wish.ask, n: 1 }]);
    if (reason !== undefined) this.#reasons.set(wish.waiting, reason);
  }

  #busy(_waiting: Waiting): WaitReason | undefined {
    if (this.#left > 0) return undefined;
    return {
      code: "cycle",
      text: "It is next in line: this scheduling cycle has placed its fill.",
    };
  }

  #keptFor(who: Waiting | Wish): WaitReason | undefined {
    const asks = "asks" in who ? who.asks.filter((ask) => ask.essential > 0) : [who.ask];
    for (const { backend } of asks) {
      const first = this.#kept.get(backend);
      if (first === undefined || rank(first, who) >= 0) continue;
      return {
        code: "kept",
        text: `The ${backend} engine is being kept free for ${nameFor(who, first)}, which waits since ${new Date(first.createdAt).toISOString()}.`,
        help: "It starts after that one.",
      };
    }
    return undefined;
  }

  #note(backend: string, who: Wish | Waiting): void {
    const best = this.#wanted.get(backend);
    if (best === undefined || rank(who, best) < 0) this.#wanted.set(backend, who);
  }

  #isPassed(placement: Placement): boolean {
    const best = this.#wanted.get(placement.backend);
    return (
      best !== undefined && best.executionId !== placement.executionId && rank(best, placement) < 0
    );
  }
}

/** A gang starts whole. */
function lacking({ run, essential, count, live }: Placement): number {
  return run === "gang" ? count : Math.max(essential, 1) - live;
}

/** What is another's is not named. */
function nameFor(who: Owner, other: Owner): string {
  const isOwn = who.tenant === other.tenant && who.user === other.user;
  return isOwn ? other.executionId : "another execution";
}
