// Turns what backends say happened into moves of the state table; late, twice and out of order change nothing. An execution that is over ends here.
import { type Execution, transition } from "#shared/execution.ts";
import { type Placement, placedGeneration } from "#shared/placement.ts";
import { apply, indexName, type Scene } from "./apply.ts";
import type { InstanceEvent } from "./backend.ts";
import { finishSeen, type Seen } from "./finish.ts";
import { derived, Items } from "./instances.ts";
import { executionItem, type Instance, instanceItem, keys, movesItem, read } from "./records.ts";
import { settle } from "./settle.ts";
import type { Action, Key } from "./store.ts";
import type { World } from "./world.ts";

/** Events of one execution stored together, so that a transaction stays below 100 actions. */
const EVENTS_TOGETHER = 40;
/** A lost race is looked at again this often before the queue brings the events back later. */
const TRIES = 6;

/** Positions of the events that could not be stored now. */
export async function observe(world: World, events: readonly InstanceEvent[]): Promise<number[]> {
  const groups = grouped(events);
  const seen = await readScenes(world, events);
  const replies = await Promise.all(
    groups.map(async (group) => {
      const own = group.map(({ event }) => event);
      return (await observeGroup(world, own, seen)) ? [] : group;
    }),
  );
  return replies.flat().map(({ position }) => position);
}

function grouped(events: readonly InstanceEvent[]): { event: InstanceEvent; position: number }[][] {
  const open = new Map<string, { event: InstanceEvent; position: number }[]>();
  const groups: { event: InstanceEvent; position: number }[][] = [];
  events.forEach((event, position) => {
    const { executionId } = event.instance;
    let group = open.get(executionId);
    if (group === undefined || group.length >= EVENTS_TOGETHER) {
      group = [];
      open.set(executionId, group);
      groups.push(group);
    }
    group.push({ event, position });
  });
  return groups;
}

/** `seen` was read for all groups together; who loses a race reads its own again. */
async function observeGroup(
  world: World,
  events: readonly InstanceEvent[],
  seen: Items,
): Promise<boolean> {
  if (await observeOnce(world, events, seen)) return true;
  for (let attempt = 2; attempt <= TRIES; attempt++) {
    if (await observeOnce(world, events, await readScenes(world, events))) return true;
  }
  return false;
}

/** False when somebody moved first. */
async function observeOnce(
  world: World,
  events: readonly InstanceEvent[],
  items: Items,
): Promise<boolean> {
  const executionId = events[0]?.instance.executionId ?? "";
  const item = items.get(keys.execution(executionId));
  if (item === undefined) return true;
  const execution = read.execution(item);
  const { scene, before } = sceneOf(world, execution, items, events);
  for (const event of events) apply(scene, event);
  if (scene.changed.size === 0) return true;
  const isRunning =
    execution.state === "starting" && [...scene.placements.values()].some(hasStarted);
  const moved = isRunning ? transition(execution, "running") : undefined;
  if (moved)
    scene.moves.push({ at: scene.now, of: "execution", from: execution.state, to: "running" });
  const reply = await world.store.transact([
    ...placementActions(scene, before),
    ...[...scene.changed].map((name) => putInstance(scene, items, name)),
    ...(moved ? [putExecution(moved, item.version)] : []),
    { kind: "put", item: movesItem(executionId, scene.now, world.newId("mov"), scene.moves) },
  ]);
  if (reply.kind !== "committed") return false;
  const version = moved ? item.version + 1 : item.version;
  const placements = [...scene.placements.values()];
  await follow(world, scene, { execution: moved ?? execution, version, placements });
  return true;
}

