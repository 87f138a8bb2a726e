// What there is right now, counted for /metrics: bounded looks at the store, so that a full control plane is no dearer to watch than an empty one.
import { EXECUTION_STATES, type ExecutionState } from "#shared/execution.ts";
import { held, NOTHING, type Placement, plus } from "#shared/placement.ts";
import type { Amount } from "#shared/pool.ts";
import { keys, listingPartition, read, shards } from "./records.ts";
import { queryAll } from "./scheduler/snapshot.ts";
import type { QueueCounts } from "./task-queues.ts";
import type { World } from "./world.ts";

export interface Census {
  /** Of living executions; each count stops at `MOST_COUNTED` per tenant and shard. */
  readonly executions: Readonly<Record<string, number>>;
  readonly held: Amount;
  readonly queues: readonly { executionId: string; queue: string; counts: QueueCounts }[];
  /** Times that the scheduler took its lease: its cycles. */
  readonly cycles: number;
}

const MOST_COUNTED = 1000;
const MOST_TENANTS = 100;
const MOST_QUEUES = 100;
const LIVING = EXECUTION_STATES.filter((state) => state !== "ended");

export async function takeCensus(world: World): Promise<Census> {
  const tenants = await world.store.query({ pk: "tenants", limit: MOST_TENANTS });
  const names = tenants.items.map(({ sk }) => sk);
  const lists = await Promise.all(shards.map((shard) => queryAll(world, { pk: `held#${shard}` })));
  const placements = lists.flat().map(read.placement);
  const lease = await world.store.get(keys.schedulerLease);
  return {
    executions: Object.fromEntries(
      await Promise.all(LIVING.map(async (state) => [state, await countIn(world, names, state)])),
    ),
    held: placements.reduce((sum, placement) => plus(sum, held(placement)), NOTHING),
    queues: await queuesOf(world, placements),
    cycles: Number(lease?.value.epoch ?? 0),
  };
}

async function countIn(
  world: World,
  tenants: readonly string[],
  state: ExecutionState,
): Promise<number> {
  const partitions = tenants.flatMap((tenant) =>
    shards.map((shard) => listingPartition(tenant, shard, state)),
  );
  const pages = await Promise.all(
    partitions.map((pk) => world.store.queryIndex("byState", { pk, limit: MOST_COUNTED })),
  );
  return pages.reduce((sum, { items }) => sum + items.length, 0);
}

async function queuesOf(world: World, placements: readonly Placement[]): Promise<Census["queues"]> {
  const ids = new Set(
    placements.filter(({ run }) => run === "worker").map((one) => one.executionId),
  );
  const found: { executionId: string; queue: string; counts: QueueCounts }[] = [];
  for (const executionId of [...ids].slice(0, MOST_QUEUES)) {
    const item = await world.store.get(keys.execution(executionId));
    for (const queue of item ? read.execution(item).queues : []) {
      const counts = await world.tasks.counts({ executionId, queue });
      if (counts && found.length < MOST_QUEUES) found.push({ executionId, queue, counts });
    }
  }
  return found;
}
