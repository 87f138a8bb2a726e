// One record of arXiv's metadata, checked wherever one comes in: a line of a file, an entry of a feed, the body of a task.
export interface DocumentRecord {
  readonly id: string;
  readonly title: string;
  readonly abstract: string;
  /** Separated by spaces, the primary one first; empty where nobody knows. */
  readonly categories: string;
}

/** What is wrong with the records that somebody gave; told as it is, without a stack. */
export class RecordError extends Error {
  override readonly name = "RecordError";
}

/** `where` names the place in errors. */
export function asRecord(value: unknown, where: string): DocumentRecord {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new RecordError(
      `Wanted a record with id, title and abstract; ${where} is ${kindOf(value)}.`,
    );
  const field = (name: string) => fieldOf(value, name, where);
  const record = {
    id: field("id"),
    title: field("title") ?? "",
    abstract: field("abstract") ?? "",
    categories: field("categories") ?? "",
  };
  if (record.id === undefined || record.id === "")
    throw new RecordError(`Wanted a record with an id; ${where} has none.`);
  if (record.title.trim() === "" && record.abstract.trim() === "")
    throw new RecordError(`Wanted a record with a title or an abstract; ${where} has neither.`);
  return { ...record, id: record.id };
}

/** Numbers are taken as text, and lists of categories joined: exports of arXiv's metadata differ in that. */
function fieldOf(value: object, name: string, where: string): string | undefined {
  const found: unknown = Object.entries(value).find(([key]) => key === name)?.[1];
  if (found === undefined || found === null) return undefined;
  if (typeof found === "string") return found;
  if (typeof found === "number") return String(found);
  if (Array.isArray(found) && found.every((item) => typeof item === "string"))
    return found.join(" ");
  throw new RecordError(`Wanted ${name} as text; in ${where} it is ${kindOf(found)}.`);
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : `a ${typeof value}`;
}
