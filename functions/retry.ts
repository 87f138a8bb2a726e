// Runs an ended execution again under the same id: only what failed (children, dead letters), or all that did not succeed.

import type { Move } from "#shared/event.ts";
import { type Execution, isOver, transition } from "#shared/execution.ts";
import { VisibleError } from "#shared/fault.ts";
import type { Placement } from "#shared/placement.ts";
import type { Zapp } from "#shared/zapp.ts";
import { tickLater } from "./due.ts";
import { waitingAs } from "./enqueue.ts";
import { allInstances } from "./instances.ts";
import {
  executionItem,
  type Instance,
  instanceItem,
  keys,
  movesItem,
  placementItem,
  read,
} from "./records.ts";
import { timeLimit } from "./scheduler/commit.ts";
import type { Action, TransactReply } from "./store.ts";
import { readPlacements, readSpec } from "./view.ts";
import type { World } from "./world.ts";

export interface Retried {
  readonly execution: Execution;
  /** Instances that run again, and dead letters that wait again. */
  readonly instances: number;
  readonly tasks: number;
}

/** Instances written together; below the store's limit with room for the rest. */
const TOGETHER = 80;
const TRIES = 10;

export async function retry(world: World, executionId: string, by: string): Promise<Retried> {
  const item = await world.store.get(keys.execution(executionId));
  if (item === undefined)
    throw new VisibleError("notFound", `There is no execution ${executionId}.`);
  const execution = read.execution(item);
  if (!isOver(execution)) {
    throw new VisibleError(
      "conflict",
      `Execution ${executionId} is ${execution.state}: only an ended one can be retried.`,
    );
  }
  const spec = await readSpec(world, executionId);
  if (spec === undefined) throw new Error(`Execution ${executionId} must have a spec.`);
  const again = await failedInstances(world, execution, spec.zapp);
  const instances = [...again.values()].reduce((sum, list) => sum + list.length, 0);
  if (instances === 0 && (await isComplete(world, execution))) {
    throw new VisibleError(
      "conflict",
      `Nothing of execution ${executionId} failed: there is nothing to retry.`,
    );
  }
  const isGang = ({ service }: Instance) =>
    spec.zapp.services.some(({ name, run }) => name === service && run === "gang");
  await markForRetry(
    world,
    [...again.values()].flat().filter((instance) => !isGang(instance)),
  );
  const opened = await reopen(world, item.version, execution, spec.zapp, again, by);
  // Only now, so that a crash before leaves the dead letters as they were.
  const tasks = await redriveAll(world, execution);
  if (tasks > 0) await keepGoing(world, executionId, by);
  return { execution: opened, instances, tasks };
}

/**
 * After tasks came back: whoever had looked at the counts before, to end the execution (finish.ts), finds it changed and looks again.
 * One that has ended meanwhile goes on.
 */
export async function keepGoing(world: World, executionId: string, by: string): Promise<void> {
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const item = await world.store.get(keys.execution(executionId));
    if (item === undefined) return;
    const execution = read.execution(item);
    if (isOver(execution)) {
      if (endedByItself(execution)) await retry(world, executionId, by);
      return;
    }
    const touched = await world.store.transact([
      { kind: "put", item: executionItem(execution), condition: { version: item.version } },
    ]);
    if (touched.kind === "committed") break;
  }
  await world.queues.tick.send([{ executionId }]);
}

function endedByItself({ outcome }: Execution): boolean {
  return outcome?.kind === "succeeded" || outcome?.kind === "failed";
}

async function redriveAll(world: World, { id, queues }: Execution): Promise<number> {
  const counts = await Promise.all(
    queues.map((queue) => world.tasks.redrive({ executionId: id, queue })),
  );
  return counts.reduce((sum, n) => sum + n, 0);
}

async function isComplete(world: World, execution: Execution): Promise<boolean> {
  if (await hasTasks(world, execution)) return false;
  if (execution.outcome?.kind === "succeeded") return true;
  const placements = await readPlacements(world, execution);
  return (
    placements.length > 0 &&
    placements.every(({ run, next, count }) => run !== "worker" && next >= count)
  );
}

