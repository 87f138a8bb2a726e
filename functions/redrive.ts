// Lets dead letters of a living execution wait again. One that was about to end meanwhile looks at its queues once more; one that has just ended goes on.
import { executionItem, keys, read } from "./records.ts";
import { retry } from "./retry.ts";
import type { QueueRef } from "./task-queues.ts";
import type { World } from "./world.ts";

const TRIES = 10;

/** Answers how many; all of them, or those of `tasks`. */
export async function redrive(
  world: World,
  ref: QueueRef,
  by: string,
  tasks?: readonly string[],
): Promise<number> {
  const count = await world.tasks.redrive(ref, tasks);
  if (count === 0) return 0;
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    if (await keepGoing(world, ref.executionId, by)) break;
  }
  await world.queues.tick.send([{ executionId: ref.executionId }]);
  return count;
}

/**
 * Whoever had looked at the counts before, to end the execution (finish.ts), finds it changed and looks again. False when somebody
 * moved first.
 */
async function keepGoing(world: World, executionId: string, by: string): Promise<boolean> {
  const item = await world.store.get(keys.execution(executionId));
  if (item === undefined) return true;
  const execution = read.execution(item);
  if (execution.state === "ended") {
    const hadEnough =
      execution.outcome?.kind === "succeeded" || execution.outcome?.kind === "failed";
    if (hadEnough) await retry(world, executionId, by);
    return true;
  }
  const reply = await world.store.transact([
    { kind: "put", item: executionItem(execution), condition: { version: item.version } },
  ]);
  return reply.kind === "committed";
}
