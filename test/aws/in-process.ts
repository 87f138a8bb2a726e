// The SDK's request handler that asks the double in this process, without a socket.
import { Readable } from "node:stream";
import { type HttpRequest, HttpResponse } from "@smithy/core/protocols";
import type { Aws } from "./aws.ts";
import type { WireRequest } from "./service.ts";

export class InProcess {
  readonly #aws: Aws;

  constructor(aws: Aws) {
    this.#aws = aws;
  }

  async handle(
    request: HttpRequest,
    { abortSignal }: { readonly abortSignal?: unknown } = {},
  ): Promise<{ response: HttpResponse }> {
    const signal = abortSignal as AbortSignal | undefined;
    signal?.throwIfAborted();
    const answer = await abortable(this.#aws.answer(await wireRequest(request), signal), signal);
    if (answer === undefined)
      throw Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
    const { status, headers, body } = answer;
    const response = new HttpResponse({
      statusCode: status,
      headers: { ...headers },
      body: bodyOf(request, body),
    });
    return { response };
  }

  updateHttpClientConfig(): void {}

  httpHandlerConfigs(): object {
    return {};
  }

  destroy(): void {}
}

/** Of S3 a stream, as its client wants it; the others take bytes, which cost less. */
function bodyOf({ method, hostname }: HttpRequest, body: Uint8Array): unknown {
  if (method === "HEAD") return Readable.from([]);
  if (!hostname.split(".").includes("s3")) return body;
  return Readable.from([body], { objectMode: false });
}

async function wireRequest(request: HttpRequest): Promise<WireRequest> {
  const { method, hostname, path, query, headers, body } = request;
  const lists = Object.entries(query).map(
    ([key, value]) => [key, [value ?? ""].flat()] as readonly [string, readonly string[]],
  );
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    method,
    host: hostname,
    path,
    query: new Map(lists),
    headers: Object.fromEntries(lower),
    body: await bytes(body),
  };
}

async function bytes(body: unknown): Promise<Uint8Array> {
  if (body === undefined || body === null) return new Uint8Array();
  if (body instanceof Uint8Array) return body;
  if (typeof body === "string") return Buffer.from(body);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array | string>)
    chunks.push(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
  return Buffer.concat(chunks);
}

function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const abort = () => reject(Object.assign(new Error("Request aborted"), { name: "AbortError" }));
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
