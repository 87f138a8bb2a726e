// Quotas of tenants and users, and what they hold. The scheduler keeps to them (scheduler/ledger.ts).
import { VisibleError } from "#shared/fault.ts";
import { held, NOTHING, plus } from "#shared/placement.ts";
import type { Amount } from "#shared/pool.ts";
import type { Principal } from "#shared/principal.ts";
import type { Quota } from "#shared/quota.ts";
import { accountKeys } from "./account-records.ts";
import { demandRole, hasRole, tenantFor } from "./permissions.ts";
import { asJson, keys, read, shards } from "./records.ts";
import { endEpoch } from "./scheduler/lease.ts";
import { queryAll } from "./scheduler/snapshot.ts";
import type { NewItem } from "./store.ts";
import type { World } from "./world.ts";

const TRIES = 10;

/** Of a user, or without one of the tenant. */
export interface Account {
  readonly tenant?: string;
  readonly user?: string;
}

export interface QuotaView {
  readonly tenant: string;
  readonly user?: string;
  readonly quota: Quota;
  readonly held: Amount;
}

export async function readQuota(
  world: World,
  principal: Principal,
  account: Account,
): Promise<QuotaView> {
  const { tenant, user } = await known(world, principal, account);
  const item = await world.store.get(keys.quota(tenant, user));
  return {
    ...{ tenant, quota: (item?.value ?? {}) as Quota, held: await heldBy(world, tenant, user) },
    ...(user !== undefined && { user }),
  };
}

/** Administrators set all quotas, operators those of their tenant's users. What runs goes on; what is over waits. */
export async function putQuota(
  world: World,
  principal: Principal,
  account: Account,
  quota: Quota,
): Promise<QuotaView> {
  demandRole(principal, account.user === undefined ? "administrator" : "operator");
  const { tenant, user } = await known(world, principal, account);
  await store(world, { ...keys.quota(tenant, user), value: asJson(quota) });
  await world.queues.decide.send([{}]);
  return readQuota(world, principal, { tenant, user });
}

/** What the scheduler is deciding by the quota before is not committed any more: its lease ends. */
async function store(world: World, item: NewItem): Promise<void> {
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const reply = await world.store.transact([{ kind: "put", item }, endEpoch()]);
    if (reply.kind === "committed") return;
    if (reply.kind === "conflict") continue;
    // Nobody has ever held the lease.
    await world.store.batchPut([item]);
    return;
  }
  throw new VisibleError("unavailable", "The quota met other changes: send it again.");
}

async function known(
  world: World,
  principal: Principal,
  { tenant: asked, user }: Account,
): Promise<{ tenant: string; user?: string }> {
  const tenant = tenantFor(principal, asked);
  const isOpen = user === undefined || user === principal.user || hasRole(principal, "operator");
  const key = user === undefined ? accountKeys.tenant(tenant) : accountKeys.user(tenant, user);
  if (isOpen && (await world.store.get(key)))
    return { tenant, ...(user !== undefined && { user }) };
  const what = user === undefined ? `tenant "${tenant}"` : `user "${user}" in "${tenant}"`;
  throw new VisibleError("notFound", `There is no ${what}.`);
}

async function heldBy(world: World, tenant: string, user?: string): Promise<Amount> {
  const lists = await Promise.all(shards.map((shard) => queryAll(world, { pk: `held#${shard}` })));
  return lists
    .flat()
    .map(read.placement)
    .filter((placement) => placement.tenant === tenant)
    .filter((placement) => user === undefined || placement.user === user)
    .reduce((sum, placement) => plus(sum, held(placement)), NOTHING);
}
