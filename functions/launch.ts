// Turns what is placed into calls to backends, safe to repeat; all starts and stops go through here. What then happens comes back to observe.ts.

import type { Move } from "#shared/event.ts";
import { type Execution, isOver } from "#shared/execution.ts";
import { type InstanceId, instanceName, type Outcome, transition } from "#shared/instance.ts";
import type { LaunchMessage } from "#shared/message.ts";
import { type Placement, placedGeneration } from "#shared/placement.ts";
import type {
  Backend,
  InstanceEvent,
  InstanceLook,
  LaunchReply,
  LaunchRequest,
} from "./backend.ts";
import { isWindingUp } from "./gang.ts";
import { launchedTogether } from "./gang-request.ts";
import { Items, idOf, liveInstances } from "./instances.ts";
import { type Instance, instanceItem, keys, movesItem, read } from "./records.ts";
import { requestOf } from "./request.ts";
import type { Key } from "./store.ts";
import { readPlacements } from "./view.ts";
import type { World } from "./world.ts";

type Start = Extract<LaunchMessage, { kind: "start" }>;

/** When a backend had no room after all, it is asked again after so long. */
const NO_ROOM_SECONDS = 2;

export async function launch(world: World, messages: readonly LaunchMessage[]): Promise<void> {
  const told = messages.filter((message) => message.kind === "stop");
  const stops = new Set(told.filter(({ gang }) => !gang).map(({ executionId }) => executionId));
  const starts = messages.filter((message) => message.kind === "start");
  await start(
    world,
    starts.filter((message) => !stops.has(message.executionId)),
  );
  await Promise.all([...stops].map((executionId) => stop(world, executionId)));
  for (const { executionId, gang } of told) if (gang) await windUp(world, executionId, gang);
}

async function start(world: World, starts: readonly Start[]): Promise<void> {
  const wanted = [...new Map(starts.flatMap(instancesOf).map((id) => [nameOf(id), id])).values()];
  const items = await Items.read(world, wanted.flatMap(keysOf));
  const found = await Promise.all(wanted.map((id) => prepare(world, items, id)));
  const requests = found.filter((one) => one !== undefined);
  await placeQueues(world, requests);
  for (const backend of world.backends) {
    const own = requests.filter((one) => one.backend === backend.name).map((one) => one.request);
    // Of a gang all are asked for, or nothing: the same call each time it is repeated.
    const whole = launchedTogether(own).filter(isWhole).flat();
    if (whole.length > 0) await startOn(world, backend, whole);
  }
}

/** Workers lease as soon as they start. */
async function placeQueues(
  world: World,
  requests: readonly { readonly request: LaunchRequest }[],
): Promise<void> {
  const working = requests.filter(({ request }) => request.service.run === "worker");
  const ids = new Set(working.map(({ request }) => request.instance.executionId));
  for (const executionId of ids) await world.tasks.place?.(executionId);
}

const nameOf = (id: InstanceId) => `${id.executionId}/${instanceName(id)}`;

const isWhole = (group: readonly LaunchRequest[]) => group.length >= (group[0]?.gang?.nodes ?? 1);

function instancesOf({ executionId, service, from, to, generation }: Start): InstanceId[] {
  return Array.from({ length: to - from }, (_, n) => ({
    executionId,
    service,
    index: from + n,
    generation,
  }));
}

function keysOf(id: InstanceId): Key[] {
  const { executionId, service } = id;
  return [
    keys.execution(executionId),
    keys.spec(executionId),
    keys.placement(executionId, service),
    keys.instance(id),
  ];
}

/** Undefined when there is nothing to start: it runs or ended already, its turn has not come, or its execution is over. */
async function prepare(
  world: World,
  items: Items,
  id: InstanceId,
): Promise<{ backend: string; request: LaunchRequest } | undefined> {
  const [execution, spec, placement, record] = keysOf(id).map((key) => items.get(key));
  if (execution === undefined || spec === undefined || placement === undefined) return undefined;
  const { state, stop } = read.execution(execution);
  if (state === "ending" || state === "ended" || stop !== undefined) return undefined;
  const held = read.placement(placement);
  const instance = record && read.instance(record);
  const isPlaced =
    instance === undefined
      ? id.generation === placedGeneration(held)
      : isStartable(instance) || (held.gang !== undefined && instance.state === "running");
  if (!held.ready || held.stopped || id.index >= held.next || !isPlaced) return undefined;
  if (held.gang?.verdict !== undefined || isComplete(held)) return undefined;
  return {
    backend: held.backend,
    request: await requestOf(world, read.execution(execution), read.spec(spec), id),
  };
}

const isComplete = ({ gang, running, count }: Placement) => gang !== undefined && running >= count;

const isStartable = ({ state }: Instance) => state === "placed" || state === "launching";

async function startOn(
  world: World,
  backend: Backend,
  requests: readonly LaunchRequest[],
): Promise<void> {
  const replies = await backend.launch(requests);
  tellNoRoom(world, backend, replies);
  await Promise.all(
    replies.map((reply, position) => {
      const request = requests[position];
      return request === undefined ? undefined : settleReply(world, backend, request, reply);
    }),
  );
}

/** One line for each reason, however many it kept from starting. */
function tellNoRoom(world: World, { name }: Backend, replies: readonly LaunchReply[]): void {
  const reasons = new Map<string, number>();
  for (const reply of replies)
    if (reply.kind === "noRoom") reasons.set(reply.reason, (reasons.get(reply.reason) ?? 0) + 1);
  for (const [reason, count] of reasons)
    world.log.info("Not started yet; it is asked again soon.", { backend: name, reason, count });
}

