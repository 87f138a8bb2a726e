// One run from one seed: hosts start, people act, the storm passes, and in the calm all must end. What is found wrong comes back with the trace.
import { childId } from "#shared/route.ts";
import { Coverage } from "./coverage.ts";
import { Host } from "./host.ts";
import { lostOrDouble, neverEnded } from "./invariants/ends.ts";
import { heldByNobody } from "./invariants/held.ts";
import { wrongAtEnd } from "./invariants/tasks.ts";
import { Judge, type Violation } from "./judge.ts";
import { People } from "./people.ts";
import { Random } from "./random.ts";
import type { Scenario } from "./scenario.ts";
import { START, type Surroundings, surroundingsOf } from "./surroundings.ts";

export interface Run {
  readonly violation: Violation | undefined;
  readonly coverage: Coverage;
  readonly turns: number;
  readonly virtualMs: number;
  readonly faults: ReadonlyMap<string, number>;
  readonly trace: readonly string[];
}

/** All that was accepted must have ended so long after the storm. */
const CALM_MS = 60 * 60_000;
const SLICE_MS = 45_000;

export async function simulate(
  scenario: Scenario,
  options: { trace?: boolean } = {},
): Promise<Run> {
  const coverage = new Coverage();
  const judge = new Judge(coverage);
  const lines: string[] = [];
  const around = surroundingsOf(scenario, coverage, {
    ...{ written: judge.written, told: judge.started, violate: judge.violate },
    trace: (line) => {
      if (options.trace) lines.push(`${((around.time.now - START) / 1000).toFixed(3)} ${line()}`);
    },
    complain: (where, error) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      judge.violate(0, `${where} threw ${text}`);
    },
  });
  judge.watch(around);
  await new Performance(around, judge).play();
  const { time, chaos } = around;
  return {
    ...{ violation: judge.violation, coverage, turns: time.turns, trace: lines },
    ...{ virtualMs: time.now - START, faults: chaos.counts },
  };
}

/** What a last lost message left behind is found by then: looks at queues are 20 s apart. */
const SETTLING_MS = 40_000;

class Performance {
  readonly #around: Surroundings;
  readonly #judge: Judge;
  readonly #hosts: readonly Host[];
  readonly #people: People;

  constructor(around: Surroundings, judge: Judge) {
    const { seed, hosts } = around.scenario;
    this.#around = around;
    this.#judge = judge;
    this.#hosts = Array.from({ length: hosts }, (_, n) => new Host(`host-${n + 1}`, around));
    const random = new Random(seed, "people");
    this.#people = new People(around, this.#hosts, random, judge);
  }

