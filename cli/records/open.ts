// Opens what people give as input: a file, or stdin as `-`; compressed ones are unpacked by what they are, not by their name.
import { createReadStream, statSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { VisibleError } from "#shared/fault.ts";

export interface Opened {
  readonly stream: AsyncIterable<string>;
  /** The first characters, to tell the format by. */
  readonly head: string;
  /** Without `.gz`; stdin has none. */
  readonly name: string | undefined;
}

const HEAD_CHARACTERS = 4096;

export async function openInput(path: string, stdin: Readable): Promise<Opened> {
  if (path !== "-") demandFile(path);
  const raw = path === "-" ? stdin : createReadStream(path, { highWaterMark: 256 * 1024 });
  const texts = decoded(unpacked(raw));
  const begun: string[] = [];
  let head = "";
  while (head.length < HEAD_CHARACTERS) {
    const { value, done } = await texts.next();
    if (done) break;
    begun.push(value);
    head += value;
  }
  const name = path === "-" ? undefined : path.replace(/\.gz$/i, "");
  return { stream: resumed(begun, texts), head: head.slice(0, HEAD_CHARACTERS), name };
}

/** A file or folder that is not there is told before anything is sent. */
export function demandFile(path: string): void {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory()) throw new VisibleError("invalid", `Wanted a file; ${path} is a folder.`);
  if (stat === undefined) throw new VisibleError("notFound", `There is no file ${path}.`);
}

/** Gzip begins with the bytes 1f 8b. */
async function* unpacked(raw: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const chunks = raw[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done) return;
  const whole = resumed([first.value], chunks);
  const isGzip = first.value[0] === 0x1f && first.value[1] === 0x8b;
  if (!isGzip) return yield* whole;
  const gunzip = createGunzip();
  // It breaks what is read below, where it is told.
  pipeline(Readable.from(whole), gunzip).catch(() => {});
  try {
    yield* gunzip;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new VisibleError("invalid", `The input can't be unpacked: ${why}.`, [], { cause });
  }
}

/** UTF-8, with or without a byte order mark; bytes that are none are a mistake of the file, and told. */
async function* decoded(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string, undefined> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    for await (const chunk of bytes) yield decoder.decode(chunk, { stream: true });
    yield decoder.decode();
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new VisibleError("invalid", "The input is not valid UTF-8.", [], { cause });
  }
}

async function* resumed<T>(begun: readonly T[], rest: AsyncIterator<T>): AsyncGenerator<T> {
  yield* begun;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}
