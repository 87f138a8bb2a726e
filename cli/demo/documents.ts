// The documents of the demo: held-out abstracts that come with the classifier, or the user's own; and what simple guesses would make of them.
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { InputRecord } from "#cli/records/records.ts";
import { readRecords } from "#cli/records/records.ts";
import { ROOT } from "./server.ts";

const SAMPLE = 100;
const MOST_BYTES = 64 * 1024 * 1024;
const classifier = join(ROOT, "zapps", "document-classifier", "zoe-classifier.mjs");
const run = promisify(execFile);

export async function documentsFor(input: string | undefined): Promise<InputRecord[]> {
  if (input === undefined) return sample();
  const records: InputRecord[] = [];
  for await (const record of readRecords(input, { stdin: process.stdin })) records.push(record);
  return records;
}

/** The catalogue chooses, always the same. */
async function sample(): Promise<InputRecord[]> {
  const words = [classifier, "sample", "--count", String(SAMPLE)];
  const { stdout } = await run(process.execPath, words, { maxBuffer: MOST_BYTES });
  const lines = stdout.split("\n").filter((line) => line !== "");
  return lines.map((line, at) => ({ value: JSON.parse(line), line: at + 1 }));
}

export interface Baseline {
  readonly name: string;
  readonly right: number;
  readonly of: number;
}

/** What the classifier must beat, as its own tool says; nothing where it knows no answers. */
export async function baselinesFor(
  documents: readonly InputRecord[],
  folder: string,
): Promise<Baseline[]> {
  const file = join(folder, "documents.jsonl");
  writeFileSync(file, documents.map(({ value }) => `${JSON.stringify(value)}\n`).join(""));
  try {
    const { stdout } = await run(process.execPath, [classifier, "evaluate", file]);
    return baselinesIn(stdout);
  } catch {
    return [];
  }
}

/** `baseline: counting keywords    71.0 %   71 of 100`. */
export function baselinesIn(text: string): Baseline[] {
  const rows = text.matchAll(/^baseline: (.+?)\s+[\d.]+ %\s+(\d+) of (\d+)$/gm);
  return [...rows].map(([, name = "", right, of]) => ({
    name,
    right: Number(right),
    of: Number(of),
  }));
}