async function settleReply(
  world: World,
  backend: Backend,
  { instance, gang }: LaunchRequest,
  reply: LaunchReply,
): Promise<void> {
  switch (reply.kind) {
    case "launched":
      if (!backend.capabilities.remembers)
        await note(world, instance, "launching", reply.backendId);
      return;
    case "noRoom":
      if (gang !== undefined && gang.node > 0) return;
      return world.queues.launch.send([again(instance, gang?.nodes)], {
        delaySeconds: NO_ROOM_SECONDS,
      });
    case "rejected":
      return observeEnd(world, [instance], { kind: "rejected", reason: reply.reason });
    case "unknown":
      return note(world, instance, "unknown");
  }
}

/** Node 0 asks for its whole gang. */
function again({ index, ...id }: InstanceId, count = 1): LaunchMessage {
  return { kind: "start", ...id, from: index, to: index + count };
}

/** What the backend answered, or was told; the table lets nothing be written over what an event has already said. */
async function note(
  world: World,
  id: InstanceId,
  state: "launching" | "unknown" | "stopping",
  backendId?: string,
): Promise<void> {
  const item = await world.store.get(keys.instance(id));
  const before = item === undefined ? await placedFrom(world, id) : read.instance(item);
  const moved = before && transition(before, state);
  if (before === undefined || moved === undefined) return;
  const now = world.now();
  const instance: Instance = {
    ...{ ...moved, changedAt: now },
    ...(backendId !== undefined && { backendId }),
  };
  const { executionId } = id;
  const move: Move = {
    ...{ at: now, of: "instance", instance: instanceName(id), from: before.state, to: state },
  };
  await world.store.transact([
    {
      kind: "put",
      item: instanceItem(instance),
      condition: item === undefined ? { absent: true } : { version: item.version },
    },
    { kind: "put", item: movesItem(executionId, now, world.newId("mov"), [move]) },
  ]);
}

/** An index without a record is placed, in generation 1 or its gang's; any other generation without one was forgotten. */
async function placedFrom(world: World, id: InstanceId): Promise<Instance | undefined> {
  if (id.generation > 1 && !(await isOfGang(world, id))) return undefined;
  return { ...idOf(id), state: "placed", changedAt: 0 };
}

async function isOfGang(
  world: World,
  { executionId, service, generation }: InstanceId,
): Promise<boolean> {
  const item = await world.store.get(keys.placement(executionId, service));
  return item !== undefined && read.placement(item).gang?.generation === generation;
}

export async function observeEnd(
  world: World,
  instances: readonly InstanceId[],
  outcome: Outcome,
): Promise<void> {
  const at = world.now();
  const events = instances.map((instance) => ({
    kind: "ended" as const,
    instance: idOf(instance),
    at,
    outcome,
  }));
  if (events.length > 0) await world.queues.observe.send(events);
}

/** Everything of an execution that holds capacity is told to stop; what the backend proves not to run is ended at once. */
async function stop(world: World, executionId: string): Promise<void> {
  const item = await world.store.get(keys.execution(executionId));
  if (item === undefined || isOver(read.execution(item))) return;
  const outcome = read.execution(item).stop?.outcome ?? {
    kind: "cancelled",
    by: "zoe",
    reason: "Its work is over.",
  };
  const execution = read.execution(item);
  for (const placement of await readPlacements(world, execution)) {
    const mayLeave = placement.run === "worker" && isLeaving(world, execution);
    if (placement.live > 0) await stopPlacement(world, placement, outcome, mayLeave);
  }
}

/** When all tasks are done a worker is told so, and has so long to finish what it does. */
const LEAVING_SECONDS = 600;

function isLeaving({ now }: World, { stop, endingAt = 0 }: Execution): boolean {
  return stop === undefined && now() < endingAt + LEAVING_SECONDS * 1000;
}

const WOUND_UP: Outcome = {
  ...{ kind: "cancelled", by: "zoe" },
  reason: "Its gang is over: another node has ended.",
};

/** What still runs of a gang whose generation is over is told to stop. */
async function windUp(world: World, executionId: string, gang: string): Promise<void> {
  const item = await world.store.get(keys.placement(executionId, gang));
  if (item && isWindingUp(read.placement(item)))
    await stopPlacement(world, read.placement(item), WOUND_UP);
}

async function stopPlacement(
  world: World,
  placement: Placement,
  outcome: Outcome,
  mayLeave = false,
): Promise<void> {
  const backend = world.backends.find(({ name }) => name === placement.backend);
  const live = await liveInstances(world, placement);
  if (backend === undefined || live.length === 0) return;
  const looks = await backend.look(live.map(idOf));
  const looking = (...kinds: readonly InstanceLook["kind"][]) =>
    live.filter((_, position) => kinds.includes(looks[position]?.kind ?? "unknown"));
  const running = looking("running", "unknown").filter(
    ({ state }) => !(mayLeave && state === "running"),
  );
  await backend.stop(running.map(idOf), outcome);
  // At once: their ends are on the way, and each note in between would make the events of all look again.
  await Promise.all(running.map((instance) => note(world, instance, "stopping")));
  await observeEnd(world, looking("gone"), outcome);
  await observeEnds(world, live, looks);
}

/** Their own events may have been lost. */
async function observeEnds(
  world: World,
  instances: readonly InstanceId[],
  looks: readonly InstanceLook[],
): Promise<void> {
  const at = world.now();
  const events = instances.flatMap((instance, position): InstanceEvent[] => {
    const look = looks[position];
    if (look?.kind !== "ended") return [];
    return [{ ...look, instance: idOf(instance), at }];
  });
  if (events.length > 0) await world.queues.observe.send(events);
}
