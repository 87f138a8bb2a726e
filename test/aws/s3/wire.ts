// S3's own ways on the wire: the bucket stands in the host or first in the path; a streamed body may come in chunks with its checksum behind.
import { AwsError, type WireRequest } from "../service.ts";

export function arrange(request: WireRequest): { request: WireRequest; input: object } {
  const { Bucket, path } = placeOf(request);
  const encodings = (request.headers["content-encoding"] ?? "")
    .split(",")
    .map((name) => name.trim());
  if (!encodings.includes("aws-chunked"))
    return { request: { ...request, path }, input: { Bucket } };
  const { body, trailers } = unchunked(request.body);
  const { "content-encoding": _, ...headers } = request.headers;
  return {
    request: { ...request, path, body, headers: { ...headers, ...trailers } },
    input: { Bucket },
  };
}

function placeOf({ host, path }: WireRequest): { readonly Bucket: string; readonly path: string } {
  const inHost = /^(.+)\.s3[.-][a-z0-9-]*\.?amazonaws\.com$/.exec(host)?.[1];
  if (inHost !== undefined) return { Bucket: inHost, path };
  const [, bucket = "", rest = ""] = /^\/([^/]*)(\/.*)?$/.exec(path) ?? [];
  return { Bucket: decodeURIComponent(bucket), path: rest === "" ? "/" : rest };
}

/** `SIZE[;extension]\r\nBYTES\r\n` again and again, a chunk of size 0, then headers. */
function unchunked(body: Uint8Array): { body: Uint8Array; trailers: Record<string, string> } {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = bytes.indexOf("\r\n", at);
    const size = Number.parseInt(bytes.toString("latin1", at, end).split(";")[0] ?? "", 16);
    if (end < 0 || Number.isNaN(size))
      throw new AwsError("IncompleteBody", "The chunks of the body are broken.", { status: 400 });
    at = end + 2;
    if (size === 0) break;
    parts.push(bytes.subarray(at, at + size));
    at += size + 2;
  }
  const lines = bytes.toString("latin1", at).split("\r\n");
  const trailers = lines.flatMap((line) => {
    const [name, value] = line.split(/:(.*)/s);
    return name && value !== undefined ? [[name.toLowerCase(), value.trim()] as const] : [];
  });
  return { body: Buffer.concat(parts), trailers: Object.fromEntries(trailers) };
}
