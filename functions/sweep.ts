// Finds what a crash lost between any two steps, what is overdue, what runs but should not, and what should run but does not. Cheap when there is nothing.
import { isOver } from "#shared/execution.ts";
import type { InstanceId } from "#shared/instance.ts";
import { type Placement, placedGeneration } from "#shared/placement.ts";
import { release } from "./after.ts";
import type { Backend, InstanceLook } from "./backend.ts";
import { cancel } from "./cancel.ts";
import { lookAgain } from "./due.ts";
import { finish } from "./finish.ts";
import { forget } from "./forget.ts";
import { lookAtGangs } from "./gang-limits.ts";
import { Items, idOf, liveInstances } from "./instances.ts";
import { type Due, type Instance, keys, read, shards } from "./records.ts";
import { queryAll } from "./scheduler/snapshot.ts";
import { observeEnd } from "./stop.ts";
import type { Action } from "./store.ts";
import { forgetOldUploads } from "./uploads.ts";
import { readExecution } from "./view.ts";
import type { World } from "./world.ts";

/** `isFirst`: the host has just started, so that no message is on its way to anyone: everything placed is silent. */
export async function sweep(world: World, isFirst = false): Promise<void> {
  await runDue(world);
  const placements = await activePlacements(world);
  await finishOver(world, placements);
  await lookAtGangs(world, placements);
  await lookAtSilent(world, placements, isFirst);
  await world.tasks.repair?.([...new Set(placements.map(({ executionId }) => executionId))]);
  if (isFirst || isTurn(world)) await stopOrphans(world);
  await letGoOfOver(world);
  await wakeScheduler(world, placements);
  await forgetOldUploads(world);
}

/** Sweeps of a host without memory agree on it by the clock. */
function isTurn({ now, settings }: World): boolean {
  const slots = Math.round(settings.orphanSeconds / 60);
  return slots <= 1 || Math.floor(now() / 60_000) % slots === 0;
}

/** Records whose time has come, earliest first; a page a shard, the rest with the next sweep. */
export async function runDue(world: World): Promise<void> {
  const pages = await Promise.all(
    shards.map((shard) =>
      world.store.query({
        pk: `due#${shard}`,
        to: String(world.now() + 1).padStart(13, "0"),
        limit: 200,
      }),
    ),
  );
  for (const due of pages.flatMap(({ items }) => items).map(read.due)) {
    const actions = await runOne(world, due);
    if (actions.length > 0) await world.store.transact(actions);
  }
}

/** What then becomes of the record. */
async function runOne(world: World, due: Due): Promise<readonly Action[]> {
  const { executionId, kind } = due;
  const done: readonly Action[] = [{ kind: "delete", key: keys.due(due) }];
  switch (kind) {
    case "tick": {
      const execution = await readExecution(world, executionId);
      if (execution === undefined || execution.state === "ended") return done;
      await world.queues.tick.send([{ executionId }]);
      return lookAgain(world, due);
    }
    case "forget":
      // A lost race is looked at again with the next sweep.
      return (await forget(world, executionId)) ? done : [];
    case "after":
      return (await release(world, executionId)) ? done : lookAgain(world, due);
    case "time":
      await endOverdue(world, executionId);
      return done;
  }
}

/** Unless it was given more time meanwhile, or waits for its start again. */
async function endOverdue(world: World, executionId: string): Promise<void> {
  const execution = await readExecution(world, executionId);
  const { startedAt, maxTimeSeconds } = execution ?? {};
  if (maxTimeSeconds === undefined || startedAt === undefined) return;
  if (startedAt + maxTimeSeconds * 1000 > world.now()) return;
  const reason = `Its maximum time of ${maxTimeSeconds} s is over.`;
  await cancel(world, executionId, { by: "zoe", reason, outcome: { kind: "timedOut", reason } });
}

async function activePlacements(world: World): Promise<Placement[]> {
  const lists = await Promise.all(shards.map((shard) => queryAll(world, { pk: `held#${shard}` })));
  return lists.flat().map(read.placement);
}

/** Executions of which nothing is live: over, or a crash came between their last event and their end. */
async function finishOver(world: World, placements: readonly Placement[]): Promise<void> {
  const live = new Map<string, number>();
  for (const placement of placements) {
    live.set(placement.executionId, (live.get(placement.executionId) ?? 0) + placement.live);
  }
  for (const [executionId, n] of live) if (n === 0) await finish(world, executionId);
}

