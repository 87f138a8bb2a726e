// Holds every write, every start and every standstill of a run against the invariants; the first that is broken ends the run.
import type { InstanceEvent } from "#functions/backend.ts";
import { why } from "#functions/why.ts";
import { isHeldBack } from "#shared/after.ts";
import type { Execution } from "#shared/execution.ts";
import type { InstanceId } from "#shared/instance.ts";
import { more, type Placement } from "#shared/placement.ts";
import type { Amount } from "#shared/pool.ts";
import type { Coverage } from "./coverage.ts";
import { gangRunsTwice, outlives, runsTwice } from "./invariants/alone.ts";
import { type Limits, overLimit, sumOf, wrongCounts } from "./invariants/held.ts";
import { wrongReason } from "./invariants/reasons.ts";
import { wrongExecutionMove, wrongGeneration, wrongInstanceMove } from "./invariants/states.ts";
import { type Owner, tellsTooMuch } from "./invariants/tenants.ts";
import type { Changed, Picture, Write } from "./picture.ts";
import type { Surroundings } from "./surroundings.ts";

export interface Violation {
  readonly invariant: number;
  readonly text: string;
  /** Milliseconds since the start. */
  readonly atMs: number;
}

/** What is due since less than this may be waited for: whole seconds are what delays of messages are given in. */
const WAKING_MS = 1_000;

export class Judge {
  violation: Violation | undefined;
  readonly #coverage: Coverage;
  #around: Surroundings | undefined;
  #held: ReadonlyMap<string, Amount> = new Map();
  #hasStarted = false;
  readonly #overSince = new Map<string, number>();
  #judgedWrites = -1;

  constructor(coverage: Coverage) {
    this.#coverage = coverage;
  }

  watch(around: Surroundings): void {
    this.#around = around;
  }

