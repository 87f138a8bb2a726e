// An item as the local stores keep it: a flat row whose value is JSON text. The SQLite store and its twin in memory share it.
import type { Item, Key, NewItem } from "#functions/store.ts";

export interface Row {
  readonly pk: string;
  readonly sk: string;
  readonly version: number;
  readonly json: string;
  /** Unix seconds. */
  readonly expiresAt: number | null;
  readonly tenantPk: string | null;
  readonly tenantSk: string | null;
  readonly statePk: string | null;
  readonly stateSk: string | null;
}

export type Listing = Pick<Row, "tenantPk" | "tenantSk" | "statePk" | "stateSk">;

export function listingOf(indexes: Item["indexes"]): Listing {
  return {
    tenantPk: indexes?.byTenant?.pk ?? null,
    tenantSk: indexes?.byTenant?.sk ?? null,
    statePk: indexes?.byState?.pk ?? null,
    stateSk: indexes?.byState?.sk ?? null,
  };
}

export function rowOf(item: NewItem, json: string, version: number): Row {
  const { pk, sk, expiresAt = null } = item;
  return { pk, sk, version, json, expiresAt, ...listingOf(item.indexes) };
}

export function itemOf(row: Row): Item {
  const { pk, sk, version, json, expiresAt } = row;
  const indexes = indexesOf(row);
  return {
    pk,
    sk,
    version,
    value: JSON.parse(json),
    ...(expiresAt === null ? undefined : { expiresAt }),
    ...(indexes && { indexes }),
  };
}

function indexesOf(row: Row): Item["indexes"] {
  const byTenant = keyOf(row.tenantPk, row.tenantSk);
  const byState = keyOf(row.statePk, row.stateSk);
  if (!byTenant && !byState) return undefined;
  return { ...(byTenant && { byTenant }), ...(byState && { byState }) };
}

function keyOf(pk: string | null, sk: string | null): Key | undefined {
  return pk === null || sk === null ? undefined : { pk, sk };
}

/** Unix milliseconds against an expiry in seconds. */
export function isExpired(expiresAt: number | null, now: number): boolean {
  return expiresAt !== null && expiresAt * 1000 <= now;
}
