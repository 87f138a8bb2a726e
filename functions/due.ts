// Looks that are due: executions with queues are looked at again and again, by records that lead from one to the next until the execution ends.
import type { Execution } from "#shared/execution.ts";
import { type Due, dueItem, keys } from "./records.ts";
import type { Action } from "./store.ts";
import type { World } from "./world.ts";

/** In whole slots, so that many who ask for the next look ask for the same. */
function nextTick(world: World, executionId: string): Due {
  const slot = world.settings.tickSeconds * 1000;
  return { executionId, kind: "tick", at: (Math.floor(world.now() / slot) + 2) * slot };
}

/** Begins the chain; only what has queues needs it. */
export function tickLater(world: World, { id, queues }: Execution): Action[] {
  return queues.length === 0 ? [] : [{ kind: "put", item: dueItem(nextTick(world, id)) }];
}

/** From one look to the next: no lost message ends the chain. */
export function tickAgain(world: World, due: Due): Action[] {
  return [
    { kind: "put", item: dueItem(nextTick(world, due.executionId)) },
    { kind: "delete", key: keys.due(due) },
  ];
}
