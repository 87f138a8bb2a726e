// Bodies: of what type, how large, and as what they are read. Nothing is buffered beyond its limit, whatever the length header says.
import type * as z from "zod";
import { VisibleError } from "#shared/fault.ts";
import { parse } from "./faults.ts";
import { decodeUtf8, parseJson } from "./json.ts";
import { Refused } from "./problem.ts";

export interface Media {
  readonly schema?: z.ZodType;
  readonly text?: string;
  readonly examples?: Readonly<Record<string, unknown>>;
}

/** What a route takes as its body. `read` gets the request once its type was found to be one of `types`. */
export interface Body<B> {
  readonly types: Readonly<Record<string, Media>>;
  readonly isOptional?: boolean;
  /** Which limit of the API holds for it; `bodyBytes` unless it says otherwise. */
  readonly limit?: "bodyBytes" | "uploadBytes";
  readonly read: (request: Request, type: string, limitBytes: number) => Promise<B>;
}

/** A JSON document. Where a body is optional, an empty one is read as an empty object. */
export function jsonBody<B>(
  schema: z.ZodType<B>,
  options: {
    readonly examples?: Readonly<Record<string, unknown>>;
    readonly isOptional?: boolean;
  } = {},
): Body<B> {
  const { examples, isOptional } = options;
  return {
    types: { "application/json": { schema, examples } },
    isOptional,
    read: async (request, _, limitBytes) => {
      const text = decodeUtf8(await readBytes(request, limitBytes));
      return parse(schema, isOptional && text === "" ? {} : parseJson(text), "The body");
    },
  };
}

/** The declared type that the request's body has, or undefined where there is no body and none is needed. */
export function typeOf(body: Body<unknown>, request: Request): string | undefined {
  const declared = Object.keys(body.types);
  const header = request.headers.get("content-type");
  const came = header?.split(";")[0]?.trim().toLowerCase();
  if (came && declared.includes(came)) return came;
  const isEmpty = request.headers.get("content-length") === "0" || request.body === null;
  if (!came && isEmpty && body.isOptional) return declared[0];
  const got = came ? `"${came.slice(0, 100)}"` : "none";
  const detail = `Wanted a body with the content type ${declared.join(" or ")}; got ${got}.`;
  const faults = [{ pointer: "/headers/content-type", detail }];
  throw new Refused({ code: "mediaType", detail, faults });
}

type Bytes = Uint8Array<ArrayBuffer>;

export async function readBytes(request: Request, limitBytes: number): Promise<Bytes> {
  const length = request.headers.get("content-length");
  if (length === null) return readCounted(request.body, limitBytes);
  if (Number(length) > limitBytes) throw tooLarge(limitBytes);
  // The HTTP parser lets no more bytes through than the header says.
  const bytes = new Uint8Array(await request.arrayBuffer().catch(brokenOff));
  if (bytes.length > limitBytes) throw tooLarge(limitBytes);
  return bytes;
}

async function readCounted(
  stream: ReadableStream<Uint8Array> | null,
  limitBytes: number,
): Promise<Bytes> {
  if (!stream) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  for await (const chunk of counted(stream, limitBytes)) chunks.push(chunk);
  return concat(chunks);
}

/** The same bytes; breaks with a VisibleError as soon as there are more than `limitBytes`. */
export async function* counted(
  stream: ReadableStream<Uint8Array>,
  limitBytes: number,
): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(brokenOff);
      if (done) return;
      size += value.length;
      if (size > limitBytes) throw tooLarge(limitBytes);
      yield value;
    }
  } finally {
    void reader.cancel().catch(() => {});
  }
}

function concat(chunks: readonly Uint8Array[]): Bytes {
  const all = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

function tooLarge(limitBytes: number): VisibleError {
  return new VisibleError(
    "tooLarge",
    `Wanted a body of at most ${limitBytes} bytes; got a larger one. Send it in parts.`,
  );
}

function brokenOff(cause: unknown): never {
  throw new VisibleError("invalid", "The body broke off before its end.", [], { cause });
}
