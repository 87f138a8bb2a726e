// A row of the table: what the predictors say of a document.

export const COLUMNS = [
  "id",
  "title",
  "answer",
  "predicted",
  "confidence",
  "subtopic",
  "worker",
] as const;

export type Row = Readonly<Record<(typeof COLUMNS)[number], string | number | null>>;

export function rowOf(task: unknown): Row {
  if (typeof task !== "object" || task === null || !("id" in task) || typeof task.id !== "string")
    throw new Error(`Wanted a row with an id; got ${JSON.stringify(task)?.slice(0, 100)}.`);
  const values = new Map(Object.entries(task));
  return Object.fromEntries(COLUMNS.map((name) => [name, plain(values.get(name))])) as Row;
}

function plain(value: unknown): string | number | null {
  return typeof value === "string" || typeof value === "number" ? value : null;
}
