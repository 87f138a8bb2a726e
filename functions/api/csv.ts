// Results as CSV (RFC 4180): fixed columns, and one for each simple field of the results on the first page.
import type { Result } from "#functions/results.ts";

const FIXED = ["queue", "task", "ok", "attempts", "worker", "at", "error"] as const;
const MOST_FIELDS = 100;

/** The fields that results have on the page; what comes later and is new stands in `result` only. */
export function fieldsOf(results: readonly Result[]): string[] {
  const fields = new Set<string>();
  for (const { result } of results) {
    for (const [field, value] of Object.entries(plainObject(result)))
      if (typeof value !== "object" && fields.size < MOST_FIELDS) fields.add(field);
  }
  return [...fields];
}

export function csvHead(fields: readonly string[]): string {
  const columns = [...FIXED, ...fields.map((field) => `result.${field}`), "result"];
  return `${columns.map(cell).join(",")}\r\n`;
}

export function csvRow(result: Result, fields: readonly string[]): string {
  const own = plainObject(result.result);
  const cells = [
    ...FIXED.map((column) => (column === "at" ? iso(result.at) : result[column])),
    ...fields.map((field) => (Object.hasOwn(own, field) ? own[field] : undefined)),
    result.result === undefined ? undefined : JSON.stringify(result.result),
  ];
  return `${cells.map(cell).join(",")}\r\n`;
}

function plainObject(value: unknown): Readonly<Record<string, unknown>> {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : {};
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return "";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
