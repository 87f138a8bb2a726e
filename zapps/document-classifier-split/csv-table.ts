// Rows in a CSV file. Whoever writes holds a lock, and first reads what others wrote since.
import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from "node:fs";
import { copyFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { withLock } from "./lock.ts";
import { COLUMNS, type Row } from "./row.ts";
import type { Table } from "./table.ts";

export class CsvTable implements Table {
  readonly #path: string;
  readonly #file: number;
  readonly #ids = new Set<string>();
  /** As far as it was read. */
  #end = 0;

  constructor(path: string) {
    this.#path = path;
    this.#file = openSync(path, "a+");
  }

  add(rows: readonly Row[]): Promise<void> {
    return withLock(`${this.#path}.lock`, () => {
      this.#readOn();
      const missing = rows.filter((row) => !this.#ids.has(String(row.id)));
      const head = this.#end === 0 ? [COLUMNS.join(",")] : [];
      const lines = [...head, ...new Map(missing.map((row) => [row.id, lineOf(row)])).values()];
      if (missing.length === 0) return;
      writeSync(this.#file, `${lines.join("\n")}\n`);
      fsyncSync(this.#file);
      this.#readOn();
    });
  }

  async copyTo(folder: string): Promise<string> {
    const copy = join(folder, basename(this.#path));
    await copyFile(this.#path, copy);
    return copy;
  }

  close(): void {
    closeSync(this.#file);
  }

  /** A line without an end is of a writer that died over it: its rows come again, and it is cut off. */
  #readOn(): void {
    const { size } = fstatSync(this.#file);
    const buffer = Buffer.alloc(size - this.#end);
    readSync(this.#file, buffer, 0, buffer.length, this.#end);
    const whole = buffer.lastIndexOf("\n") + 1;
    if (whole < buffer.length) ftruncateSync(this.#file, this.#end + whole);
    const lines = buffer.subarray(0, whole).toString().split("\n").slice(0, -1);
    for (const line of this.#end === 0 ? lines.slice(1) : lines) this.#ids.add(idOf(line));
    this.#end += whole;
  }
}

/** One line each, whatever a title contains. */
function lineOf(row: Row): string {
  return COLUMNS.map((name) => cell(row[name])).join(",");
}

function cell(value: string | number | null): string {
  const text = String(value ?? "").replaceAll(/[\r\n]+/g, " ");
  return /[",]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function idOf(line: string): string {
  const quoted = /^"((?:[^"]|"")*)"/.exec(line)?.[1];
  return quoted?.replaceAll('""', '"') ?? line.slice(0, line.indexOf(","));
}
