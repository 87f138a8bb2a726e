// The table that several writers fill together, in a folder that they share. A row that is there stays as it is: writing it again changes nothing.
import { join } from "node:path";
import { CsvTable } from "./csv-table.ts";
import type { Row } from "./row.ts";
import { SqliteTable } from "./sqlite-table.ts";

export interface Table {
  /** Durable when it resolves. */
  add(rows: readonly Row[]): Promise<void>;
  /** A copy of the whole, in a folder of the caller's own. Answers with its path. */
  copyTo(folder: string): Promise<string>;
  close(): void;
}

export function openTable(kind: string, folder: string): Table {
  if (kind === "file") return new CsvTable(join(folder, "table.csv"));
  if (kind === "sqlite") return new SqliteTable(join(folder, "table.sqlite"));
  throw new Error(`Wanted TABLE to be file or sqlite; got "${kind}".`);
}
