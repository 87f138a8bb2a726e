// Stops of instances: of a whole execution, or of a gang whose generation is over. What the backend proves not to run is ended at once.
import { type Execution, isOver } from "#shared/execution.ts";
import type { InstanceId, Outcome } from "#shared/instance.ts";
import type { Placement } from "#shared/placement.ts";
import type { InstanceEvent, InstanceLook } from "./backend.ts";
import { isWindingUp } from "./gang.ts";
import { idOf, liveInstances } from "./instances.ts";
import { note } from "./note.ts";
import { keys, read } from "./records.ts";
import { readPlacements } from "./view.ts";
import type { World } from "./world.ts";

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
export async function stop(world: World, executionId: string): Promise<void> {
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
export async function windUp(world: World, executionId: string, gang: string): Promise<void> {
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
