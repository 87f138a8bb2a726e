// The control plane on one machine, put together: state, store, queues, engine, API. `close` takes it apart in order.
import { readFileSync } from "node:fs";
import { chmod, cp, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { app } from "#functions/api/app.ts";
import { type ApiOptions, HTTP_SERVER_SETTINGS } from "#functions/api/settings.ts";
import { rawRefusal, refuseUnreadable } from "#functions/api/unreadable.ts";
import { firstStart } from "#functions/first-start.ts";
import { jsonLog } from "#functions/host/log.ts";
import type { World } from "#functions/world.ts";
import { VisibleError } from "#shared/fault.ts";
import { type Database, openDatabase } from "./database/database.ts";
import type { HostOptions } from "./options.ts";
import { startPump } from "./pump.ts";
import { openStateDirectory, type StateDirectory } from "./state-directory.ts";
import { purgeExpired } from "./store/purge.ts";
import { buildWorld } from "./world.ts";

export interface Host {
  readonly url: string;
  /** Holds the token that the first start made. */
  readonly tokenFile: string;
  readonly world: World;
  /** Takes no more requests and messages, ends what runs, lets go of the state directory. */
  close(): Promise<void>;
}

/** Expired items are as good as gone; this only gives their room back. */
const PURGE_MS = 600_000;

export async function startHost(options: HostOptions): Promise<Host> {
  const now = Date.now;
  const log = jsonLog(options.logLevel, (line) => process.stderr.write(line), now);
  const state = openStateDirectory(options.state, { now });
  const database = openDatabase(state.file("zoe.db"), { now });
  const { world, queues, engine, door, tasks } = await buildWorld(options, state, database, log);
  const tokenFile = state.file("admin-token");
  await firstStart(world, (secret) => writePrivate(tokenFile, `${secret}\n`));
  const pump = startPump(world, queues);
  const purge = setInterval(() => {
    purgeExpired(database, now()).catch((error: unknown) =>
      log.warn("What has expired was not deleted; it is tried again.", { error }),
    );
  }, PURGE_MS);
  const closing = new AbortController();
  const api = app(world, { ...apiOptions(options, state, database), closing: closing.signal });
  const { server, address } = await listen(options, api.fetch);
  return {
    ...{ url: urlOf(address), tokenFile, world },
    async close() {
      clearInterval(purge);
      closing.abort();
      await closeServer(server);
      await engine.close();
      await door.stop();
      await pump.close();
      tasks.stop();
      await database.close();
      state.release();
    },
  };
}

function apiOptions(options: HostOptions, state: StateDirectory, database: Database): ApiOptions {
  const { requestsPerSecond } = options;
  return {
    version: ownVersion(),
    requestLog: "changes",
    ...(requestsPerSecond !== undefined && {
      limits: { requestsPerSecond, requestBurst: requestsPerSecond * 5 },
    }),
    backup: () => backUp(state, database),
    keepProgram: (folder, { tenant, name, version }) =>
      keepProgram(folder, state.file("zapps", tenant, name, version)),
  };
}

function ownVersion(): string {
  const path = new URL("../package.json", import.meta.url);
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}

async function backUp(state: StateDirectory, database: Database) {
  await mkdir(state.file("backups"), { recursive: true, mode: 0o700 });
  const name = `zoe-${new Date().toISOString().replaceAll(/[:.]/g, "-")}.db`;
  const path = state.file("backups", name);
  await database.backup(path);
  await chmod(path, 0o600);
  const bytes = database.sizes().fileBytes;
  return { path, bytes };
}

/** A copy by content: what runs from an older version goes on reading that. */
async function keepProgram(folder: string, target: string): Promise<string> {
  const unfinished = `${target}~${process.pid}`;
  await rm(unfinished, { recursive: true, force: true });
  await cp(folder, unfinished, { recursive: true, dereference: true });
  await rm(target, { recursive: true, force: true });
  await rename(unfinished, target);
  return target;
}

async function writePrivate(path: string, text: string): Promise<void> {
  const unfinished = `${path}~`;
  await writeFile(unfinished, text, { mode: 0o600 });
  await rename(unfinished, path);
}

function listen(
  { port, host }: HostOptions,
  fetch: (request: Request) => Response | Promise<Response>,
): Promise<{ server: Server; address: AddressInfo }> {
  return new Promise((resolve, reject) => {
    const listener = getRequestListener(fetch, { errorHandler: refuseUnreadable });
    const server = createServer(HTTP_SERVER_SETTINGS, listener);
    server.once("error", (error: NodeJS.ErrnoException) => reject(whyNotListening(error, port)));
    server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
      if (!socket.writable) return;
      void rawRefusal(error.code).then((answer) => socket.end(answer));
    });
    server.listen(port, host, () => resolve({ server, address: server.address() as AddressInfo }));
  });
}

function whyNotListening(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code !== "EADDRINUSE") return error;
  const text = `Port ${port} is taken: name another with --port, or 0 for a free one.`;
  return new VisibleError("conflict", text, [], { cause: error });
}

function urlOf({ address, port, family }: AddressInfo): string {
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}

/** Long polls are cut: their callers ask again, of the next one. */
function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
