// Names for content: what is the same is called the same, whoever asks and however often.
import { createHash } from "node:crypto";

/** JSON with its keys sorted and nothing undefined: the same content is the same text. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    isPlain(item) ? Object.fromEntries(Object.entries(item).sort(byKey)) : item,
  );
}

/** Letters and digits, lower case. */
export function hashOf(content: unknown, length = 32): string {
  const text = typeof content === "string" ? content : canonical(content);
  return createHash("sha256").update(text).digest("hex").slice(0, length);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const byKey = ([a]: [string, unknown], [b]: [string, unknown]) => (a < b ? -1 : Number(a > b));
