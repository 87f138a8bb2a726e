// Executions that wait for others: who ends lets go of those that waited for it. A row for each leads from the one that is awaited to the one that
// waits; should its end wake nobody, a due record of the awaited one does (sweep.ts).
import { isMetBy, whyNeverMet } from "#shared/after.ts";
import { type Execution, isOver } from "#shared/execution.ts";
import { VisibleError } from "#shared/fault.ts";
import type { Principal } from "#shared/principal.ts";
import type { Submission } from "#shared/submission.ts";
import { cancel } from "./cancel.ts";
import { lookLater } from "./due.ts";
import { waitingAs } from "./enqueue.ts";
import { maySee } from "./permissions.ts";
import { executionItem, keys, read } from "./records.ts";
import type { Action, Item } from "./store.ts";
import { readExecution, readSpec } from "./view.ts";
import type { World } from "./world.ts";

/** What is awaited must be there, and be the caller's to see. */
export async function demandAfter(
  world: World,
  principal: Principal,
  { after = [] }: Submission,
): Promise<void> {
  const found = await Promise.all(after.map(({ execution }) => readExecution(world, execution)));
  const faults = found.flatMap((execution, at) => {
    const isThere = execution !== undefined && execution.tenant === principal.tenant;
    if (isThere && maySee(principal, execution)) return [];
    const detail = `There is no execution ${after[at]?.execution} that this one could come after.`;
    return [{ pointer: `/after/${at}/execution`, detail }];
  });
  const [first] = faults;
  if (first !== undefined) throw new VisibleError("invalid", first.detail, faults);
}

/** So that their ends wake those that wait. Before anything is stored: one mark too many does no harm. */
export async function markAwaited(world: World, { after = [] }: Submission): Promise<void> {
  for (const { execution } of after)
    for (let attempt = 1; attempt <= TRIES; attempt++) if (await isMarked(world, execution)) break;
}

async function isMarked(world: World, id: string): Promise<boolean> {
  const item = await world.store.get(keys.execution(id));
  const execution = item && read.execution(item);
  if (item === undefined || execution === undefined) return true;
  if (isOver(execution) || execution.isAwaited) return true;
  const marked = executionItem({ ...execution, isAwaited: true });
  const condition = { version: item.version };
  return (
    (await world.store.transact([{ kind: "put", item: marked, condition }])).kind === "committed"
  );
}

/** Stored with the one that waits. */
export function afterActions(world: World, { id, after = [] }: Execution): Action[] {
  const awaited = new Set(after.map(({ execution }) => execution));
  return [...awaited].flatMap((execution): Action[] => [
    { kind: "put", item: { ...keys.after(execution, id), value: { executionId: id } } },
    { kind: "put", item: lookLater(world, execution, "after") },
  ]);
}

/** Those among them that have ended already, maybe since they were looked at. */
export async function releaseFrom(world: World, { after = [] }: Execution): Promise<void> {
  for (const { execution } of after) await release(world, execution);
}

const PAGE = 100;

/** Lets go of all that waited for this one, if it is over; answers whether it is. */
export async function release(world: World, executionId: string): Promise<boolean> {
  const execution = await readExecution(world, executionId);
  if (execution !== undefined && !isOver(execution)) return false;
  let cursor: string | undefined;
  do {
    const { pk } = keys.after(executionId, "");
    const page = await world.store.query({ pk, limit: PAGE, ...(cursor && { cursor }) });
    for (const { value } of page.items)
      await letGo(world, String(value.executionId), executionId, execution);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return true;
}

const TRIES = 10;

/** Who loses every race is found again by the due record. */
async function letGo(
  world: World,
  id: string,
  awaited: string,
  ended: Execution | undefined,
): Promise<void> {
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const item = await world.store.get(keys.execution(id));
    if (await hasLetGo(world, item, id, awaited, ended)) return;
  }
}

async function hasLetGo(
  world: World,
  item: Item | undefined,
  id: string,
  awaited: string,
  ended: Execution | undefined,
): Promise<boolean> {
  const row: Action = { kind: "delete", key: keys.after(awaited, id) };
  const waiting = item && read.execution(item);
  if (item === undefined || waiting?.state !== "queued")
    return (await world.store.transact([row])).kind === "committed";
  const entries = (waiting.after ?? []).filter(({ execution }) => execution === awaited);
  const never = entries.find(({ when }) => !isMetBy(when, ended?.outcome));
  if (never !== undefined) {
    const reason = whyNeverMet(never, ended?.outcome);
    await cancel(world, id, { by: "zoe", reason });
    return (await world.store.transact([row])).kind === "committed";
  }
  const after = (waiting.after ?? []).map((entry) =>
    entry.execution === awaited ? { ...entry, met: true as const } : entry,
  );
  const spec = await readSpec(world, id);
  if (spec === undefined) return false;
  const { execution, actions } = waitingAs(world, { ...waiting, after }, spec.zapp);
  const reply = await world.store.transact([
    { kind: "put", item: executionItem(execution), condition: { version: item.version } },
    row,
    ...actions,
  ]);
  if (reply.kind !== "committed") return false;
  await world.queues.decide.send([{ executionId: id }]);
  // Its tasks may have come meanwhile, and been passed over.
  if (execution.queues.length > 0) await world.queues.tick.send([{ executionId: id }]);
  return true;
}
