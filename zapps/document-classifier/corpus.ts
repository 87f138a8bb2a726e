// The abstracts written for this project: those to learn from, a glossary of the fields' terms, and those held out to judge by.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Example } from "./model.ts";
import type { DocumentRecord } from "./record.ts";
import { readRecords } from "./records.ts";

export const CORPUS = join(import.meta.dirname, "corpus");

const GLOSSARY = "glossary.jsonl";
/** A paragraph of terms has no filling words: it says more than an abstract of its length. */
const GLOSSARY_WEIGHT = 5;

export function trainingExamples(folder = CORPUS): Example[] {
  const abstracts = abstractsIn("train", folder).map((record) => ({ record, weight: 1 }));
  const glossary = recordsOf(join(folder, "train", GLOSSARY));
  return [...abstracts, ...glossary.map((record) => ({ record, weight: GLOSSARY_WEIGHT }))];
}

export function heldOut(folder = CORPUS): DocumentRecord[] {
  return abstractsIn("held-out", folder);
}

export function abstractsIn(part: "train" | "held-out", folder = CORPUS): DocumentRecord[] {
  const files = corpusFiles(part, folder).filter((file) => !file.endsWith(GLOSSARY));
  return files.flatMap(recordsOf);
}

/** In an order that is the same everywhere. */
export function corpusFiles(part: "train" | "held-out", folder = CORPUS): string[] {
  const names = readdirSync(join(folder, part)).filter((name) => name.endsWith(".jsonl"));
  return names.sort().map((name) => join(folder, part, name));
}

function recordsOf(file: string): DocumentRecord[] {
  return readRecords(readFileSync(file, "utf8"), file);
}
