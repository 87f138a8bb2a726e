// The AWS body on this machine: the double behind a port, containers as real processes, and the API at an address that any client reaches.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { realClock } from "#test/aws/clock.ts";
import { listen } from "#test/aws/loopback.ts";
import type { RecordedCall } from "#test/aws/recorder.ts";
import type { Api } from "./api.ts";
import type { Cloud } from "./cloud.ts";
import { type Processes, processesCast } from "./processes-cast.ts";
import { storyEnvironment } from "./settings.ts";
import { openStand, type Stand } from "./stand.ts";

export interface Body extends Stand {
  /** Of the API. */
  readonly address: string;
}

export interface BodyOptions {
  readonly port?: number;
  readonly record?: (call: RecordedCall) => void;
  readonly write?: (line: string) => void;
}

/** Fargate takes half a minute; nobody who watches would want that. */
const START_MS = 300;
const GROUP = storyEnvironment().ZOE_LOG_GROUP ?? "";

export async function openBody({ port = 0, record, write }: BodyOptions = {}): Promise<Body> {
  const opened: (() => Promise<void>)[] = [];
  let processes: Processes | undefined;
  const startOf = (cloud: Cloud) => {
    const ready = listen(cloud.aws).then((loopback) => {
      opened.push(() => loopback.close());
      processes = processesCast(cloud, loopback.url, GROUP);
    });
    opened.unshift(() => ready);
    return (...cast: Parameters<Processes["cast"]>) => processes?.cast(...cast);
  };
  const stand = await openStand({
    ...{ clock: realClock, cast: startOf },
    ecs: { startMs: START_MS, stopMs: START_MS, vcpus: { FARGATE: 6, FARGATE_SPOT: 6 } },
    batch: { startMs: START_MS },
    ...(record && { record }),
    ...(write && { write }),
  });
  await opened[0]?.();
  const server = await serve(stand.api, port);
  return {
    ...stand,
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await processes?.close();
      await stand.close();
      for (const close of opened.slice(1)) await close();
    },
  };
}

async function serve(api: Api, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    pass(api, request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return server;
}

async function pass(api: Api, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, [value ?? ""].flat().join(",")]),
  );
  const body = Buffer.concat(chunks);
  const answer = await api.pass({
    ...{ method: request.method ?? "GET", path: request.url ?? "/", headers },
    ...(body.length > 0 && { body }),
  });
  const { "content-length": _, ...rest } = answer.headers;
  response.writeHead(answer.status, rest).end(answer.bytes);
}
