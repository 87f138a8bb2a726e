// The runtime API: what worker programs speak to, at http://127.0.0.1:PORT/SECRET, of the local host or of a sidecar. Plain node:http, since every task passes here twice.
import { randomBytes } from "node:crypto";
import { chmod } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type QueueRef, TASK_LIMITS } from "#functions/task-queues.ts";
import type { Log } from "#functions/world.ts";
import { quote, VisibleError } from "#shared/fault.ts";
import { type Answer, problem, problemOf, send } from "./answer.ts";
import { parseReports, readBody } from "./reports.ts";
import { Session, type SessionHost, type WorkerSession } from "./session.ts";

export interface RuntimeOptions extends SessionHost {
  readonly log: Log;
  /** 0, the default: any free one. */
  readonly port?: number;
}

export interface Runtime {
  /** What the worker's program finds in ZOE_RUNTIME_API. Holds its secret, a new one unless it was told before: never logged. */
  open(session: WorkerSession, secret?: string): string;
  /** The worker ended; `killed`: it was taken down, maybe by the task it held. What it held waits again. */
  close(ref: QueueRef, worker: string, killed: boolean): Promise<void>;
  /** Answers at a socket too, to whoever reaches it: who it is, the secret says. */
  listenAt(socket: string): Promise<void>;
  stop(): Promise<void>;
}

const SECRET_BYTES = 32;
const ALL_MAY_CONNECT = 0o666;
const BEAT_MILLISECONDS = 1000;
/** Longer than the longest wait, so that no kept connection ends under a request. */
const KEEP_ALIVE_MILLISECONDS = 60_000;
/** A request's headers and body must be here by then. */
const SLOWEST_REQUEST_MILLISECONDS = 30_000;
const SERVER_SETTINGS = {
  keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
  requestTimeout: SLOWEST_REQUEST_MILLISECONDS,
  headersTimeout: SLOWEST_REQUEST_MILLISECONDS,
} as const;

export async function openRuntime(options: RuntimeOptions): Promise<Runtime> {
  const sessions = new Map<string, Session>();
  const newServer = () =>
    createServer(
      SERVER_SETTINGS,
      (request, response) => void serve(sessions, request, response, options.log),
    );
  const servers = [newServer()];
  const port = await listen(servers[0] as Server, options.port ?? 0);
  const beat = setInterval(() => beatAll(sessions, options.log), BEAT_MILLISECONDS);
  return {
    open(session, secret = randomBytes(SECRET_BYTES).toString("hex")) {
      sessions.set(secret, new Session(session, options));
      return `http://127.0.0.1:${port}/${secret}`;
    },
    async close(ref, worker, killed) {
      for (const [secret, session] of sessions) {
        if (!isOf(session.of, ref, worker)) continue;
        sessions.delete(secret);
        await session.close(killed);
      }
    },
    async listenAt(socket) {
      const server = newServer();
      servers.push(server);
      await listenAtSocket(server, socket);
    },
    async stop() {
      clearInterval(beat);
      await Promise.all(servers.map(closeServer));
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

async function listenAtSocket(server: Server, socket: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(socket, () => resolve());
  });
  await chmod(socket, ALL_MAY_CONNECT);
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function isOf({ ref, worker }: WorkerSession, wanted: QueueRef, name: string): boolean {
  return worker === name && ref.executionId === wanted.executionId && ref.queue === wanted.queue;
}

function beatAll(sessions: ReadonlyMap<string, Session>, log: Log): void {
  for (const session of sessions.values())
    session.beat().catch((error: unknown) => {
      log.warn("A worker's leases could not be renewed.", { worker: session.of.worker, error });
    });
}

async function serve(
  sessions: ReadonlyMap<string, Session>,
  request: IncomingMessage,
  response: ServerResponse,
  log: Log,
): Promise<void> {
  response.sendDate = false;
  const [, secret = "", rest = ""] = /^\/([^/?]+)\/(.*)$/.exec(request.url ?? "") ?? [];
  const session = sessions.get(secret);
  if (!session) return send(response, { status: 404 });
  try {
    const answer = await answerTo(session, request, response, rest);
    deliver(session, response, answer);
  } catch (error) {
    const told = problemOf(error);
    if (!told)
      log.error("A request to the runtime API failed.", { worker: session.of.worker, error });
    if (!request.complete) response.shouldKeepAlive = false;
    send(response, told ?? problem(500, "Zoe made an error; it is in the log. Try again."));
  }
}

async function answerTo(
  session: Session,
  request: IncomingMessage,
  response: ServerResponse,
  rest: string,
): Promise<Answer> {
  const [path, query = ""] = rest.split("?");
  const call = `${request.method} /${path}`;
  if (call === "GET /next") {
    const max = numberIn(query, "max", 1, TASK_LIMITS.leasesPerCall) ?? 1;
    const wait = numberIn(query, "wait", 0, TASK_LIMITS.waitSeconds) ?? TASK_LIMITS.waitSeconds;
    return session.next(max, wait, (stop) => response.once("close", stop));
  }
  if (call === "POST /results") {
    const next = numberIn(query, "next", 1, TASK_LIMITS.leasesPerCall);
    return session.report(parseReports(await readBody(request)), next);
  }
  if (path === "next" || path === "results")
    return problem(405, `GET /next and POST /results were wanted; ${call} came.`);
  return problem(404, `There are GET /next and POST /results; ${call} came.`);
}

function numberIn(query: string, name: string, least: number, most: number): number | undefined {
  if (query === "") return undefined;
  const text = new URLSearchParams(query).get(name);
  if (text === null) return undefined;
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  const detail = `${name} is a whole number from ${least} to ${most}; ${quote(text)} came.`;
  throw new VisibleError("invalid", detail, [{ pointer: `/${name}`, detail }]);
}

/** Leases that did not get through wait again: a program that is gone, or gave up waiting, does nothing with them. */
function deliver(session: Session, response: ServerResponse, answer: Answer): void {
  const { leases = [] } = answer;
  const giveBack = () => void session.undelivered(leases).catch(() => {});
  if (response.destroyed) {
    if (leases.length > 0) giveBack();
    return;
  }
  if (leases.length > 0)
    response.once("close", () => {
      if (!response.writableFinished) giveBack();
    });
  send(response, answer);
}
