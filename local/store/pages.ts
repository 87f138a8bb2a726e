// Pages of the table of items and of its two indexes, in either direction, from a cursor on.
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { IndexName, Item, Page, Query } from "#functions/store.ts";
import { cursorOf, positionOf, rangeOf } from "#functions/store-rules.ts";
import { isExpired, itemOf } from "./row.ts";
import { COLUMNS, type Columns, rowFrom } from "./row-table.ts";

export interface Table {
  /** The columns that a query's `pk` and sort keys speak of. */
  readonly pk: string;
  readonly sk: string;
}

export const TABLES: Readonly<Record<"items" | IndexName, Table>> = {
  items: { pk: "pk", sk: "sk" },
  byTenant: { pk: "tenant_pk", sk: "tenant_sk" },
  byState: { pk: "state_pk", sk: "state_sk" },
};

/** A page ends after so many characters of JSON, as DynamoDB's does after 1 MB: it is never the whole memory. */
const PAGE_CHARACTERS = 1024 * 1024;

/** In SQLite every text sorts before every blob. */
const AFTER_ALL_TEXT = new Uint8Array(0);

/** Sort key and row id: several items may share a sort key in an index. Ids start at 1. */
type Position = readonly [sk: string, id: number];

export function pagesOf(reader: DatabaseSync, now: () => number) {
  const statements = new Map<string, StatementSync>();

  function statement(table: Table, reverse: boolean): StatementSync {
    const sql = sqlOf(table, reverse);
    const known = statements.get(sql);
    if (known) return known;
    const prepared = reader.prepare(sql);
    prepared.setReturnArrays(true);
    statements.set(sql, prepared);
    return prepared;
  }

  return (table: Table, query: Query): Page => {
    const rows = statement(table, query.reverse ?? false).iterate(...boundsOf(query));
    return pageOf(rows as unknown as Iterable<Columns>, query.limit, now());
  };
}

function sqlOf({ pk, sk }: Table, reverse: boolean): string {
  const bounds = reverse
    ? `${sk} >= ? and (${sk}, id) < (?, ?)`
    : `(${sk}, id) > (?, ?) and ${sk} < ?`;
  const order = reverse ? `${sk} desc, id desc` : `${sk}, id`;
  return `select ${COLUMNS}, ${sk}, id from items where ${pk} = ? and ${bounds} order by ${order} limit ?`;
}

function boundsOf(query: Query): SQLInputValue[] {
  const { from, to } = rangeOf(query);
  const end = to ?? AFTER_ALL_TEXT;
  const after =
    query.cursor === undefined ? undefined : positionOf<Position>(query.cursor, ["", 0]);
  const bounds = query.reverse ? [from, ...(after ?? [end, 0])] : [...(after ?? [from, 0]), end];
  return [query.pk, ...bounds, query.limit + 1];
}

function pageOf(rows: Iterable<Columns>, limit: number, now: number): Page {
  const items: Item[] = [];
  let last: readonly (string | number)[] = [];
  let seen = 0;
  let characters = 0;
  for (const columns of rows) {
    if (seen === limit || characters > PAGE_CHARACTERS) return { items, cursor: cursorOf(last) };
    const row = rowFrom(columns);
    if (!isExpired(row.expiresAt, now)) items.push(itemOf(row));
    last = [String(columns[9]), Number(columns[10])];
    characters += row.json.length;
    seen++;
  }
  return { items };
}
