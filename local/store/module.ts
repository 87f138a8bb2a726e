// The store's table, and the operations that write it in the writer's thread (#local/database/module.ts). Reads are in ./sqlite-store.ts.
import type { DatabaseSync } from "node:sqlite";
import type { DatabaseModule } from "#local/database/module.ts";
import { type Applied, apply } from "./apply.ts";
import type { Row } from "./row.ts";
import { rowTable } from "./row-table.ts";
import type { Step } from "./step.ts";

// An ordinary rowid table: it commits 4-5 times as many transactions as one WITHOUT ROWID (architecture.md, section 3).
const ITEMS = `
  create table items (
    id integer primary key, pk text not null, sk text not null, version integer not null, json text not null, expires_at integer,
    tenant_pk text, tenant_sk text, state_pk text, state_sk text
  ) strict;
  create unique index items_by_key on items (pk, sk);
  create index items_by_tenant on items (tenant_pk, tenant_sk) where tenant_pk is not null;
  create index items_by_state on items (state_pk, state_sk) where state_pk is not null;
  create index items_by_expiry on items (expires_at) where expires_at is not null;
`;

export interface Transaction {
  readonly steps: readonly Step[];
  /** Unix milliseconds. */
  readonly now: number;
}

/** The positions whose conditions failed; none: committed. */
type Failed = readonly number[];

export const storeModule: DatabaseModule<ReturnType<typeof operationsOn>> = {
  name: "store",
  migrations: [ITEMS],
  open: (database) => ({ operations: operationsOn(database) }),
};

function operationsOn(database: DatabaseSync) {
  const table = rowTable(database);
  return {
    transact({ steps, now }: Transaction): Failed {
      const outcomes = steps.map((step) => apply(step, table.find(step.pk, step.sk), now));
      const failed = outcomes.flatMap((applied, at) => (applied.kind === "failed" ? [at] : []));
      if (failed.length === 0)
        for (const [at, applied] of outcomes.entries()) write(applied, steps[at]);
      return failed;
    },
    putAll(rows: readonly Row[]): void {
      for (const row of rows) table.put(row);
    },
    /** Deletes at most `limit` expired rows; answers how many. */
    purge({ now, limit }: { readonly now: number; readonly limit: number }): number {
      return table.purge(Math.floor(now / 1000), limit);
    },
  };

  function write(applied: Applied, step: Step | undefined): void {
    if (applied.kind === "row") table.put(applied.row);
    if (applied.kind === "absent" && step) table.remove(step.pk, step.sk);
  }
}
