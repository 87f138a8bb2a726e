// What every body of the store checks before it touches its database, so that the bodies refuse the same things in the same words.
import { VisibleError } from "#shared/fault.ts";
import { type Action, type Key, type Query, STORE_LIMITS } from "./store.ts";

export function keyOf(action: Action): Key {
  return action.kind === "put" ? action.item : action.key;
}

/** Number of actions, no item twice. Keys and sizes are checked one by one while they are written down. */
export function checkActions(actions: readonly Action[]): void {
  if (actions.length === 0) throw new RangeError("A transaction needs at least one action.");
  if (actions.length > STORE_LIMITS.actions)
    throw new RangeError(
      `A transaction takes at most ${STORE_LIMITS.actions} actions; ${actions.length} came. Cut it into several.`,
    );
  if (actions.length === 1) return;
  const seen = new Set<string>();
  for (const action of actions) {
    const { pk, sk } = keyOf(action);
    seen.add(`${pk}\0${sk}`);
  }
  if (seen.size < actions.length)
    throw new RangeError("A transaction names each item at most once; one came twice.");
}

export function checkKey(key: Key): void {
  checkPart("partition key", key.pk, STORE_LIMITS.pkBytes);
  checkPart("sort key", key.sk, STORE_LIMITS.skBytes);
}

function checkPart(name: string, text: string, most: number): void {
  const reason = whyNoKeyPart(text, most);
  if (reason === undefined) return;
  const shown = JSON.stringify(text.slice(0, 60));
  throw new VisibleError("invalid", `${shown} can't be a ${name} of the store: ${reason}.`);
}

function whyNoKeyPart(text: string, most: number): string | undefined {
  if (text === "") return "it is empty";
  // A character has at most three bytes per unit: short keys, nearly all, need no count.
  if (text.length * 3 > most && Buffer.byteLength(text) > most) return `it has over ${most} bytes`;
  if (!text.isWellFormed()) return "it is not valid Unicode";
  if (text.includes("\0")) return "it contains a NUL character";
  return undefined;
}

/** Bytes of an item as far as the limits go: its keys and its value as JSON. */
export function itemBytes(key: Key, json: string): number {
  const bytes = Buffer.byteLength(key.pk) + Buffer.byteLength(key.sk) + Buffer.byteLength(json);
  if (bytes > STORE_LIMITS.itemBytes)
    throw new VisibleError(
      "tooLarge",
      `An item of the store has at most ${STORE_LIMITS.itemBytes} bytes; ${key.pk} ${key.sk} would have ${bytes}.`,
    );
  return bytes;
}

export function checkTransactionBytes(bytes: number): void {
  if (bytes <= STORE_LIMITS.transactionBytes) return;
  throw new VisibleError(
    "tooLarge",
    `A transaction has at most ${STORE_LIMITS.transactionBytes} bytes; this one has ${bytes}. Cut it into several.`,
  );
}

export function checkKeysPerGet(keys: readonly Key[]): void {
  if (keys.length <= STORE_LIMITS.keysPerGet) return;
  throw new RangeError(
    `At most ${STORE_LIMITS.keysPerGet} items are read at once; ${keys.length} were asked for.`,
  );
}

/** A query as the range it means: `from` inclusive, `to` exclusive. */
export interface Range {
  readonly from: string;
  /** Undefined: to the end of the partition. */
  readonly to: string | undefined;
}

export function rangeOf(query: Query): Range {
  if (!Number.isInteger(query.limit) || query.limit < 1 || query.limit > STORE_LIMITS.page)
    throw new RangeError(
      `A page has 1 to ${STORE_LIMITS.page} items; ${query.limit} were asked for.`,
    );
  if (query.prefix === undefined) return { from: query.from ?? "", to: query.to };
  if (query.from !== undefined || query.to !== undefined)
    throw new RangeError("A query takes a prefix or a range of sort keys, not both.");
  return { from: query.prefix, to: afterPrefix(query.prefix) };
}

/** The first string, by UTF-8 bytes, after all that begin with `prefix`; undefined where nothing comes after. */
export function afterPrefix(prefix: string): string | undefined {
  const points = [...prefix];
  while (points.length > 0) {
    const last = points.pop()?.codePointAt(0) ?? 0;
    // 0xd800 to 0xdfff are halves of pairs, and no characters.
    if (last < 0x10ffff)
      return points.join("") + String.fromCodePoint(last === 0xd7ff ? 0xe000 : last + 1);
  }
  return undefined;
}

/** Cursors are opaque to callers: the position after the last item, as JSON in base64url. */
export function cursorOf(position: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(position)).toString("base64url");
}

/** `shape` by example: ["", 0] is a text and a whole number. */
export function positionOf<T extends readonly (string | number)[]>(cursor: string, shape: T): T {
  const position = parsed(Buffer.from(cursor, "base64url").toString());
  const fits =
    Array.isArray(position) &&
    position.length === shape.length &&
    shape.every((part, index) => typeof part === typeof position[index]);
  if (fits) return position as unknown as T;
  throw new VisibleError(
    "invalid",
    "The cursor is none that this list gave. Pass on the one of the page before, or none for the first page.",
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