  readonly violate = (invariant: number, text: string): void => {
    this.violation ??= { invariant, text, atMs: this.#elapsed() };
  };

  readonly told = (text: string, to: Owner): void => {
    this.#check(7, tellsTooMuch(text, to, this.#picture().owners));
  };

  /** After every committed transaction. */
  readonly written = (write: Write): void => {
    for (const change of write.executions) this.#judgeExecution(change);
    const picture = this.#picture();
    const touched = new Set<string>();
    for (const change of write.instances) {
      const isNode = change.after !== undefined && this.#runOf(change.after) === "gang";
      this.#check(6, wrongInstanceMove(change, isNode));
      this.#coverage.instance(change);
      const { executionId = "", service = "", index = 0 } = change.after ?? {};
      if (change.after === undefined) continue;
      touched.add(`${executionId}#${service}`);
      const generations = picture.instances.get(`${executionId}#${service}`)?.get(index) ?? [];
      this.#check(6, wrongGeneration(generations));
    }
    for (const { before, after } of write.placements) {
      const { executionId, service } = after ?? before ?? ({} as Placement);
      touched.add(`${executionId}#${service}`);
    }
    for (const name of touched) this.#judgePlacement(name);
    if (write.placements.length > 0) this.#judgeHeld();
  };

  readonly started = (event: InstanceEvent): void => {
    if (event.kind === "running") this.#hasStarted = true;
  };

  /** After every turn. */
  look(): void {
    if (!this.#hasStarted) return;
    this.#hasStarted = false;
    const { backend } = this.#mustHave();
    this.#check(
      2,
      runsTwice(backend.running(), (id) => this.#isFenced(id)),
    );
    this.#check(
      2,
      gangRunsTwice(backend.running(), (id) => this.#runOf(id) === "gang"),
    );
  }

  /** When nobody has a turn: what runs, runs for somebody. */
  lookWhenIdle(): void {
    const { backend, time, picture } = this.#mustHave();
    for (const { executionId } of backend.running()) {
      const execution = picture.executions.get(executionId);
      if (execution !== undefined && execution.state !== "ended")
        this.#overSince.delete(executionId);
      else if (!this.#overSince.has(executionId))
        this.#overSince.set(executionId, execution?.endedAt ?? time.now);
    }
    const since = (id: string) => this.#overSince.get(id);
    this.#check(5, outlives(backend.running(), since, time.now));
  }

  /** When all messages are delivered, nothing goes wrong any more, and a whole sweep has been: whoever still waits must. */
  async lookAtStandstill(): Promise<void> {
    const { picture, world, time } = this.#mustHave();
    if (this.#judgedWrites === picture.writes) return;
    this.#judgedWrites = picture.writes;
    for (const execution of picture.executions.values()) {
      if (execution.state !== "queued") continue;
      const reasons = await why(world, execution);
      const row = [...picture.waiting.values()].find((one) => one.executionId === execution.id);
      const wrong = wrongReason(reasons, row, await this.#standstill(execution.id));
      this.#check(8, wrong && `${execution.id} (${execution.zapp}): ${wrong}`);
      for (const { text, help = "" } of reasons) this.told(`${text} ${help}`, execution);
    }
    await this.#judgeStarting();
    for (const placement of picture.placements.values())
      this.#judgeShort(placement, time.now - WAKING_MS);
  }

  async #standstill(id: string) {
    const { picture, scenario, world, time } = this.#mustHave();
    const rows = [...picture.waiting.entries()];
    const mine = rows.find(([, row]) => row.executionId === id);
    const owner = picture.executions.get(id);
    const ahead = rows.filter(
      ([key, row]) =>
        mine !== undefined &&
        row.tenant === owner?.tenant &&
        row.user === owner.user &&
        key.split(" ")[1] !== undefined &&
        (key.split(" ")[1] ?? "") < (mine[0].split(" ")[1] ?? ""),
    );
    let openTasks = 0;
    for (const queue of owner?.queues ?? []) {
      const counts = await world.tasks.counts({ executionId: id, queue });
      openTasks += (counts?.put ?? 0) - (counts?.done ?? 0);
    }
    const patienceMs = scenario.patienceSeconds * 1000;
    const mayBeKept = rows.some(
      ([, row]) => row.executionId !== id && time.now - row.createdAt > patienceMs,
    );
    const isDraining = owner?.draining === true;
    return {
      ...{ held: this.#held, limits: this.limits(), ahead: ahead.length, mayBeKept },
      ...{ openTasks: isDraining ? 0 : openTasks },
      ...(owner !== undefined && isHeldBack(owner) && { awaited: this.#awaitedBy(owner) }),
    };
  }

  #awaitedBy({ after = [] }: Execution): { live: number } {
    const { executions } = this.#picture();
    const open = after.filter(({ met }) => met !== true);
    const live = open.filter(({ execution }) => executions.get(execution)?.state !== "ended");
    return { live: live.filter(({ execution }) => executions.has(execution)).length };
  }

  /** Whoever holds capacity and does not run yet is told why, too. */
  async #judgeStarting(): Promise<void> {
    const { picture, world } = this.#mustHave();
    for (const execution of picture.executions.values()) {
      if (execution.state !== "starting") continue;
      const [first] = await why(world, execution);
      if (first === undefined)
        this.violate(8, `${execution.id} starts, and nothing says why not yet.`);
    }
  }

  /** It could use more, there is room, and nobody waits: somebody should have been woken. */
  #judgeShort(placement: Placement, now: number): void {
    const { picture } = this.#mustHave();
    const state = picture.executions.get(placement.executionId)?.state;
    const isOver = state === "ending" || state === "ended";
    if (isOver || picture.waiting.size > 0 || more(placement, now) === 0) return;
    const added = placement.run === "gang" ? placement.count : 1;
    const grown = { ...placement, live: placement.live + added };
    const others = [...picture.placements.values()].filter((other) => other !== placement);
    const wrong = overLimit(this.#held, sumOf([...others, grown]), this.limits());
    if (wrong === undefined)
      this.violate(
        8,
        `${placement.executionId}/${placement.service} has ${placement.live} of ${placement.want}, and there is room.`,
      );
  }

  limits(): Limits {
    const { picture, backend } = this.#mustHave();
    const limits = new Map([["pool:simulated", backend.capabilities.capacity as object]]);
    for (const [account, quota] of picture.quotas) {
      const kind = account.includes("#") ? "user" : "tenant";
      limits.set(`${kind}:${account}`, quota);
    }
    for (const { executionId, share } of picture.placements.values())
      if (share) limits.set(`group:${executionId}#${share.group}`, { instances: share.max });
    return limits;
  }

  #judgeExecution(change: Changed<Execution>): void {
    this.#check(6, wrongExecutionMove(change));
    this.#coverage.execution(change);
    const { after } = change;
    if (after?.state === "starting" && isHeldBack(after))
      this.violate(8, `${after.id} starts, and still waits for others to end.`);
    if (after?.waiting) this.told(`${after.waiting.text} ${after.waiting.help ?? ""}`, after);
  }

  #judgePlacement(name: string): void {
    const picture = this.#picture();
    const placement = picture.placements.get(name);
    if (placement === undefined) return;
    const latest = picture.latest(placement.executionId, placement.service);
    this.#check(3, wrongCounts(placement, latest));
  }

  #judgeHeld(): void {
    const after = sumOf(this.#picture().placements.values());
    this.#check(3, overLimit(this.#held, after, this.limits()));
    this.#held = after;
  }

  #isFenced(id: InstanceId): boolean {
    return this.#runOf(id) !== "worker";
  }

  #runOf({ executionId, service }: InstanceId): string | undefined {
    const picture = this.#picture();
    const name = `${executionId}#${service}`;
    return (picture.placements.get(name) ?? picture.endedPlacements.get(name))?.run;
  }

  #check(invariant: number, wrong: string | undefined): void {
    if (wrong !== undefined) this.violate(invariant, wrong);
  }

  #picture(): Picture {
    return this.#mustHave().picture;
  }

  #mustHave(): Surroundings {
    if (this.#around === undefined) throw new Error("The judge must be shown the surroundings.");
    return this.#around;
  }

  #elapsed(): number {
    return (this.#around?.time.now ?? 0) - (this.#around?.startedAt ?? 0);
  }
}