  async play(): Promise<void> {
    const { scenario, time } = this.#around;
    await foundTenants(this.#around);
    for (const host of this.#hosts) host.start();
    this.#people.plan(scenario.actions);
    const stormEnd = START + scenario.stormMs;
    await time.run(stormEnd, (isIdle) => this.#look(isIdle));
    time.now = Math.max(time.now, stormEnd);
    this.#around.trace(() => "the storm is over");
    await this.#calm(stormEnd);
  }

  async #calm(stormEnd: number): Promise<void> {
    const { time } = this.#around;
    for (let slice = 0; slice * SLICE_MS < CALM_MS; slice++) {
      // Whoever was cut off by the storm has had her answer by the second time.
      if (slice % 5 === 0) await this.#people.calm();
      await time.run(stormEnd + (slice + 1) * SLICE_MS, (isIdle) => this.#look(isIdle));
      if (this.#judge.violation !== undefined) return;
      if (slice > 0 && this.#isOver()) break;
    }
    await this.#lookAtEnd();
  }

  /** All has ended, and nothing is left of it; unless that is so in time, something is wrong. */
  #isOver(): boolean {
    const { picture, backend } = this.#around;
    const isEnded = neverEnded(picture.executions.values()).length === 0 && this.#people.isIdle;
    return isEnded && backend.running().length === 0 && this.#hosts.every(({ isUp }) => isUp);
  }

  /** True ends the run. */
  async #look(isIdle: boolean): Promise<boolean> {
    this.#judge.look();
    if (isIdle) this.#judge.lookWhenIdle();
    if (isIdle && this.#isStandstill()) await this.#judge.lookAtStandstill();
    return this.#judge.violation !== undefined;
  }

  #isStandstill(): boolean {
    const { isStorm, mailboxes, sweeps, time, scenario } = this.#around;
    const calmSince = START + scenario.stormMs + SETTLING_MS;
    if (isStorm() || sweeps.lastBegan < Math.max(calmSince, this.#around.picture.leasedUntil))
      return false;
    const isQuiet = Object.values(mailboxes).every((box) => box.isQuiet);
    return isQuiet && this.#hosts.every((host) => host.isUp && host.isIdle) && time.now > 0;
  }

  async #lookAtEnd(): Promise<void> {
    const { picture, backend } = this.#around;
    const stored = new Map<string, string[]>();
    for (const { id, name } of picture.executions.values()) {
      const key = name.slice(1);
      stored.set(key, [...(stored.get(key) ?? []), id]);
    }
    const isForgotten = (id: string) => !picture.executions.has(id);
    const answered = [...this.#people.accepted].filter(([, id]) => !isForgotten(id));
    this.#report(1, neverEnded(picture.executions.values()));
    this.#report(1, lostOrDouble(new Map(answered), stored));
    this.#report(3, heldByNobody([...picture.placements.values()]));
    this.#report(
      5,
      backend.running().map((id) => `${id.executionId}/${id.service}-${id.index} still runs.`),
    );
    this.#report(
      8,
      [...picture.waiting.values()].map(
        (row) => `${row.executionId} has ended, and is still in the waiting list.`,
      ),
    );
    for (const id of picture.executions.keys()) await this.#lookAtTasks(id);
  }

  async #lookAtTasks(id: string): Promise<void> {
    const { picture, world } = this.#around;
    const execution = picture.executions.get(id);
    if (execution === undefined) return;
    const { outcome, queues } = execution;
    const isComplete =
      outcome?.kind === "succeeded" ||
      (outcome?.kind === "failed" && outcome.code === "tasks_failed");
    const put = [...(this.#people.puts.get(id) ?? [])];
    const children = new Map<string, string[]>(queues.map((queue) => [queue, []]));
    children.set("tasks", put);
    let dead = 0;
    for (const queue of queues) {
      const ref = { executionId: id, queue };
      const counts = await world.tasks.counts(ref);
      if (counts === undefined) continue;
      const { outcomes } = await world.tasks.outcomes(ref, { limit: 10_000 });
      for (const { task, ok, result } of outcomes) {
        const side = ok && queue === "tasks" && (result as { side: string }).side;
        if (side) children.get(side)?.push(childId({ queue, task }, 0, side));
        if (!ok) dead++;
      }
      const known = children.get(queue) ?? [];
      const name = `${id}/${queue}`;
      this.#report(4, wrongAtEnd({ name, counts, outcomes, known, isComplete }));
    }
    if (isComplete && (outcome.kind === "succeeded") !== (dead === 0))
      this.#report(4, [`${id} ended as ${outcome.kind} with ${dead} dead letters.`]);
  }

  #report(invariant: number, wrong: readonly string[]): void {
    if (wrong[0] !== undefined) this.#judge.violate(invariant, wrong[0]);
  }
}

/** Tenants and users as an administrator has made them. */
async function foundTenants({ world }: Surroundings): Promise<void> {
  const createdAt = START;
  const tenants = ["alpha", "beta"].map((name) => ({
    pk: "tenants",
    sk: name,
    value: { name, createdAt },
  }));
  const users = [
    ["alpha", "ann"],
    ["alpha", "ben"],
    ["beta", "cat"],
  ].map(([tenant = "", name = ""]) => ({
    ...{ pk: `users#${tenant}`, sk: name },
    value: { tenant, name, role: "user", createdAt },
  }));
  await world.store.batchPut([...tenants, ...users]);
}
