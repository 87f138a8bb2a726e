// Stops an execution at any stage, in any state, as often as asked. What runs is stopped by launch.ts, and ends through observe.ts.

import type { Move } from "#shared/event.ts";
import {
  type Execution,
  type ExecutionState,
  type StopRequest,
  transition,
} from "#shared/execution.ts";
import type { Outcome } from "#shared/instance.ts";
import { endedFrom, endingActions, finish, stopActions } from "./finish.ts";
import { executionItem, keys, movesItem, read, type Waiting } from "./records.ts";
import type { Action, Item } from "./store.ts";
import { readPlacements } from "./view.ts";
import type { World } from "./world.ts";

export interface CancelRequest {
  readonly by: string;
  readonly reason?: string;
  /** What it ends as; `cancelled` unless its time is up or a limit was passed. */
  readonly outcome?: Outcome;
  /** Nothing happens to an execution that has left this state meanwhile. */
  readonly onlyIn?: ExecutionState;
}

const TRIES = 10;

/** The execution as it then is; undefined when there is none. Stopping what has ended changes nothing. */
export async function cancel(
  world: World,
  executionId: string,
  request: CancelRequest,
): Promise<Execution | undefined> {
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const item = await world.store.get(keys.execution(executionId));
    if (item === undefined) return undefined;
    const execution = read.execution(item);
    if (execution.state === "ended" || execution.stop !== undefined)
      return repeat(world, execution);
    if (request.onlyIn !== undefined && execution.state !== request.onlyIn) return execution;
    const stopped =
      execution.state === "queued"
        ? endQueued(world, item, request)
        : [...mark(world, item, request), ...stopActions(await readPlacements(world, execution))];
    const reply = await world.store.transact(stopped);
    if (reply.kind === "committed") return follow(world, execution);
  }
  throw new Error(`Execution ${executionId} moved ${TRIES} times while it was being stopped.`);
}

/** Asked again: the stop is sent again too, in case the first was lost. */
async function repeat(world: World, execution: Execution): Promise<Execution> {
  if (execution.state === "ended") return execution;
  await world.queues.launch.send([{ kind: "stop", executionId: execution.id }]);
  return execution;
}

function outcomeOf({ by, reason, outcome }: CancelRequest): Outcome {
  return outcome ?? { kind: "cancelled", by, ...(reason !== undefined && { reason }) };
}

/** Nothing runs yet: it leaves the waiting list and ends at once. */
function endQueued(world: World, item: Item, request: CancelRequest): Action[] {
  const execution = read.execution(item);
  const outcome = outcomeOf(request);
  const ended = endedFrom(world, execution, outcome);
  if (ended === undefined) return [];
  return [
    { kind: "put", item: executionItem(ended), condition: { version: item.version } },
    { kind: "delete", key: keys.waiting(rowOf(execution)) },
    ...endingActions(world, execution, outcome),
  ];
}

export function rowOf(execution: Execution): Omit<Waiting, "asks" | "zapp"> {
  const { id: executionId, tenant, user, priority, createdAt } = execution;
  return { executionId, tenant, user, priority, createdAt };
}

function mark(world: World, item: Item, request: CancelRequest): Action[] {
  const execution = read.execution(item);
  const now = world.now();
  const stop: StopRequest = { at: now, by: request.by, outcome: outcomeOf(request) };
  const ending = transition(execution, "ending", { stop }) ?? { ...execution, stop };
  const move: Move = {
    ...{ at: now, of: "execution", from: execution.state, to: "ending", by: request.by },
    ...(request.reason !== undefined && { text: request.reason }),
  };
  return [
    { kind: "put", item: executionItem(ending), condition: { version: item.version } },
    { kind: "put", item: movesItem(execution.id, now, world.newId("mov"), [move]) },
  ];
}

/** Of one that waited nothing runs; but a pool may have been kept for it, and another is now first in line. */
async function follow(
  world: World,
  { id: executionId, state, isAwaited }: Execution,
): Promise<Execution | undefined> {
  if (state === "queued") {
    await world.queues.decide.send([{}]);
    if (isAwaited) await world.queues.tick.send([{ executionId }]);
  } else {
    await world.queues.launch.send([{ kind: "stop", executionId }]);
    await finish(world, executionId);
  }
  const item = await world.store.get(keys.execution(executionId));
  return item && read.execution(item);
}
