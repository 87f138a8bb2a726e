// What is noted of an instance beside its events: that its backend was asked, did not answer, or was told to stop it.
import type { Move } from "#shared/event.ts";
import { type InstanceId, instanceName, transition } from "#shared/instance.ts";
import { idOf } from "./instances.ts";
import { type Instance, instanceItem, keys, movesItem, read } from "./records.ts";
import type { World } from "./world.ts";

/** What the backend answered, or was told; the table lets nothing be written over what an event has already said. */
export async function note(
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