/** Instances of which nothing was heard for a while: the backend is asked, and what it says is observed. */
async function lookAtSilent(
  world: World,
  placements: readonly Placement[],
  isFirst: boolean,
): Promise<void> {
  const items = await Items.read(
    world,
    placements.map(({ executionId }) => keys.execution(executionId)),
  );
  for (const placement of placements) {
    const execution = items.get(keys.execution(placement.executionId));
    const backend = world.backends.find(({ name }) => name === placement.backend);
    if (execution === undefined || backend === undefined || placement.live === 0) continue;
    const { state, stop } = read.execution(execution);
    const isStopping = state === "ending" || stop !== undefined;
    if (isStopping)
      await world.queues.launch.send([{ kind: "stop", executionId: placement.executionId }]);
    else
      await lookAt(
        world,
        backend,
        placement,
        isFirst ? world.now() : changedBefore(world, execution),
      );
  }
}

/** A record that was just written is not silent; neither are instances that were just placed. */
function changedBefore(world: World, execution: { value: unknown }): number {
  const startedAt = Number((execution.value as { startedAt?: number }).startedAt ?? 0);
  const limit = world.now() - world.settings.silentSeconds * 1000;
  return startedAt > limit ? 0 : limit;
}

async function lookAt(
  world: World,
  backend: Backend,
  placement: Placement,
  silentSince: number,
): Promise<void> {
  const live = await liveInstances(world, placement);
  const silent = live.filter((instance) => instance.changedAt <= silentSince);
  if (silent.length === 0) return;
  const looks = await backend.look(silent.map(idOf));
  const unheard = silent.filter(({ state }, position) => isNews(looks[position], state));
  if (unheard.length > 0)
    world.log.warn("What happened to instances was not heard of: it was asked for.", {
      ...{ executionId: placement.executionId, service: placement.service },
      count: unheard.length,
    });
  for (const [position, look] of looks.entries()) {
    const instance = silent[position];
    if (instance !== undefined) await believe(world, placement, instance, look);
  }
}

function isNews(look: InstanceLook | undefined, state: Instance["state"]): boolean {
  return look?.kind === "ended" || (look?.kind === "running" && state !== "running");
}

async function believe(
  world: World,
  placement: Placement,
  instance: Instance,
  look: Awaited<ReturnType<Backend["look"]>>[number],
): Promise<void> {
  const at = world.now();
  switch (look.kind) {
    case "unknown":
      return;
    case "running":
      if (instance.state === "running") return;
      return world.queues.observe.send([
        { kind: "running", instance: idOf(instance), at, backendId: look.backendId },
      ]);
    case "ended":
      return world.queues.observe.send([{ ...look, kind: "ended", instance: idOf(instance), at }]);
    case "gone":
      if (instance.state === "placed")
        return placement.ready ? startAgain(world, placement, instance) : undefined;
      return observeEnd(world, [instance], {
        kind: "lost",
        reason: "Its backend no longer knows it.",
      });
  }
}

/** Placed, and its launch never came: the message was lost. */
function startAgain(
  world: World,
  { gang, count }: Placement,
  { executionId, service, index, generation }: Instance,
): Promise<void> {
  const [from, to] = gang === undefined ? [index, index + 1] : [0, count];
  return world.queues.launch.send([{ kind: "start", executionId, service, from, to, generation }]);
}

/** What a backend keeps for an execution goes when it is over. */
async function letGoOfOver(world: World): Promise<void> {
  for (const backend of world.backends) {
    for (const id of (await backend.keeps?.()) ?? []) {
      const execution = await readExecution(world, id);
      if (execution === undefined || isOver(execution)) await backend.letGo?.(id);
    }
  }
}

/** What runs, the store must know as live. */
async function stopOrphans(world: World): Promise<void> {
  for (const backend of world.backends) {
    const running = await backend.list();
    const items = await Items.read(
      world,
      running.flatMap((id) => [keys.instance(id), keys.placement(id.executionId, id.service)]),
    );
    const orphans = running.filter((id) => !isKnown(items, id));
    if (orphans.length === 0) continue;
    world.log.warn("Stopping what no execution knows as live.", { instances: orphans });
    await backend.stop(orphans, { kind: "cancelled", by: "zoe", reason: "Its execution is over." });
  }
}

function isKnown(items: Items, id: InstanceId): boolean {
  const placement = items.get(keys.placement(id.executionId, id.service));
  if (placement === undefined || id.index >= read.placement(placement).next) return false;
  const record = items.get(keys.instance(id));
  const first = placedGeneration(read.placement(placement));
  return record === undefined ? id.generation === first : read.instance(record).state !== "ended";
}

async function wakeScheduler(world: World, placements: readonly Placement[]): Promise<void> {
  const waiting = await world.store.query({ pk: "shares", limit: 1 });
  const isShort = placements.some(({ live, want, retrying }) => live < want || retrying > 0);
  if (waiting.items.length > 0 || isShort) await world.queues.decide.send([{}]);
}
