// Changes a living execution: its priority, its time, its elastic counts, whether it drains.
import type { Execution } from "#shared/execution.ts";
import { VisibleError } from "#shared/fault.ts";
import type { Zapp } from "#shared/zapp.ts";
import { rowOf } from "./cancel.ts";
import { asJson, dueItem, executionItem, keys, read } from "./records.ts";
import { type Counts, resized, resizedPlacement } from "./resize.ts";
import { asksOf } from "./scheduler/asks.ts";
import type { Action } from "./store.ts";
import type { World } from "./world.ts";

export interface Change {
  readonly priority?: number;
  readonly maxTimeSeconds?: number;
  readonly draining?: boolean;
  /** Of its elastic services, by name. */
  readonly counts?: Counts;
}

const TRIES = 10;

export async function change(
  world: World,
  executionId: string,
  { counts, ...wanted }: Change,
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
    const resize = counts && (await resizing(world, executionId, counts));
    const reply = await world.store.transact([
      { kind: "put", item: executionItem(after), condition: { version: item.version } },
      ...(resize ? [resize.action] : []),
      ...(await moveRow(world, before, after, resize?.zapp)),
      ...(await changePlacements(world, before, after, resize?.zapp)),
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

interface Resizing {
  readonly zapp: Zapp;
  readonly action: Action;
}

/** What it runs, with other counts. */
async function resizing(world: World, executionId: string, counts: Counts): Promise<Resizing> {
  const item = await world.store.get(keys.spec(executionId));
  if (item === undefined) throw new Error(`Execution ${executionId} must have a spec.`);
  const spec = read.spec(item);
  const zapp = resized(spec.zapp, counts);
  const value = asJson({ ...spec, zapp });
  const { pk, sk, version } = item;
  return { zapp, action: { kind: "put", item: { pk, sk, value }, condition: { version } } };
}

/** Its place in the waiting list carries its priority, and what it asks for. */
async function moveRow(
  world: World,
  before: Execution,
  after: Execution,
  zapp: Zapp | undefined,
): Promise<Action[]> {
  if (before.priority === after.priority && zapp === undefined) return [];
  const row = await world.store.get(keys.waiting(rowOf(before)));
  if (row === undefined) return [];
  const { asks } = read.waiting(row);
  const wanted = new Map(asks.map(({ service, want }) => [service, want]));
  const now = zapp === undefined ? asks : asksOf(zapp, world.backends, wanted);
  const value = asJson({ ...row.value, asks: now, priority: after.priority });
  const [from, to] = [keys.waiting(rowOf(before)), keys.waiting(rowOf(after))];
  if (from.sk === to.sk)
    return [{ kind: "put", item: { ...to, value }, condition: { version: row.version } }];
  return [
    { kind: "delete", key: from, condition: { version: row.version } },
    { kind: "put", item: { ...to, value } },
  ];
}

async function changePlacements(
  world: World,
  before: Execution,
  after: Execution,
  zapp: Zapp | undefined,
): Promise<Action[]> {
  if (before.state === "queued") return [];
  const { id, services, priority } = after;
  const items = await world.store.getMany(services.map((service) => keys.placement(id, service)));
  return items.flatMap((item): Action[] => {
    if (item === undefined) return [];
    const placement = read.placement(item);
    const service = zapp?.services.find(({ name }) => name === placement.service);
    const set = {
      ...(before.priority !== priority && { priority }),
      ...(service && resizedPlacement(placement, service)),
    };
    if (Object.keys(set).length === 0) return [];
    const { want, slots } = placement;
    return [
      { kind: "update", key: item, set: asJson(set), condition: { equals: { want, slots } } },
    ];
  });
}

function timeLimit({ id, startedAt }: Execution, { maxTimeSeconds }: Change): Action[] {
  if (maxTimeSeconds === undefined || startedAt === undefined) return [];
  const at = startedAt + maxTimeSeconds * 1000;
  return [{ kind: "put", item: dueItem({ executionId: id, kind: "time", at }) }];
}