/** One read, however many executions the events are of; a second one when some of them have services beside those that the events name. */
async function readScenes(world: World, events: readonly InstanceEvent[]): Promise<Items> {
  const named = events.flatMap(({ instance }) => [
    keys.execution(instance.executionId),
    keys.placement(instance.executionId, instance.service),
    ...instanceKeys(instance),
  ]);
  const items = await Items.read(world, named);
  const all = [...new Set(events.map(({ instance }) => instance.executionId))].flatMap((id) => {
    const item = items.get(keys.execution(id));
    const { services } = item === undefined ? { services: [] } : read.execution(item);
    return services.map((service) => keys.placement(id, service));
  });
  const isWhole = all.every((key) => items.get(key) !== undefined);
  return isWhole ? items : Items.read(world, [...named, ...all]);
}

/** Its own record, and that of the next generation: when there is one, the event comes too late. */
function instanceKeys(id: InstanceEvent["instance"]): Key[] {
  return [keys.instance(id), keys.instance({ ...id, generation: id.generation + 1 })];
}

function sceneOf(
  world: World,
  execution: Execution,
  items: Items,
  events: readonly InstanceEvent[],
): { scene: Scene; before: ReadonlyMap<string, Placement> } {
  const placements = new Map<string, Placement>();
  for (const service of execution.services) {
    const item = items.get(keys.placement(execution.id, service));
    if (item !== undefined) placements.set(service, read.placement(item));
  }
  const instances = new Map<string, Instance>();
  for (const { instance: id } of events) {
    const [own, next] = instanceKeys(id).map((key) => items.get(key));
    const placement = placements.get(id.service);
    if (next !== undefined || placement === undefined) continue;
    const first = placedGeneration(placement);
    if (id.generation < first) continue;
    if (own !== undefined) instances.set(indexName(id), read.instance(own));
    else if (id.generation === first) instances.set(indexName(id), derived(placement, id.index));
  }
  const isStopping = execution.stop !== undefined || execution.state === "ending";
  const scene: Scene = {
    ...{ now: world.now(), isStopping, placements, instances, changed: new Set<string>() },
    ...{ moves: [], launches: [], wakes: new Set<number>() },
  };
  return { scene, before: new Map(placements) };
}

function hasStarted(placement: Placement): boolean {
  return placement.running + placement.succeeded + placement.failed > 0;
}

function placementActions(scene: Scene, before: ReadonlyMap<string, Placement>): Action[] {
  return [...scene.placements.values()].flatMap((placement) => {
    const old = before.get(placement.service);
    return old === undefined || old === placement ? [] : [changePlacement(old, placement)];
  });
}

/** Only what changed is written, on condition of the counts it was computed from. */
export function changePlacement(old: Placement, placement: Placement): Action {
  const set = Object.fromEntries(
    Object.entries(placement).filter(([name, value]) => old[name as keyof Placement] !== value),
  );
  const { live, next, retrying, running, succeeded, failed, cancelled, stopped } = old;
  return {
    kind: "update",
    key: keys.placement(old.executionId, old.service),
    set: set as never,
    condition: { equals: { live, next, retrying, running, succeeded, failed, cancelled, stopped } },
  };
}

function putInstance(scene: Scene, items: Items, name: string): Action {
  const instance = scene.instances.get(name);
  if (instance === undefined)
    throw new Error(`Instance ${name} must be in the scene that changed it.`);
  const old = items.get(keys.instance(instance));
  const condition = old === undefined ? ({ absent: true } as const) : { version: old.version };
  return { kind: "put", item: instanceItem(instance), condition };
}

function putExecution(execution: Execution, version: number): Action {
  return { kind: "put", item: executionItem(execution), condition: { version } };
}

/** What a crash loses here, the sweep finds. */
async function follow(world: World, scene: Scene, seen: Seen): Promise<void> {
  const { execution, placements } = seen;
  if (scene.launches.length > 0) await world.queues.launch.send(scene.launches);
  for (const delaySeconds of scene.wakes) {
    await world.queues.decide.send([{}], delaySeconds > 0 ? { delaySeconds } : {});
  }
  if (execution.queues.length > 0) await world.queues.tick.send([{ executionId: execution.id }]);
  else if (settle(execution, placements, {}).kind !== "goesOn")
    await finishSeen(world, execution.id, seen);
}
