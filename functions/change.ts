// Changes a living execution: its priority, its time, how many workers it may have, whether it drains.
import type { Execution } from "#shared/execution.ts";
import { VisibleError } from "#shared/fault.ts";
import { rowOf } from "./cancel.ts";
import { dueItem, executionItem, keys, read } from "./records.ts";
import type { Action, Item } from "./store.ts";
import type { World } from "./world.ts";

export interface Change {
  readonly priority?: number;
  readonly maxTimeSeconds?: number;
  readonly draining?: boolean;
}

const TRIES = 10;

export async function change(
  world: World,
  executionId: string,
  wanted: Change,
): Promise<Execution> {
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const item = await world.store.get(keys.execution(executionId));
    if (item === undefined)
      throw new VisibleError("notFound", `There is no execution ${executionId}.`);
    const before = read.execution(item);
    if (before.state === "ended") {
      throw new VisibleError(
        "conflict",
        `Execution ${executionId} has ended: nothing of it can be changed.`,
      );
    }
    const after: Execution = { ...before, ...wanted };
    const reply = await world.store.transact([
      { kind: "put", item: executionItem(after), condition: { version: item.version } },
      ...(await moveRow(world, before, after)),
      ...(await rerank(world, before, after)),
      ...timeLimit(after, wanted),
    ]);
    if (reply.kind === "committed") return follow(world, after);
  }
  throw new VisibleError("unavailable", `Execution ${executionId} moves too fast: try again.`);
}

async function follow(world: World, execution: Execution): Promise<Execution> {
  await world.queues.decide.send([{ executionId: execution.id }]);
  await world.queues.tick.send([{ executionId: execution.id }]);
  return execution;
}

/** Its place in the waiting list carries its priority. */
async function moveRow(world: World, before: Execution, after: Execution): Promise<Action[]> {
  if (before.priority === after.priority) return [];
  const row: Item | undefined = await world.store.get(keys.waiting(rowOf(before)));
  if (row === undefined) return [];
  const value = { ...row.value, priority: after.priority };
  return [
    { kind: "delete", key: keys.waiting(rowOf(before)), condition: { version: row.version } },
    { kind: "put", item: { ...keys.waiting(rowOf(after)), value } },
  ];
}

async function rerank(world: World, before: Execution, after: Execution): Promise<Action[]> {
  if (before.priority === after.priority || before.state === "queued") return [];
  const { id, services, priority } = after;
  const items = await world.store.getMany(services.map((service) => keys.placement(id, service)));
  return items.flatMap((item): Action[] =>
    item === undefined
      ? []
      : [{ kind: "update", key: item, set: { priority }, condition: { exists: true } }],
  );
}

function timeLimit({ id, startedAt }: Execution, { maxTimeSeconds }: Change): Action[] {
  if (maxTimeSeconds === undefined || startedAt === undefined) return [];
  const at = startedAt + maxTimeSeconds * 1000;
  return [{ kind: "put", item: dueItem({ executionId: id, kind: "time", at }) }];
}
