// Rows in an SQLite table, which keeps several writers apart by itself.
import { rmSync } from "node:fs";
import { basename, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { COLUMNS, type Row } from "./row.ts";
import type { Table } from "./table.ts";

const TYPES = COLUMNS.map((name) => {
  if (name === "id") return "id TEXT PRIMARY KEY";
  return `${name} ${name === "confidence" ? "REAL" : "TEXT"}`;
});

export class SqliteTable implements Table {
  readonly #path: string;
  readonly #database: DatabaseSync;

  constructor(path: string) {
    this.#path = path;
    this.#database = new DatabaseSync(path, { timeout: 30_000 });
    this.#database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
    this.#database.exec(`CREATE TABLE IF NOT EXISTS classified (${TYPES.join(", ")}) STRICT`);
  }

  async add(rows: readonly Row[]): Promise<void> {
    const places = COLUMNS.map(() => "?").join(", ");
    const insert = this.#database.prepare(
      `INSERT INTO classified (${COLUMNS.join(", ")}) VALUES (${places}) ON CONFLICT (id) DO NOTHING`,
    );
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      for (const row of rows) insert.run(...COLUMNS.map((name) => row[name]));
      this.#database.exec("COMMIT");
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  /** One file without its log beside it. */
  async copyTo(folder: string): Promise<string> {
    const copy = join(folder, basename(this.#path));
    rmSync(copy, { force: true });
    this.#database.prepare("VACUUM INTO ?").run(copy);
    return copy;
  }

  close(): void {
    this.#database.close();
  }
}
