// Who used what: one record for each execution that ended, written with its end, summed up by day, user and zapp when asked.
import type { Execution } from "#shared/execution.ts";
import type { Usage } from "#shared/instance.ts";
import { asJson } from "./records.ts";
import type { Item, NewItem } from "./store.ts";
import type { World } from "./world.ts";

interface UsageRecord {
  readonly day: string;
  readonly user: string;
  readonly zapp: string;
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
}

export interface UsageRow extends UsageRecord {
  readonly executions: number;
}

const DAY_SECONDS = 86_400;
const KEPT_DAYS = 400;
/** Records summed up for one question; what lies beyond is refused, not left out. */
export const MOST_USAGE_RECORDS = 200_000;

const partition = (tenant: string) => `usage#${tenant}`;

/** Put in the transaction that ends the execution; a retry that ends again adds another. */
export function usageItem(execution: Execution, used: Usage, endedAt: number): NewItem {
  const { id, tenant, user, zapp, round } = execution;
  const day = dayOf(endedAt);
  const { cpuSeconds, wallSeconds } = used;
  return {
    ...{ pk: partition(tenant), sk: `${day}#${id}#${round}` },
    value: asJson({ day, user, zapp, cpuSeconds, wallSeconds } satisfies UsageRecord),
    expiresAt: Math.floor(endedAt / 1000) + KEPT_DAYS * DAY_SECONDS,
  };
}

export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** From the first day to the last, both included, in order; undefined when it is too much to sum up. */
export async function readUsage(
  world: World,
  { tenant, user, from, to }: { tenant: string; user?: string; from: string; to: string },
): Promise<UsageRow[] | undefined> {
  const rows = new Map<string, UsageRow>();
  const range = { pk: partition(tenant), from, to: `${to}$` };
  let cursor: string | undefined;
  let seen = 0;
  do {
    const page = await world.store.query({ ...range, limit: 1000, ...(cursor && { cursor }) });
    for (const record of page.items.map(readRecord)) {
      if (user === undefined || record.user === user) add(rows, record);
    }
    seen += page.items.length;
    cursor = page.cursor;
  } while (cursor !== undefined && seen < MOST_USAGE_RECORDS);
  return cursor === undefined ? [...rows.values()] : undefined;
}

const readRecord = (item: Item) => item.value as unknown as UsageRecord;

function add(rows: Map<string, UsageRow>, record: UsageRecord): void {
  const { day, user, zapp } = record;
  const name = JSON.stringify([day, user, zapp]);
  const row = rows.get(name) ?? { day, user, zapp, executions: 0, cpuSeconds: 0, wallSeconds: 0 };
  rows.set(name, {
    ...row,
    executions: row.executions + 1,
    cpuSeconds: row.cpuSeconds + record.cpuSeconds,
    wallSeconds: row.wallSeconds + record.wallSeconds,
  });
}
