// The double behind a port of this machine, for clients in other processes and for whatever a socket may do to a call.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Aws } from "./aws.ts";
import type { WireRequest } from "./service.ts";

export interface Loopback {
  /** For `endpoint` of a client, or AWS_ENDPOINT_URL of a process. */
  readonly url: string;
  close(): Promise<void>;
}

export async function listen(aws: Aws): Promise<Loopback> {
  const server = createServer((request, response) => {
    serve(aws, request, response).catch((error: unknown) => {
      console.error(error);
      response.writeHead(599).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(aws: Aws, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const answer = await aws.answer(await wireRequest(request), gone.signal);
  if (answer === undefined) {
    request.socket.destroy();
    return;
  }
  response.writeHead(answer.status, { ...answer.headers, "content-length": lengthOf(answer) });
  response.end(request.method === "HEAD" ? undefined : answer.body);
}

/** Of a HEAD's answer the length is said, though no body follows. */
function lengthOf({
  headers,
  body,
}: {
  headers: Readonly<Record<string, string>>;
  body: Uint8Array;
}) {
  return headers["content-length"] ?? String(body.length);
}

async function wireRequest(request: IncomingMessage): Promise<WireRequest> {
  const [path = "/", search = ""] = (request.url ?? "/").split(/\?(.*)/s);
  const query = new Map<string, string[]>();
  for (const [key, value] of new URLSearchParams(search))
    query.set(key, [...(query.get(key) ?? []), value]);
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return {
    method: request.method ?? "GET",
    host: (request.headers.host ?? "").split(":")[0] ?? "",
    path,
    query,
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [
        name,
        [value ?? ""].flat().join(","),
      ]),
    ),
    body: Buffer.concat(chunks),
  };
}