/** Dead letters; or open ones that came back when it was about to end. */
async function hasTasks(world: World, { id, queues }: Execution): Promise<boolean> {
  const counts = await Promise.all(
    queues.map((queue) => world.tasks.counts({ executionId: id, queue })),
  );
  return counts.some((count) => count && (count.failed > 0 || count.done < count.put));
}

/** Service -> its instances that ended other than well. Workers are made anew instead. */
async function failedInstances(
  world: World,
  execution: Execution,
  zapp: Zapp,
): Promise<Map<string, Instance[]>> {
  const failed = new Map<string, Instance[]>();
  for (const placement of await readPlacements(world, execution)) {
    const service = zapp.services.find(({ name }) => name === placement.service);
    if (service === undefined || service.run === "worker") continue;
    const all = await allInstances(world, placement);
    if (service.run === "gang") {
      // All of it or nothing: the placement alone says so, since its nodes share their generation.
      failed.set(service.name, placement.succeeded === placement.count ? [] : all);
      continue;
    }
    failed.set(
      service.name,
      all.filter(({ outcome }) => outcome !== undefined && outcome.kind !== "succeeded"),
    );
  }
  return failed;
}

async function markForRetry(world: World, instances: readonly Instance[]): Promise<void> {
  const retryAt = world.now();
  for (let at = 0; at < instances.length; at += TOGETHER) {
    const batch = instances.slice(at, at + TOGETHER);
    await world.store.batchPut(batch.map((instance) => instanceItem({ ...instance, retryAt })));
  }
}

/** Straight to `starting`, through `queued`: its placements hold nothing yet, and grow as room allows. One that never started queues. */
async function reopen(
  world: World,
  version: number,
  ended: Execution,
  zapp: Zapp,
  again: ReadonlyMap<string, readonly Instance[]>,
  by: string,
): Promise<Execution> {
  const {
    outcome: _outcome,
    endedAt: _ended,
    stop: _stop,
    used: _used,
    draining: _,
    // Whoever retries it wants it now.
    after: _after,
    ...rest
  } = ended;
  const placements = await readPlacements(world, ended);
  const now = world.now();
  const queued = transition({ ...rest }, "queued", { round: ended.round + 1 });
  const starting = queued && transition(queued, "starting", { startedAt: now });
  if (queued === undefined || starting === undefined)
    throw new Error("An ended execution must be able to queue.");
  const { execution: opened, actions } =
    placements.length > 0
      ? { execution: starting, actions: timeLimit(starting, now) }
      : waitingAs(world, queued, zapp);
  const moves: Move[] = [
    { at: now, of: "execution", from: "ended", to: opened.state, by, text: "Retried." },
  ];
  const reply = await commit(world, [
    { kind: "put", item: executionItem(opened), condition: { version } },
    ...placements.flatMap((placement) =>
      revive(placement, again.get(placement.service)?.length ?? 0, now),
    ),
    { kind: "put", item: movesItem(ended.id, now, world.newId("mov"), moves) },
    ...actions,
    ...tickLater(world, opened),
  ]);
  if (reply.kind !== "committed") {
    throw new VisibleError(
      "conflict",
      `Execution ${ended.id} moved meanwhile: look at it, and try again.`,
    );
  }
  await world.queues.decide.send([{ executionId: ended.id }]);
  if (opened.queues.length > 0) await world.queues.tick.send([{ executionId: ended.id }]);
  return opened;
}

/** A passing conflict is no reason to send somebody away. */
async function commit(world: World, actions: readonly Action[]): Promise<TransactReply> {
  let reply = await world.store.transact(actions);
  for (let attempt = 1; attempt < TRIES && reply.kind === "conflict"; attempt++)
    reply = await world.store.transact(actions);
  return reply;
}

function revive(placement: Placement, retrying: number, now: number): Action[] {
  const { executionId, service, failed, cancelled } = placement;
  const { failure: _failure, ...rest } = placement;
  const isWorker = placement.run === "worker";
  const revived: Placement = {
    ...rest,
    ...(isWorker
      ? { strikes: 0 }
      : { failed: 0, cancelled: Math.max(0, failed + cancelled - retrying) }),
    ...{ retrying, retryDue: now, slots: 0, ready: true, stopped: false },
  };
  return [
    { kind: "delete", key: keys.endedPlacement(executionId, service) },
    { kind: "put", item: placementItem(revived), condition: { absent: true } },
  ];
}
