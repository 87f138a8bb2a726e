// Random use of the task-queue port against a small model: whatever is put, leased, reported, killed and redriven, each task ends once and the counts say so.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Lease, QueueOptions, QueueRef, TaskQueues } from "#functions/task-queues.ts";
import { childId } from "#shared/route.ts";
import {
  allOutcomes,
  aRoute,
  type OpenTaskQueueBody,
  type TaskQueueBody,
} from "./task-queue/under-test.ts";

const ROUTE = aRoute({
  from: "first",
  by: "/to",
  to: { on: "second" },
  otherwise: { kind: "drop" },
  task: "merge",
});
const QUEUES: Readonly<Record<string, QueueOptions>> = {
  first: { leaseSeconds: 60, maxAttempts: 2, routes: [ROUTE] },
  second: { leaseSeconds: 60, maxAttempts: 1, routes: [] },
};

interface Held {
  readonly lease: string;
  readonly worker: string;
  readonly isAlone: boolean;
}

interface ModelTask {
  ended?: "succeeded" | "failed" | undefined;
  attempts: number;
  /** Ended without an outcome. */
  deliveries: number;
  /** What of it outlives a restart: as it was at the last attempt or recorded start. */
  kept: { readonly deliveries: number; readonly held?: Held | undefined };
  held?: Held | undefined;
  failures: Set<string>;
}

const FRESH = {
  ended: undefined,
  held: undefined,
  attempts: 0,
  deliveries: 0,
  kept: { deliveries: 0 },
};

class ModelQueue {
  readonly tasks = new Map<string, ModelTask>();
  readonly order: string[] = [];
  readonly given: { readonly lease: string; readonly task: string; readonly worker: string }[] = [];
  redriven = 0;
  done = 0;
  closed = false;

  add(id: string): void {
    if (!this.tasks.has(id)) this.tasks.set(id, { ...FRESH, failures: new Set() });
  }

  end(id: string, how: "succeeded" | "failed"): void {
    const task = this.tasks.get(id);
    if (!task) return;
    Object.assign(task, { ended: how, held: undefined });
    this.order.push(id);
    this.done++;
  }

  returned(task: ModelTask): void {
    task.held = undefined;
    task.deliveries++;
  }

  all(wanted: (task: ModelTask) => boolean): [string, ModelTask][] {
    return [...this.tasks].filter(([, task]) => wanted(task));
  }
}

type Model = Record<string, ModelQueue>;
interface Real {
  readonly body: TaskQueueBody;
  tasks: TaskQueues;
}
type Command = fc.AsyncCommand<Model, Real>;

const refOf = (queue: string): QueueRef => ({ executionId: "exe_model", queue });
const modelOf = (model: Model, queue: string): ModelQueue => model[queue] ?? new ModelQueue();

function command(name: string, run: (model: Model, real: Real) => Promise<void>): Command {
  return { check: () => true, run, toString: () => name };
}

function put(queue: string, ids: readonly string[]): Command {
  return command(`put(${queue}, ${ids})`, async (model, { tasks }) => {
    const mine = modelOf(model, queue);
    const before = mine.tasks.size;
    const reply = await tasks.put(
      refOf(queue),
      ids.map((id) => ({ id, payload: { id } })),
    );
    if (mine.closed) return expect(reply).toEqual({ kind: "closed" });
    for (const id of ids) mine.add(id);
    expect(reply).toEqual({ kind: "put", ids, added: mine.tasks.size - before });
  });
}

function lease(queue: string, worker: string, max: number): Command {
  return command(`lease(${queue}, ${worker}, ${max})`, async (model, { tasks }) => {
    const mine = modelOf(model, queue);
    const waiting = mine.all(({ ended, held }) => !ended && !held).length;
    const holds = mine.all(({ held }) => held?.worker === worker);
    const isAlone = holds.some(([, { held }]) => held?.isAlone);
    const leases = await tasks.lease(refOf(queue), { max, worker, waitSeconds: 0 });
    expect(leases.length).toBeLessThanOrEqual(max);
    if (isAlone) expect(leases).toEqual([]);
    if (waiting > 0 && max > 0 && holds.length === 0) expect(leases.length).toBeGreaterThan(0);
    for (const each of leases) take(mine, queue, worker, each, leases.length + holds.length);
  });
}

