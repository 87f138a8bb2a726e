// One scheduler at a time: a lease row with an epoch. Every placement is committed on condition of the epoch, so a holder that was cut off can place nothing.
import { keys } from "#functions/records.ts";
import type { Action } from "#functions/store.ts";
import type { World } from "#functions/world.ts";

/** Longer than a cycle takes; after this another may take over. */
const LEASE_MS = 60_000;

export interface Lease {
  readonly epoch: number;
}

/** Undefined when another holds it; then `again` is set on the row, and the holder looks once more before it lets go. */
export async function takeLease(world: World): Promise<Lease | undefined> {
  const item = await world.store.get(keys.schedulerLease);
  const epoch = Number(item?.value.epoch ?? 0) + 1;
  const until = Number(item?.value.until ?? 0);
  const isFree = until <= world.now() || item?.value.holder === world.host;
  if (item !== undefined && !isFree) return askAgain(world);
  const reply = await world.store.transact([
    {
      kind: "put",
      item: {
        ...keys.schedulerLease,
        value: { epoch, holder: world.host, until: world.now() + LEASE_MS, again: false },
      },
      condition: item === undefined ? { absent: true } : { version: item.version },
    },
  ]);
  return reply.kind === "committed" ? { epoch } : takeLease(world);
}

async function askAgain(world: World): Promise<Lease | undefined> {
  const reply = await world.store.transact([
    { kind: "update", key: keys.schedulerLease, set: { again: true } },
  ]);
  const after = await world.store.get(keys.schedulerLease);
  const isHeld = Number(after?.value.until ?? 0) > world.now();
  return reply.kind === "committed" && isHeld ? undefined : takeLease(world);
}

/** False when somebody asked for another look meanwhile: then it is still held. */
export async function letGo(world: World, lease: Lease): Promise<boolean> {
  const reply = await world.store.transact([
    {
      kind: "update",
      key: keys.schedulerLease,
      set: { until: 0 },
      condition: { equals: { epoch: lease.epoch, again: false } },
    },
  ]);
  if (reply.kind === "committed") return true;
  const seen = await world.store.transact([
    {
      kind: "update",
      key: keys.schedulerLease,
      set: { again: false, until: world.now() + LEASE_MS },
      condition: { equals: { epoch: lease.epoch } },
    },
  ]);
  // Another epoch: somebody took over, and looks for himself.
  return seen.kind !== "committed";
}

/** Whoever holds the lease loses it: what was decided from older facts is not committed. */
export function endEpoch(): Action {
  return { kind: "update", key: keys.schedulerLease, add: { epoch: 1 }, set: { until: 0 } };
}

/** The condition under which a placement is committed. */
export function whileHeld(lease: Lease): Action {
  return { kind: "check", key: keys.schedulerLease, condition: { equals: { epoch: lease.epoch } } };
}
