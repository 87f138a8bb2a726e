// The statements over the table of items that the writer's thread needs.
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import type { Row } from "./row.ts";

/** The columns in the order in which `rowFrom` reads them. */
export const COLUMNS =
  "pk, sk, version, json, expires_at, tenant_pk, tenant_sk, state_pk, state_sk";

export type Columns = SQLOutputValue[];

export function rowFrom(columns: Columns): Row {
  const [pk, sk, version, json, expiresAt, tenantPk, tenantSk, statePk, stateSk] = columns;
  // The table is STRICT, and written by `put` alone.
  return { pk, sk, version, json, expiresAt, tenantPk, tenantSk, statePk, stateSk } as Row;
}

export interface RowTable {
  find(pk: string, sk: string): Row | undefined;
  put(row: Row): void;
  remove(pk: string, sk: string): void;
  purge(nowSeconds: number, limit: number): number;
}

export function rowTable(database: DatabaseSync): RowTable {
  const find = database.prepare(`select ${COLUMNS} from items where pk = ? and sk = ?`);
  find.setReturnArrays(true);
  const put = database.prepare(`
    insert into items (${COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?)
    on conflict (pk, sk) do update set version = excluded.version, json = excluded.json, expires_at = excluded.expires_at,
      tenant_pk = excluded.tenant_pk, tenant_sk = excluded.tenant_sk, state_pk = excluded.state_pk, state_sk = excluded.state_sk`);
  const remove = database.prepare("delete from items where pk = ? and sk = ?");
  const purge = database.prepare(
    "delete from items where id in (select id from items where expires_at <= ? limit ?)",
  );

  return {
    find(pk, sk) {
      const columns = find.get(pk, sk) as Columns | undefined;
      return columns && rowFrom(columns);
    },
    put({ pk, sk, version, json, expiresAt, tenantPk, tenantSk, statePk, stateSk }) {
      put.run(pk, sk, version, json, expiresAt, tenantPk, tenantSk, statePk, stateSk);
    },
    remove: (pk, sk) => void remove.run(pk, sk),
    purge: (nowSeconds, limit) => Number(purge.run(nowSeconds, limit).changes),
  };
}
