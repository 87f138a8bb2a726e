// The objects port: files by key, as inputs, outputs and logs are kept. An object is there whole or not at all.
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
}

/** Bytes from `from` to `to`, both inclusive; an end beyond the object is cut. */
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

export const OBJECT_LIMITS = { keyBytes: 1024, page: 1000 } as const;

/** Throws unless the key can name an object in every body: it is a relative path that stays where it is. */
export function checkKey(key: string): string {
  const reason = whyNoKey(key);
  if (reason) throw new VisibleError("invalid", `"${key}" can't name an object: ${reason}.`);
  return key;
}

/** Like `checkKey`, for the beginning of a key; the empty prefix is all there is. */
export function checkPrefix(prefix: string): string {
  const reason = prefix && whyNoKey(`${prefix}x`);
  if (reason) throw new VisibleError("invalid", `"${prefix}" can't begin a key: ${reason}.`);
  return prefix;
}

function whyNoKey(key: string): string | undefined {
  if (key === "") return "it is empty";
  if (!key.isWellFormed()) return "it is not valid Unicode";
  if (key.includes("\0")) return "it contains a NUL character";
  if (new TextEncoder().encode(key).length > OBJECT_LIMITS.keyBytes)
    return `it is longer than ${OBJECT_LIMITS.keyBytes} bytes`;
  const wrong = key.split("/").find((step) => step === "" || step === "." || step === "..");
  if (wrong === undefined) return undefined;
  return wrong === ""
    ? "it has an empty step (//, or a slash at an end)"
    : `it has a step "${wrong}"`;
}
