// Puts a queued execution into the waiting list, or says that it waits for its first task. The scheduler finds it there (scheduler/snapshot.ts).
import { isHeldBack, whyHeldBack } from "#shared/after.ts";
import type { Execution } from "#shared/execution.ts";
import type { Zapp } from "#shared/zapp.ts";
import { rowOf } from "./cancel.ts";
import { asJson, executionItem, keys, read } from "./records.ts";
import { asksOf, isStartable } from "./scheduler/asks.ts";
import type { Action } from "./store.ts";
import type { World } from "./world.ts";

const NO_TASKS = {
  code: "noTasks",
  text: "It waits for a first task: its queues are empty.",
  help: "Put tasks into its queue, or close it.",
};

type Wanted = ReadonlyMap<string, number>;

/** The execution as it waits; its row, when there is something to start, and its user's in the list of those who wait. */
export function waitingAs(
  world: World,
  execution: Execution,
  zapp: Zapp,
  wanted: Wanted = new Map(),
): { readonly execution: Execution; readonly actions: readonly Action[] } {
  const { waiting: _reason, ...untold } = execution;
  if (isHeldBack(execution))
    return { execution: { ...untold, waiting: whyHeldBack(execution.after ?? []) }, actions: [] };
  const asks = asksOf(zapp, world.backends, wanted);
  if (!isStartable(asks)) return { execution: { ...untold, waiting: NO_TASKS }, actions: [] };
  const row = rowOf(execution);
  const { tenant, user } = execution;
  const value = asJson({ ...row, zapp: execution.zapp, asks });
  // Of this write alone: an execution that is run again comes by here twice.
  const share = { tenant, user, latest: world.newId("row") };
  return {
    execution: untold,
    actions: [
      { kind: "put", item: { ...keys.waiting(row), value } },
      { kind: "put", item: { ...keys.share(tenant, user), value: share } },
    ],
  };
}

/** With its first task; without one, it is told so. */
export async function enqueue(
  world: World,
  executionId: string,
  zapp: Zapp,
  wanted: Wanted,
): Promise<void> {
  const item = await world.store.get(keys.execution(executionId));
  if (item === undefined || read.execution(item).state !== "queued") return;
  const before = read.execution(item);
  const { execution, actions } = waitingAs(world, before, zapp, wanted);
  if (actions.length === 0 && before.waiting?.code === execution.waiting?.code) return;
  const reply = await world.store.transact([
    { kind: "put", item: executionItem(execution), condition: { version: item.version } },
    ...actions,
  ]);
  if (reply.kind === "committed" && actions.length > 0)
    await world.queues.decide.send([{ executionId }]);
}
