// Results as rows of a table: a column for each simple field that they have, as they come.
import type { Column } from "#cli/show/table.ts";
import type { ResultAnswer } from "#shared/api/queue.ts";

/** More than this is not read on a screen. */
const MOST_COLUMNS = 8;
/** A column is looked for in so many results. */
const LOOKED_AT = 200;

/** The task, the worker, the results' own fields, and the reason of what failed. */
export function resultColumns(
  results: readonly ResultAnswer[],
  paint: (text: string, row: ResultAnswer) => string,
): readonly Column<ResultAnswer>[] {
  const fields = fieldsOf(results).filter((field) => !isRepeated(results, field));
  const isOneQueue = new Set(results.map(({ queue }) => queue)).size <= 1;
  const isSimple = results.some(({ result }) => result !== undefined && !isPlain(result));
  return [
    { title: "", of: ({ ok }) => (ok ? "✓" : "✗"), paint },
    ...(isOneQueue ? [] : [{ title: "QUEUE", of: ({ queue }: ResultAnswer) => queue, least: 6 }]),
    { title: "TASK", of: ({ task }) => task, least: 8 },
    { title: "WORKER", of: ({ worker }) => worker.replace(/\.1$/, ""), least: 6, goes: 50 },
    ...fields.map((field, at) => ({
      title: field.toUpperCase(),
      of: ({ result }: ResultAnswer) => shown(isPlain(result) ? result[field] : undefined),
      least: Math.max(6, Math.min(16, field.length)),
      goes: at + 1,
    })),
    ...(isSimple
      ? [{ title: "RESULT", of: (row: ResultAnswer) => shown(row.result), least: 12 }]
      : []),
    ...(results.some(({ ok }) => !ok)
      ? [
          {
            title: "FAILED BECAUSE",
            of: ({ error }: ResultAnswer) => error ?? "",
            least: 16,
            paint,
          },
        ]
      : []),
  ];
}

/** The task's own name, and a worker that names itself, stand in the row already. */
function isRepeated(results: readonly ResultAnswer[], field: string): boolean {
  return results.every(({ task, worker, result }) => {
    const value = isPlain(result) ? result[field] : undefined;
    return value === undefined || value === task || `${worker}.`.startsWith(`${String(value)}.`);
  });
}

function fieldsOf(results: readonly ResultAnswer[]): string[] {
  const fields = new Set<string>();
  for (const { result } of results.slice(0, LOOKED_AT)) {
    for (const [field, value] of Object.entries(isPlain(result) ? result : {}))
      if (typeof value !== "object" || value === null) fields.add(field);
  }
  return [...fields].slice(0, MOST_COLUMNS);
}

export function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "number" && !Number.isInteger(value))
    return String(Number(value.toPrecision(4)));
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
