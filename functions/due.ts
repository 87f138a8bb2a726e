// Looks that are due: executions with queues are looked at again and again, by records that lead from one to the next until the execution ends.
import type { Execution } from "#shared/execution.ts";
import { type Due, type DueKind, dueItem, keys } from "./records.ts";
import type { Action, NewItem } from "./store.ts";
import type { World } from "./world.ts";

/** In whole slots, so that many who ask for the next look ask for the same. */
function nextLook(world: World, executionId: string, kind: DueKind): Due {
  const slot = world.settings.tickSeconds * 1000;
  return { executionId, kind, at: (Math.floor(world.now() / slot) + 2) * slot };
}

/** Begins the chain; only what has queues needs it. */
export function tickLater(world: World, { id, queues }: Execution): Action[] {
  return queues.length === 0 ? [] : [{ kind: "put", item: lookLater(world, id, "tick") }];
}

export function lookLater(world: World, executionId: string, kind: DueKind): NewItem {
  return dueItem(nextLook(world, executionId, kind));
}

/** From one look to the next: no lost message ends the chain. */
export function lookAgain(world: World, due: Due): Action[] {
  return [
    { kind: "put", item: lookLater(world, due.executionId, due.kind) },
    { kind: "delete", key: keys.due(due) },
  ];
}
