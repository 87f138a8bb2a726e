// One picture of what waits and what is held, bounded however long the waiting list is: the heads of each user's list, and all placements.

import { keys, read, shards, type Waiting, waitingPartition } from "#functions/records.ts";
import type { Item, Page, Query } from "#functions/store.ts";
import type { World } from "#functions/world.ts";
import type { Placement } from "#shared/placement.ts";
import type { Amount } from "#shared/pool.ts";
import type { Quota } from "#shared/quota.ts";
import { rank } from "./order.ts";

export interface Pool {
  readonly name: string;
  readonly capacity: Amount;
}

export interface Snapshot {
  readonly now: number;
  /** The heads of every user's waiting list, first come first. */
  readonly waiting: readonly Waiting[];
  readonly placements: readonly Placement[];
  readonly pools: readonly Pool[];
  /** By account: `tenant:NAME`, `user:TENANT#NAME`. */
  readonly quotas: ReadonlyMap<string, Quota>;
  readonly patienceSeconds: number;
  readonly placedPerCycle: number;
  /** Users, as `TENANT#USER`, of whose line only the first were seen. */
  readonly partial: ReadonlySet<string>;
}

/** A list of users with something waiting; `latest`, the mark of its last write, lets an emptied entry be taken out without a race. */
interface Share {
  readonly tenant: string;
  readonly user: string;
  readonly latest?: string;
}

interface Heads {
  readonly heads: readonly Waiting[];
  readonly isPartial: boolean;
}

/** So many users look into their lines as far as the setting says. */
const SHARED_BY = 4;

export async function takeSnapshot(world: World): Promise<Snapshot> {
  const [shares, placements] = await Promise.all([readShares(world), readPlacements(world)]);
  const deep = rowsPerShard(world, shares.length);
  const lines = await Promise.all(shares.map((share) => readHeads(world, share, deep)));
  const waiting = lines.flatMap((line) => line.heads);
  const owners = [...waiting, ...placements];
  return {
    now: world.now(),
    waiting: waiting.sort(rank),
    placements,
    pools: world.backends.map(({ name, capabilities }) => ({
      name,
      capacity: capabilities.capacity,
    })),
    quotas: await readQuotas(world, owners),
    patienceSeconds: world.settings.patienceSeconds,
    placedPerCycle: world.settings.placedPerCycle,
    partial: new Set(lines.flatMap((line, n) => (line.isPartial ? (shares[n]?.sk ?? []) : []))),
  };
}

/** Every page of a query; only for lists that are bounded by what can run. */
export async function queryAll(world: World, query: Omit<Query, "limit">): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await world.store.query({ ...query, limit: 1000, ...(cursor && { cursor }) });
    items.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return items;
}

async function readShares(world: World): Promise<Item[]> {
  return queryAll(world, { pk: "shares" });
}

async function readPlacements(world: World): Promise<Placement[]> {
  const lists = await Promise.all(shards.map((shard) => queryAll(world, { pk: `held#${shard}` })));
  return lists.flat().map(read.placement);
}

/**
 * The first of a user's line. Each shard is read a little way; what lies behind the end of one that goes on is left out, so that
 * nobody is seen before somebody in front of him.
 */
async function readHeads(world: World, item: Item, limit: number): Promise<Heads> {
  const share = item.value as unknown as Share;
  const pages = await Promise.all(
    shards.map((shard) => firstPage(world, waitingPartition(share, shard), limit)),
  );
  const rows = pages.flatMap((page) => page.items);
  if (rows.length === 0) await forgetShare(world, item);
  const ends = pages.flatMap(({ cursor, items }) =>
    cursor === undefined ? [] : (items.at(-1)?.sk ?? []),
  );
  const [end] = ends.sort();
  const seen = end === undefined ? rows : rows.filter(({ sk }) => sk <= end);
  return { heads: seen.map(read.waiting), isPartial: end !== undefined };
}

/** The fewer users wait, the deeper each line is looked into: the picture stays as large, and a long line of one user needs fewer looks. */
function rowsPerShard({ settings }: World, shares: number): number {
  const deeper = Math.max(1, SHARED_BY / Math.max(1, shares));
  return Math.ceil((settings.headsPerShare * deeper) / shards.length);
}

/** A page may be empty, and yet there is more. */
async function firstPage(world: World, pk: string, limit: number): Promise<Page> {
  let page = await world.store.query({ pk, limit });
  while (page.items.length === 0 && page.cursor !== undefined)
    page = await world.store.query({ pk, limit, cursor: page.cursor });
  return page;
}

/** Nobody of this user waits: the entry goes, unless a submission has just written it again. */
async function forgetShare(world: World, item: Item): Promise<void> {
  const { pk, sk, version, value } = item;
  // The version alone would begin anew with an entry that was deleted meanwhile, and written again.
  const condition = { version, equals: { latest: String(value.latest) } };
  await world.store.transact([{ kind: "delete", key: { pk, sk }, condition }]);
}

async function readQuotas(world: World, owners: readonly Share[]): Promise<Map<string, Quota>> {
  const accounts = new Map<string, { pk: string; sk: string }>();
  for (const { tenant, user } of owners) {
    accounts.set(`tenant:${tenant}`, keys.quota(tenant));
    accounts.set(`user:${tenant}#${user}`, keys.quota(tenant, user));
  }
  const names = [...accounts.keys()];
  const quotas = new Map<string, Quota>();
  for (let at = 0; at < names.length; at += 100) {
    const batch = names.slice(at, at + 100);
    const items = await world.store.getMany([...accounts.values()].slice(at, at + 100));
    items.forEach((item, position) => {
      const name = batch[position];
      if (item !== undefined && name !== undefined) quotas.set(name, item.value as Quota);
    });
  }
  return quotas;
}
