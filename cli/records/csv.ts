// CSV as RFC 4180 has it: a header names the fields, quotes hold separators and line breaks. Values stay texts, so that no leading zero is lost.
import { VisibleError } from "#shared/fault.ts";
import type { InputRecord } from "./records.ts";

interface Row {
  readonly cells: readonly string[];
  readonly line: number;
}

/** Far above any row: where a quote is not closed, the rest of the file is one. */
const LONGEST_ROW = 4 * 1024 * 1024;

/** Without a separator the header tells: a comma, a semicolon or a tab. */
export async function* readCsv(
  stream: AsyncIterable<string>,
  separator?: string,
): AsyncGenerator<InputRecord> {
  let header: readonly string[] | undefined;
  for await (const row of rows(stream, separator)) {
    if (header === undefined) {
      header = headerOf(row.cells);
      continue;
    }
    if (row.cells.length === 1 && row.cells[0] === "") continue;
    if (row.cells.length !== header.length) {
      throw wrong(row.line, `has ${row.cells.length} cells where the header has ${header.length}`);
    }
    const pairs = header.map((name, at) => [name, row.cells[at] ?? ""]);
    yield { value: Object.fromEntries(pairs), line: row.line };
  }
}

function headerOf(cells: readonly string[]): readonly string[] {
  const names = cells.map((cell) => cell.trim());
  const empty = names.indexOf("");
  if (empty >= 0) throw wrong(1, `is the header: column ${empty + 1} has no name`);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw wrong(1, `is the header: it names "${twice}" twice`);
  return names;
}

async function* rows(
  stream: AsyncIterable<string>,
  separator: string | undefined,
): AsyncGenerator<Row> {
  let rest = "";
  let line = 1;
  let splitter = separator;
  for await (const piece of stream) {
    rest += piece;
    for (let end = endOfRow(rest); end !== undefined; end = endOfRow(rest)) {
      const text = rest.slice(0, end);
      splitter ??= separatorOf(text);
      yield { cells: cellsOf(text.replace(/\r?\n$/, ""), splitter, line), line };
      line += text.split("\n").length - 1;
      rest = rest.slice(end);
    }
    if (rest.length > LONGEST_ROW) throw wrong(line, "begins a row that does not end");
  }
  if (rest !== "") yield { cells: cellsOf(rest, splitter ?? separatorOf(rest), line), line };
}

/** After the first line break outside of quotes. */
function endOfRow(text: string): number | undefined {
  let from = 0;
  let isQuoted = false;
  for (;;) {
    const end = text.indexOf("\n", from);
    if (end < 0) return undefined;
    const quotes = text.slice(from, end).split('"').length - 1;
    isQuoted = quotes % 2 === 1 ? !isQuoted : isQuoted;
    if (!isQuoted) return end + 1;
    from = end + 1;
  }
}

function separatorOf(header: string): string {
  const counts = [",", ";", "\t"].map((char) => ({ char, n: header.split(char).length }));
  return counts.reduce((best, one) => (one.n > best.n ? one : best)).char;
}

function cellsOf(text: string, separator: string, line: number): string[] {
  const cells: string[] = [];
  for (let at = 0; ; ) {
    const end = text[at] === '"' ? closing(text, at, line) : nextOf(text, separator, at);
    const raw = text.slice(at, end);
    cells.push(raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw);
    if (end === text.length) return cells;
    if (text[end] !== separator)
      throw wrong(line, `has ${JSON.stringify(text[end])} after a quoted cell`);
    at = end + 1;
  }
}

function nextOf(text: string, separator: string, at: number): number {
  const next = text.indexOf(separator, at);
  return next < 0 ? text.length : next;
}

/** After the quote that ends the cell; two in a row stand for one. */
function closing(text: string, at: number, line: number): number {
  for (let end = text.indexOf('"', at + 1); end >= 0; end = text.indexOf('"', end + 2)) {
    if (text[end + 1] !== '"') return end + 1;
  }
  throw wrong(line, "has a quote that does not end");
}

function wrong(line: number, what: string): VisibleError {
  const detail = `Line ${line} of the CSV ${what}.`;
  return new VisibleError("invalid", detail, [{ pointer: "", detail, line }]);
}