function take(
  mine: ModelQueue,
  queue: string,
  worker: string,
  leased: Lease,
  beside: number,
): void {
  const task = mine.tasks.get(leased.task);
  expect(task, `${leased.task} was never put`).toBeDefined();
  if (!task) return;
  expect([task.ended, task.held]).toEqual([undefined, undefined]);
  expect(leased.attempts).toBe(task.attempts);
  const most = QUEUES[queue]?.maxAttempts ?? 0;
  const isAlone = task.deliveries >= most;
  if (isAlone) expect(beside).toBe(1);
  task.held = { lease: leased.lease, worker, isAlone };
  if (isAlone) task.kept = { deliveries: task.deliveries, held: task.held };
  mine.given.push({ lease: leased.lease, task: leased.task, worker });
}

/** Reports one of all leases that were ever given, the newest (0) or an older one. */
function report(queue: string, back: number, ok: boolean, result: object): Command {
  return command(
    `report(${queue}, -${back}, ${ok ? JSON.stringify(result) : "failure"})`,
    async (model, { tasks }) => {
      const mine = modelOf(model, queue);
      const given = mine.given.at(-1 - back);
      if (!given) return;
      const said = ok
        ? ({ lease: given.lease, ok: true, result: result as never } as const)
        : ({ lease: given.lease, ok: false, error: "broken" } as const);
      const [reply] = await tasks.record(refOf(queue), given.worker, [said]);
      expect(reply).toBe(expectedReply(model, queue, given, ok, result));
    },
  );
}

function expectedReply(
  model: Model,
  queue: string,
  { lease, task: id }: { lease: string; task: string },
  ok: boolean,
  result: object,
): string {
  const mine = modelOf(model, queue);
  const task = mine.tasks.get(id);
  if (!task) return "expired";
  if (task.ended || (!ok && task.failures.has(lease))) return "duplicate";
  if (ok) {
    mine.end(id, "succeeded");
    if (queue === "first" && "to" in result && result.to === "on")
      modelOf(model, "second").add(childId({ queue, task: id }, 0, "second"));
  } else attempt(mine, queue, id, task, lease);
  return "recorded";
}

function attempt(
  mine: ModelQueue,
  queue: string,
  id: string,
  task: ModelTask,
  lease: string,
): void {
  task.attempts++;
  task.failures.add(lease);
  if (task.attempts >= (QUEUES[queue]?.maxAttempts ?? 0)) mine.end(id, "failed");
  else if (task.held?.lease === lease) mine.returned(task);
  task.kept = { deliveries: task.deliveries };
}

function release(queue: string, worker: string, killed: boolean): Command {
  return command(`release(${queue}, ${worker}, ${killed})`, async (model, { tasks }) => {
    const mine = modelOf(model, queue);
    await tasks.release(refOf(queue), worker, killed);
    for (const [id, task] of mine.all(({ held }) => held?.worker === worker)) {
      if (killed && task.held?.isAlone) attempt(mine, queue, id, task, task.held.lease);
      else mine.returned(task);
    }
  });
}

const expire = command("expire", async (model, { body }) => {
  body.advance(61);
  for (const queue of Object.values(model))
    for (const [, task] of queue.all(({ held }) => held !== undefined)) queue.returned(task);
});

function close(queue: string): Command {
  return command(`close(${queue})`, async (model, { tasks }) => {
    await tasks.close(refOf(queue));
    modelOf(model, queue).closed = true;
  });
}

