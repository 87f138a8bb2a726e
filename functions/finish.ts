// Brings an execution to its end when its rule holds: placements leave what is held, and its retention begins. Safe to call at any time.

import type { Move } from "#shared/event.ts";
import { type Execution, transition } from "#shared/execution.ts";
import type { Outcome } from "#shared/instance.ts";
import type { Placement } from "#shared/placement.ts";
import { asJson, dueItem, executionItem, keys, movesItem, read } from "./records.ts";
import { settle, usedBy } from "./settle.ts";
import type { Action } from "./store.ts";
import type { QueueCounts } from "./task-queues.ts";
import { usageItem } from "./usage.ts";
import { readPlacements } from "./view.ts";
import type { World } from "./world.ts";

export const DAY_MS = 86_400_000;
const TRIES = 6;

/** An execution as it was read or just written, and its placements with it. */
export interface Seen {
  readonly execution: Execution;
  readonly version: number;
  readonly placements: readonly Placement[];
}

/** Answers whether the execution is over now. */
export async function finish(world: World, executionId: string): Promise<boolean> {
  const isOver = await finishSeen(world, executionId, await look(world, executionId));
  if (isOver) await world.queues.decide.send([{}]);
  return isOver;
}

/** `seen` serves the first try; who loses a race looks again. Wakes nobody: what freed the capacity has. */
export async function finishSeen(
  world: World,
  executionId: string,
  seen: Seen | undefined,
): Promise<boolean> {
  let latest = seen;
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    if (latest === undefined) return true;
    const isOver = await finishOnce(world, latest);
    if (isOver !== undefined) return isOver;
    latest = await look(world, executionId);
  }
  return false;
}

async function look(world: World, executionId: string): Promise<Seen | undefined> {
  const item = await world.store.get(keys.execution(executionId));
  if (item === undefined) return undefined;
  const execution = read.execution(item);
  return { execution, version: item.version, placements: await readPlacements(world, execution) };
}

/** Undefined when somebody moved first. */
async function finishOnce(world: World, seen: Seen): Promise<boolean | undefined> {
  const { execution, placements } = seen;
  if (execution.state === "ended") return true;
  if (placements.length === 0) return false;
  const queues = await countAll(world, execution);
  const settlement = settle(execution, placements, queues);
  if (settlement.kind !== "goesOn" && !same(queues, await countAll(world, execution)))
    return undefined;
  switch (settlement.kind) {
    case "goesOn":
      return false;
    case "ended":
      return (await end(world, seen, settlement.outcome)) ? true : undefined;
    case "ending":
      if (execution.state === "ending") return false;
      return (await beginEnding(world, seen, settlement.stop)) ? false : undefined;
  }
}

type Counts = Readonly<Record<string, QueueCounts>>;

async function countAll(world: World, { id, queues }: Execution): Promise<Counts> {
  const counts: Record<string, QueueCounts> = {};
  for (const queue of queues) {
    const found = await world.tasks.counts({ executionId: id, queue });
    if (found !== undefined) counts[queue] = found;
  }
  return counts;
}

/** Counts only grow: those that are the same twice were so at one moment, whatever is routed between them. */
function same(first: Counts, second: Counts): boolean {
  return Object.entries(first).every(
    ([queue, { put, done }]) => second[queue]?.put === put && second[queue].done === done,
  );
}

/** Nothing of it is to start any more. */
export function stopActions(placements: readonly Placement[]): Action[] {
  return placements.map(({ executionId, service }) => ({
    kind: "update",
    key: keys.placement(executionId, service),
    set: { stopped: true },
  }));
}

async function beginEnding(
  world: World,
  { execution, version, placements }: Seen,
  stop: boolean,
): Promise<boolean> {
  const ending = transition(execution, "ending", { endingAt: world.now() });
  if (ending === undefined) return false;
  const moves: Move[] = [{ at: world.now(), of: "execution", from: execution.state, to: "ending" }];
  const reply = await world.store.transact([
    { kind: "put", item: executionItem(ending), condition: { version } },
    { kind: "put", item: movesItem(execution.id, world.now(), world.newId("mov"), moves) },
    ...stopActions(placements),
  ]);
  if (reply.kind !== "committed") return false;
  if (stop) await world.queues.launch.send([{ kind: "stop", executionId: execution.id }]);
  return true;
}

async function end(
  world: World,
  { execution: before, version, placements }: Seen,
  outcome: Outcome,
): Promise<boolean> {
  const used = usedBy(placements);
  const ended = endedFrom(world, before, outcome, { used });
  if (ended === undefined) return true;
  const reply = await world.store.transact([
    { kind: "put", item: executionItem(ended), condition: { version } },
    { kind: "put", item: usageItem(ended, used, ended.endedAt ?? world.now()) },
    ...placements.flatMap(retire),
    ...endingActions(world, before, outcome),
  ]);
  if (reply.kind !== "committed") return false;
  // Those that waited for it are let go there.
  if (before.isAwaited) await world.queues.tick.send([{ executionId: before.id }]);
  return true;
}

export function endedFrom(
  world: World,
  execution: Execution,
  outcome: Outcome,
  change: Partial<Execution> = {},
): Execution | undefined {
  const { waiting: _reason, ...rest } = execution;
  return transition(rest, "ended", { ...change, outcome, endedAt: world.now() });
}

/** The move, and the day on which all of it is forgotten. */
export function endingActions(world: World, execution: Execution, outcome: Outcome): Action[] {
  const now = world.now();
  const move: Move = { at: now, of: "execution", from: execution.state, to: "ended", outcome };
  const at = now + world.settings.retentionDays * DAY_MS;
  return [
    { kind: "put", item: movesItem(execution.id, now, world.newId("mov"), [move]) },
    { kind: "put", item: dueItem({ executionId: execution.id, kind: "forget", at }) },
  ];
}

/** Out of what is held, on condition that nothing of it is live; kept with the execution. */
function retire(placement: Placement): Action[] {
  const { executionId, service } = placement;
  const condition = { equals: { live: 0, retrying: placement.retrying, next: placement.next } };
  return [
    { kind: "delete", key: keys.placement(executionId, service), condition },
    {
      kind: "put",
      item: { ...keys.endedPlacement(executionId, service), value: asJson(placement) },
    },
  ];
}
