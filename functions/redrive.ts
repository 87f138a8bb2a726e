// Lets dead letters of a living execution wait again; keepGoing (retry.ts) sees to it that no end overtakes them.
import { keepGoing } from "./retry.ts";
import type { QueueRef } from "./task-queues.ts";
import type { World } from "./world.ts";

/** Answers how many; all of them, or those of `tasks`. */
export async function redrive(
  world: World,
  ref: QueueRef,
  by: string,
  tasks?: readonly string[],
): Promise<number> {
  const count = await world.tasks.redrive(ref, tasks);
  if (count > 0) await keepGoing(world, ref.executionId, by);
  return count;
}
