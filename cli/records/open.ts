// Opens what people give as input: a file, or stdin as `-`; compressed ones are unpacked by what they are, not by their name.
import { createReadStream, statSync } from "node:fs";
import type { Readable } from "node:stream";
import { PassThrough } from "node:stream";
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
  const texts = decoded(await unpacked(raw));
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
async function unpacked(raw: Readable): Promise<Readable> {
  const begin = await firstChunk(raw);
  const isGzip = begin !== undefined && begin[0] === 0x1f && begin[1] === 0x8b;
  if (begin !== undefined) raw.unshift(begin);
  if (!isGzip) return raw;
  const gunzip = createGunzip();
  const out = new PassThrough();
  const fail = (cause: Error) =>
    out.destroy(
      new VisibleError("invalid", `The input can't be unpacked: ${cause.message}.`, [], { cause }),
    );
  raw.on("error", fail).pipe(gunzip).on("error", fail).pipe(out);
  return out;
}

function firstChunk(raw: Readable): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const chunk: Buffer | null = raw.read();
      if (chunk !== null) settle(() => resolve(chunk));
    };
    const end = () => settle(() => resolve(undefined));
    const fail = (error: Error) => settle(() => reject(error));
    const settle = (then: () => void) => {
      raw.off("readable", look).off("end", end).off("error", fail);
      then();
    };
    raw.on("readable", look).on("end", end).on("error", fail);
  });
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

async function* resumed(
  begun: readonly string[],
  rest: AsyncIterable<string>,
): AsyncGenerator<string> {
  yield* begun;
  yield* rest;
}
