// What people and programs read of executions: pages newest first, counts, histories. Nothing here changes anything.
import type { Move } from "#shared/event.ts";
import type { Execution, ExecutionState } from "#shared/execution.ts";
import type { InstanceState } from "#shared/instance.ts";
import type { Placement } from "#shared/placement.ts";
import { allInstances, Items } from "./instances.ts";
import { idOfNumber } from "./numbers.ts";
import { type Instance, keys, listingPartition, read, type Spec, shards } from "./records.ts";
import type { QueueCounts } from "./task-queues.ts";
import type { World } from "./world.ts";

export interface ExecutionView {
  readonly execution: Execution;
  readonly placements: readonly Placement[];
  readonly queues: Readonly<Record<string, QueueCounts>>;
}

export interface ExecutionFilter {
  readonly tenant: string;
  readonly user?: string;
  readonly state?: ExecutionState;
  readonly zapp?: string;
  readonly name?: string;
  readonly number?: number;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string;
}

export async function readExecution(world: World, id: string): Promise<Execution | undefined> {
  const item = await world.store.get(keys.execution(id));
  return item && read.execution(item);
}

export async function readSpec(world: World, id: string): Promise<Spec | undefined> {
  const item = await world.store.get(keys.spec(id));
  return item && read.spec(item);
}

/** Of a queued execution there are none. */
export async function readPlacements(world: World, execution: Execution): Promise<Placement[]> {
  const isOver = execution.state === "ended";
  const wanted = execution.services.map((service) =>
    isOver ? keys.endedPlacement(execution.id, service) : keys.placement(execution.id, service),
  );
  const items = await Items.read(world, wanted);
  return wanted.flatMap((key) => {
    const item = items.get(key);
    return item === undefined ? [] : [read.placement(item)];
  });
}

export async function readView(world: World, id: string): Promise<ExecutionView | undefined> {
  const execution = await readExecution(world, id);
  if (execution === undefined) return undefined;
  const queues: Record<string, QueueCounts> = {};
  for (const queue of execution.queues) {
    const counts = await world.tasks.counts({ executionId: id, queue });
    if (counts !== undefined) queues[queue] = counts;
  }
  return { execution, placements: await readPlacements(world, execution), queues };
}

/** Rows looked at for one page at most; a filter that matches little answers a short page and a cursor. */
const MOST_SCANNED = 2000;

/** Newest first. The cursor is the last id looked at, so that it holds while new ones come. */
export async function listExecutions(
  world: World,
  filter: ExecutionFilter,
  page: PageRequest,
): Promise<{ executions: Execution[]; cursor?: string }> {
  if (filter.number !== undefined) return { executions: await numbered(world, filter) };
  const found: Execution[] = [];
  let before = page.cursor;
  for (let scanned = 0; scanned < MOST_SCANNED; ) {
    const rows = await newestBefore(world, filter, before, page.limit);
    for (const execution of rows) {
      scanned++;
      before = execution.id;
      if (matches(execution, filter)) found.push(execution);
      if (found.length === page.limit) return { executions: found, cursor: before };
    }
    if (rows.length < page.limit) return { executions: found };
  }
  return { executions: found, ...(before !== undefined && { cursor: before }) };
}

async function numbered(world: World, filter: ExecutionFilter): Promise<Execution[]> {
  const id = await idOfNumber(world, filter.tenant, filter.number ?? 0);
  const execution = id === undefined ? undefined : await readExecution(world, id);
  return execution !== undefined && matches(execution, filter) ? [execution] : [];
}

/** The listing is spread over shards whose ids all sort by time: their heads together hold the newest. */
async function newestBefore(
  world: World,
  { tenant, state }: ExecutionFilter,
  before: string | undefined,
  limit: number,
): Promise<Execution[]> {
  const index = state === undefined ? "byTenant" : "byState";
  const pages = await Promise.all(
    shards.map((shard) =>
      world.store.queryIndex(index, {
        ...{ pk: listingPartition(tenant, shard, state), reverse: true, limit },
        ...(before !== undefined && { to: before }),
      }),
    ),
  );
  const rows = pages.flatMap(({ items }) => items.map(read.execution));
  return rows.sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, limit);
}

function matches(execution: Execution, filter: ExecutionFilter): boolean {
  const { user, state, zapp, name, labels = {} } = filter;
  return (
    (user === undefined || execution.user === user) &&
    (state === undefined || execution.state === state) &&
    (zapp === undefined || execution.zapp === zapp) &&
    (name === undefined || execution.name === name) &&
    Object.entries(labels).every(([label, value]) => execution.labels[label] === value)
  );
}

export interface InstanceFilter {
  readonly service?: string;
  readonly state?: InstanceState;
  readonly outcome?: string;
  readonly label?: string;
}

/** In order of service and index; the latest generation of each. `counts` are of all, per state. */
export async function listInstances(
  world: World,
  id: string,
  filter: InstanceFilter,
  page: PageRequest,
): Promise<{ instances: Instance[]; counts: Record<string, number>; cursor?: string }> {
  const view = await readExecution(world, id);
  const placements = view === undefined ? [] : await readPlacements(world, view);
  const all = (
    await Promise.all(placements.map((placement) => allInstances(world, placement)))
  ).flat();
  const counts: Record<string, number> = {};
  for (const { state, outcome } of all) {
    const name = outcome?.kind ?? state;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  const matching = all.filter(
    (instance) =>
      (filter.service === undefined || instance.service === filter.service) &&
      (filter.state === undefined || instance.state === filter.state) &&
      (filter.outcome === undefined || instance.outcome?.kind === filter.outcome) &&
      (filter.label === undefined || instance.label === filter.label),
  );
  const from = Number(page.cursor ?? 0);
  const instances = matching.slice(from, from + page.limit);
  const isMore = from + page.limit < matching.length;
  return { instances, counts, ...(isMore && { cursor: String(from + page.limit) }) };
}

/** Oldest first, as stored. */
export async function listMoves(
  world: World,
  id: string,
  page: PageRequest,
): Promise<{ moves: Move[]; cursor?: string }> {
  const { items, cursor } = await world.store.query({
    ...{ pk: `moves#${id}`, limit: page.limit },
    ...(page.cursor !== undefined && { cursor: page.cursor }),
  });
  return { moves: items.flatMap(read.moves), ...(cursor !== undefined && { cursor }) };
}
