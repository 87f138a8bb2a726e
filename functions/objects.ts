// The objects port: files by key, as inputs, outputs and logs are kept. An object is there whole or not at all. Locally a key is a path:
// no key may be the folder of another (`a` beside `a/b`), which the local bodies refuse as a conflict.
import { VisibleError } from "#shared/fault.ts";

export interface Objects {
  /** Replaces what was there. Of a stream that breaks nothing remains. Durable before it resolves. */
  put(key: string, content: Uint8Array | ReadableStream<Uint8Array>): Promise<ObjectStat>;
  /** Undefined where there is none. The stream must be read or cancelled. */
  get(key: string, range?: ByteRange): Promise<FoundObject | undefined>;
  stat(key: string): Promise<ObjectStat | undefined>;
  /** Keys that begin with `prefix` (a plain string, no folder), sorted by UTF-8 bytes. */
  list(
    prefix: string,
    page: { readonly limit: number; readonly cursor?: string },
  ): Promise<ObjectPage>;
  /** Every object whose key begins with `prefix`; answers how many there were. */
  delete(prefix: string): Promise<number>;
  /** A URL by which whoever has it reads the object for so many seconds. A body without one gives the bytes itself. */
  link?(key: string, seconds: number): Promise<string>;
}

/** Bytes from `from` to `to`, both inclusive; what lies beyond the object is cut. */
export interface ByteRange {
  readonly from: number;
  readonly to?: number;
}

export interface ObjectStat {
  readonly key: string;
  /** In bytes, of the whole object. */
  readonly size: number;
  /** Unix milliseconds. */
  readonly modifiedAt: number;
}

export interface FoundObject extends ObjectStat {
  readonly stream: ReadableStream<Uint8Array>;
  /** Reads the stream to its end. */
  bytes(): Promise<Uint8Array>;
}

export interface ObjectPage {
  readonly objects: readonly ObjectStat[];
  readonly cursor?: string;
}

export const OBJECT_LIMITS = { keyBytes: 1024, stepBytes: 255, page: 1000 } as const;

/** Throws unless the key can name an object in every body: it is a relative path that stays where it is. */
export function checkKey(key: string): void {
  const reason = whyNoKey(key);
  if (reason) throw new VisibleError("invalid", `${shown(key)} can't name an object: ${reason}.`);
}

/** Like `checkKey`, for the beginning of a key; the empty prefix is all there is. */
export function checkPrefix(prefix: string): void {
  const reason = whyNoKey(`${prefix}x`);
  if (reason) throw new VisibleError("invalid", `${shown(prefix)} can't begin a key: ${reason}.`);
}

function shown(key: string): string {
  return JSON.stringify(key.length > 100 ? `${key.slice(0, 100)}...` : key);
}

function whyNoKey(key: string): string | undefined {
  if (!key.isWellFormed()) return "it is not valid Unicode";
  if (key.includes("\0")) return "it contains a NUL character";
  if (Buffer.byteLength(key) > OBJECT_LIMITS.keyBytes)
    return `it is longer than ${OBJECT_LIMITS.keyBytes} bytes`;
  for (const step of key.split("/")) {
    const reason = whyNoStep(step);
    if (reason) return reason;
  }
  return undefined;
}

function whyNoStep(step: string): string | undefined {
  if (step === "") return "it has an empty step (it is empty, begins or ends with /, or has //)";
  if (step === "." || step === "..") return `it has a step "${step}"`;
  if (Buffer.byteLength(step) > OBJECT_LIMITS.stepBytes)
    return `it has a step longer than ${OBJECT_LIMITS.stepBytes} bytes`;
  return undefined;
}

export function checkRange({ from, to }: ByteRange): void {
  const isWhole = Number.isInteger(from) && (to === undefined || Number.isInteger(to));
  if (isWhole && from >= 0 && (to === undefined || to >= from)) return;
  throw new VisibleError(
    "invalid",
    `Bytes ${from} to ${to ?? "the end"} are no range: it takes whole numbers, the first not after the last.`,
  );
}

export function checkPage(limit: number): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= OBJECT_LIMITS.page) return;
  throw new RangeError(`A page has 1 to ${OBJECT_LIMITS.page} objects; ${limit} were asked for.`);
}
