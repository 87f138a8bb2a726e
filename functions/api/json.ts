// JSON as it is taken from outside: strict, of bounded depth, and with the place where it breaks. Task payloads pass by it (routes/tasks.ts).
import { type Fault, quote, under, VisibleError } from "#shared/fault.ts";
import { whereBroken } from "./json-place.ts";

export const JSON_DEPTH = 64;

const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** UTF-8, or a VisibleError. A byte order mark is skipped. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch (cause) {
    const faults = [{ pointer: "", detail: "Wanted UTF-8; some bytes are none." }];
    throw new VisibleError("invalid", "The body is not valid UTF-8.", faults, { cause });
  }
}

export function parseJson(text: string): unknown {
  const value = read(text);
  const fault = strange(value, "", JSON_DEPTH);
  if (fault) throw new VisibleError("invalid", `The body can't be taken: ${fault.detail}`, [fault]);
  return value;
}

function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const { line, column, wanted } = whereBroken(text);
    const detail = `It breaks at line ${line}, column ${column}: wanted ${wanted}.`;
    const faults = [{ pointer: "", detail, line }];
    throw new VisibleError("invalid", `The body is not valid JSON. ${detail}`, faults, { cause });
  }
}

/** What JSON allows and Zoe does not: the first such thing in the value. Recurses no deeper than `depth`. */
function strange(value: unknown, pointer: string, depth: number): Fault | undefined {
  if (typeof value === "string") return strangeText(value, pointer, "a text");
  if (typeof value === "number" && !Number.isFinite(value))
    return { pointer, detail: "Wanted a number that fits 64 bits; got a larger one." };
  if (typeof value !== "object" || value === null) return undefined;
  if (depth === 0)
    return { pointer, detail: `Wanted at most ${JSON_DEPTH} levels within each other; got more.` };
  for (const [key, item] of Object.entries(value)) {
    const fault = strangeKey(key, pointer) ?? strange(item, under(pointer, key), depth - 1);
    if (fault) return fault;
  }
  return undefined;
}

function strangeKey(key: string, pointer: string): Fault | undefined {
  if (key === "__proto__") return { pointer, detail: 'A field can\'t be named "__proto__".' };
  return strangeText(key, pointer, "the name of a field");
}

function strangeText(text: string, pointer: string, what: string): Fault | undefined {
  if (text.includes("\0"))
    return { pointer, detail: `Wanted ${what} without NUL characters; got ${quote(text)}.` };
  if (!text.isWellFormed())
    return { pointer, detail: `Wanted ${what} in valid Unicode; got half a surrogate pair.` };
  return undefined;
}
