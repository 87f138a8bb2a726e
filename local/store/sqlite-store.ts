// The store over the database file: writes go through the writer's thread (./module.ts), reads are made here, on the main thread's own connection.

import type { Item, Key, NewItem, Store } from "#functions/store.ts";
import { checkKeysPerGet } from "#functions/store-rules.ts";
import type { Database } from "#local/database/database.ts";
import { storeModule } from "./module.ts";
import { pagesOf, TABLES } from "./pages.ts";
import { isExpired, itemOf } from "./row.ts";
import { COLUMNS, type Columns, rowFrom } from "./row-table.ts";
import { newRow, stepsOf } from "./step.ts";

/** Rows in one call to the writer: bounds how long others wait behind a large batch. */
const ROWS_PER_CALL = 500;

export function sqliteStore(database: Database, { now }: { readonly now: () => number }): Store {
  const find = database.reader.prepare(`select ${COLUMNS} from items where pk = ? and sk = ?`);
  find.setReturnArrays(true);
  const pages = pagesOf(database.reader, now);

  function read(key: Key): Item | undefined {
    const columns = find.get(key.pk, key.sk) as Columns | undefined;
    const row = columns && rowFrom(columns);
    return row && !isExpired(row.expiresAt, now()) ? itemOf(row) : undefined;
  }

  return {
    get: async (key) => read(key),
    async getMany(keys) {
      checkKeysPerGet(keys);
      return keys.map(read);
    },
    query: async (query) => pages(TABLES.items, query),
    queryIndex: async (index, query) => pages(TABLES[index], query),
    async transact(actions) {
      const transaction = { steps: stepsOf(actions), now: now() };
      const failed = await database.writer.call(storeModule, "transact", transaction);
      return failed.length === 0 ? { kind: "committed" } : { kind: "condition", failed };
    },
    async batchPut(items: readonly NewItem[]) {
      const rows = items.map(newRow);
      const calls = [];
      for (let at = 0; at < rows.length; at += ROWS_PER_CALL)
        calls.push(database.writer.call(storeModule, "putAll", rows.slice(at, at + ROWS_PER_CALL)));
      await Promise.all(calls);
    },
  };
}
