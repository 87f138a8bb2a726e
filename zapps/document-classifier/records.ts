// Reads records as arXiv gives them: JSON lines with id, title, abstract and categories, or an Atom feed (./atom.ts).
import { readAtom } from "./atom.ts";
import { asRecord, type DocumentRecord, RecordError } from "./record.ts";

export function readRecords(text: string, source = "the input"): DocumentRecord[] {
  const start = text.replace(/^\uFEFF/, "").trimStart();
  if (start === "") throw new RecordError(`Wanted records; ${source} is empty.`);
  return start.startsWith("<") ? readAtom(start, source) : readJsonLines(text, source);
}

export function recordLine(record: DocumentRecord): string {
  const { id, title, abstract, categories } = record;
  return JSON.stringify({ id, title, abstract, categories });
}

function readJsonLines(text: string, source: string): DocumentRecord[] {
  const records: DocumentRecord[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const where = `line ${index + 1} of ${source}`;
    const plain = line.replace(/^\uFEFF/, "").trim();
    if (plain !== "") records.push(asRecord(parse(plain, where), where));
  }
  return records;
}

function parse(line: string, where: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    const advice = `each line is one record, such as ${EXAMPLE}`;
    throw new RecordError(`Wanted JSON; ${where} is none (${String(cause)}): ${advice}`, { cause });
  }
}

const EXAMPLE = '{"id": "2101.00001", "title": "...", "abstract": "...", "categories": "math.PR"}';
