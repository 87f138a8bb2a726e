// Reads records of any of the formats that people have: JSON lines, a JSON array, CSV, an Atom feed.
import type { Readable } from "node:stream";
import { VisibleError } from "#shared/fault.ts";
import { readAtom } from "./atom.ts";
import { readCsv } from "./csv.ts";
import { readJson } from "./json.ts";
import { openInput } from "./open.ts";

export const RECORD_FORMATS = ["jsonl", "json", "csv", "tsv", "atom"] as const;
export type RecordFormat = (typeof RECORD_FORMATS)[number];

/** One record, and the line of the input on which it begins, from 1. */
export interface InputRecord {
  readonly value: unknown;
  readonly line: number;
}

const READERS: Readonly<
  Record<RecordFormat, (stream: AsyncIterable<string>) => AsyncGenerator<InputRecord>>
> = {
  jsonl: readJson,
  json: readJson,
  csv: (stream) => readCsv(stream),
  tsv: (stream) => readCsv(stream, "\t"),
  atom: readAtom,
};

export interface ReadOptions {
  readonly stdin: Readable;
  /** Without it the name and the first character tell. */
  readonly format?: RecordFormat;
}

export async function* readRecords(
  path: string,
  { stdin, format }: ReadOptions,
): AsyncGenerator<InputRecord> {
  const { stream, head, name } = await openInput(path, stdin);
  const found = format ?? formatOf(name, head);
  if (found === undefined) {
    throw new VisibleError(
      "invalid",
      `Wanted JSON lines, a JSON array, CSV or an Atom feed; ${name ?? "the input"} begins with ${JSON.stringify(head.trimStart().slice(0, 20))}. Say which it is with --input-format.`,
    );
  }
  yield* READERS[found](stream);
}

const EXTENSIONS: Readonly<Record<string, RecordFormat>> = {
  csv: "csv",
  tsv: "tsv",
  tab: "tsv",
  jsonl: "jsonl",
  ndjson: "jsonl",
  xml: "atom",
  atom: "atom",
};

/** An empty input is JSON lines without a line. */
export function formatOf(name: string | undefined, head: string): RecordFormat | undefined {
  const first = head.trimStart()[0];
  const extension = name?.split(".").at(-1)?.toLowerCase() ?? "";
  const named = EXTENSIONS[extension];
  if (named === "csv" || named === "tsv") return named;
  if (first === "<") return "atom";
  if (first === "[" || first === "{" || first === undefined) return "jsonl";
  return named === "jsonl" || extension === "json" ? "jsonl" : undefined;
}