function redrive(queue: string, ids: readonly string[] | undefined): Command {
  return command(`redrive(${queue}, ${ids ?? "all"})`, async (model, { tasks }) => {
    const mine = modelOf(model, queue);
    const dead = mine
      .all(({ ended }) => ended === "failed")
      .filter(([id]) => !ids || ids.includes(id));
    expect(await tasks.redrive(refOf(queue), ids)).toBe(dead.length);
    for (const [id, task] of dead) {
      Object.assign(task, { ...FRESH, failures: new Set() });
      mine.order.splice(mine.order.indexOf(id), 1);
      mine.given.splice(0, mine.given.length, ...mine.given.filter((given) => given.task !== id));
    }
    mine.redriven += dead.length;
  });
}

/** Leases are lost, but for a suspect that was started alone: its worker may still run it, or was killed by it. */
const restart = command("restart", async (model, real) => {
  if (!real.body.restart) return;
  real.tasks = await real.body.restart();
  for (const name of Object.keys(model)) await real.tasks.counts(refOf(name));
  for (const queue of Object.values(model))
    for (const [, task] of queue.all(({ ended }) => !ended)) {
      task.held = task.kept.held;
      task.deliveries = task.kept.deliveries;
    }
});

/** The counts, the state of each task, and the order of the outcomes are as the model has them. */
const look = command("look", async (model, { tasks }) => {
  for (const [name, queue] of Object.entries(model)) {
    const failed = queue.all(({ ended }) => ended === "failed").length;
    expect(await tasks.counts(refOf(name))).toEqual({
      put: queue.tasks.size + queue.redriven,
      done: queue.done,
      failed,
      leased: queue.all(({ held }) => held !== undefined).length,
      redriven: queue.redriven,
      closed: queue.closed,
    });
    for (const [id, { ended, held, attempts }] of queue.tasks) {
      const state = ended ?? (held ? "leased" : "waiting");
      expect(await tasks.task(refOf(name), id)).toMatchObject({ task: id, state, attempts });
    }
    const outcomes = await allOutcomes(tasks, refOf(name), 3);
    expect(outcomes.map(({ task }) => task)).toEqual(queue.order);
  }
});

const queue = fc.constantFrom("first", "second");
const ids = fc.array(fc.constantFrom("a", "b", "c", "d", "e", "f"), { maxLength: 5 });
const worker = fc.constantFrom("w1", "w2", "w3");
const result = fc.constantFrom({}, { to: "on" }, { to: "elsewhere" });
const commands = fc.commands(
  [
    fc.tuple(queue, ids).map((args) => put(...args)),
    fc.tuple(queue, worker, fc.nat(4)).map((args) => lease(...args)),
    fc.tuple(queue, worker, fc.nat(4)).map((args) => lease(...args)),
    fc.tuple(queue, fc.nat(6), fc.boolean(), result).map((args) => report(...args)),
    fc.tuple(queue, fc.nat(2), fc.boolean(), result).map((args) => report(...args)),
    fc.tuple(queue, worker, fc.boolean()).map((args) => release(...args)),
    fc.tuple(queue, fc.option(ids, { nil: undefined })).map((args) => redrive(...args)),
    fc.constant(expire),
    queue.map(close),
    fc.constant(restart),
    fc.constant(look),
  ],
  { maxCommands: 80, size: "max" },
);

export function taskQueueModelContract(name: string, open: OpenTaskQueueBody, runs = 100): void {
  describe(`task queues in random use: ${name}`, () => {
    test("each task ends once, counts are exact, order is kept, whatever happens", async () => {
      await fc.assert(
        fc.asyncProperty(commands, async (steps) => {
          const body = await open();
          try {
            for (const [queue, options] of Object.entries(QUEUES))
              await body.tasks.create(refOf(queue), options);
            const setup = () => ({
              model: { first: new ModelQueue(), second: new ModelQueue() } as Model,
              real: { body, tasks: body.tasks } as Real,
            });
            await fc.asyncModelRun(setup, [...steps, look]);
          } finally {
            await body.close();
          }
        }),
        { numRuns: runs },
      );
    }, 60_000);
  });
}
