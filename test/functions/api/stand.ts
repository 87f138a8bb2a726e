// The API over the local twins: memory store, memory queues turned by hand, memory objects, a simulated engine. Asked by `app.request`, as a caller would.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { app } from "#functions/api/app.ts";
import type { ApiOptions } from "#functions/api/settings.ts";
import type { InstanceEvent } from "#functions/backend.ts";
import { firstStart } from "#functions/first-start.ts";
import { idMaker } from "#functions/host/ids.ts";
import { launch } from "#functions/launch.ts";
import { observe } from "#functions/observe.ts";
import type { MessageQueue } from "#functions/queue.ts";
import { schedule } from "#functions/scheduler/schedule.ts";
import { DEFAULT_SETTINGS } from "#functions/settings.ts";
import { putTenant, putUser } from "#functions/tenants.ts";
import { tick } from "#functions/tick.ts";
import { createToken } from "#functions/tokens.ts";
import type { World } from "#functions/world.ts";
import { SimulatedBackend } from "#local/backends/simulated.ts";
import { LocalLogs } from "#local/logs.ts";
import { memoryTaskQueues } from "#local/memory-task-queues.ts";
import { memoryObjects } from "#local/objects/memory-objects.ts";
import { fileSecrets } from "#local/secrets.ts";
import { memoryStore } from "#local/store/memory-store.ts";
import type { DecideMessage, LaunchMessage, TickMessage } from "#shared/message.ts";
import type { Principal, Role, Scope } from "#shared/principal.ts";
import { conformance } from "./conforms.ts";
import { builtIn, frameworks } from "./zapps.ts";

class HandTurned<M> implements MessageQueue<M> {
  messages: M[] = [];

  async send(messages: readonly M[]): Promise<void> {
    this.messages.push(...messages);
  }

  take(): M[] {
    return this.messages.splice(0);
  }
}

export interface LogLine {
  readonly level: string;
  readonly text: string;
  readonly about: Readonly<Record<string, unknown>>;
}

export interface Stand {
  readonly world: World;
  readonly clock: { now: number };
  readonly logged: LogLine[];
  /** Of the first administrator, in the tenant `default`. */
  readonly admin: string;
  ask(method: string, path: string, options?: Ask): Promise<Answer>;
  /** A token of a user who is made with it. */
  tokenOf(user: string, options?: NewToken): Promise<string>;
  /** Turns all queues until nothing moves any more. */
  turn(): Promise<void>;
}

export interface Ask {
  /** null: none is sent. */
  readonly token?: string | null;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly raw?: RequestInit["body"];
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of all shapes.
  readonly json: any;
}

export interface NewToken {
  readonly tenant?: string;
  readonly role?: Role;
  readonly scope?: Scope;
  readonly expiresInDays?: number;
}

export const ROOT: Principal = {
  ...{ tenant: "default", user: "admin", role: "administrator", scope: "admin" },
};

export async function aStand(options: ApiOptions = {}): Promise<Stand> {
  const clock = { now: Date.UTC(2026, 2, 1) };
  const logged: LogLine[] = [];
  const { world, turn } = aWorld(clock, logged);
  let admin = "";
  await firstStart(world, async (secret) => {
    admin = secret;
  });
  const { request } = app(world, options);
  const conforms = conformance(world, options);
  return {
    ...{ world, clock, logged, admin, turn },
    async ask(method, path, asked = {}) {
      const answer = await ask(request, admin, method, path, asked);
      conforms(method, path, answer);
      return answer;
    },
    tokenOf: (user, wish) => newToken(world, user, wish),
  };
}

const folders = mkdtempSync(join(tmpdir(), "zoe-api-"));
afterAll(() => rmSync(folders, { recursive: true }));
let stands = 0;

function aWorld(clock: { now: number }, logged: LogLine[]) {
  const now = () => clock.now;
  const queues = {
    decide: new HandTurned<DecideMessage>(),
    launch: new HandTurned<LaunchMessage>(),
    observe: new HandTurned<InstanceEvent>(),
    tick: new HandTurned<TickMessage>(),
  };
  const folder = join(folders, String(stands++));
  const log =
    (level: string) =>
    (text: string, about: LogLine["about"] = {}) => {
      logged.push({ level, text, about });
    };
  const world: World = {
    store: memoryStore({ now }),
    queues,
    tasks: memoryTaskQueues({
      now,
      onChange: ({ executionId }) => void queues.tick.send([{ executionId }]),
    }),
    backends: [anEngine(now, queues.observe)],
    objects: memoryObjects({ now }),
    logs: new LocalLogs(join(folder, "logs")),
    secrets: fileSecrets(join(folder, "secrets")),
    ...{ builtIn, frameworks },
    settings: DEFAULT_SETTINGS,
    host: "stand",
    now,
    newId: idMaker(now),
    log: { info: log("info"), warn: log("warn"), error: log("error") },
  };
  return { world, turn: () => turn(world, queues) };
}

type Queues = Readonly<{
  decide: HandTurned<DecideMessage>;
  launch: HandTurned<LaunchMessage>;
  observe: HandTurned<InstanceEvent>;
  tick: HandTurned<TickMessage>;
}>;

const MOST_TURNS = 50;

async function turn(world: World, queues: Queues): Promise<void> {
  for (let n = 0; n < MOST_TURNS; n++) {
    const [decide, launches] = [queues.decide.take(), queues.launch.take()];
    const [events, ticks] = [queues.observe.take(), queues.tick.take()];
    if (decide.length + launches.length + events.length + ticks.length === 0) return;
    if (decide.length > 0) await schedule(world);
    if (launches.length > 0) await launch(world, launches);
    if (events.length > 0) await observe(world, events);
    for (const { executionId } of ticks) await tick(world, executionId);
  }
}

/** Holds two instances of one vCPU; each runs until it is stopped. */
function anEngine(now: () => number, observed: HandTurned<InstanceEvent>): SimulatedBackend {
  const amount = { instances: 2, cpu: 2, memoryMib: 2048, gpu: 0 };
  return new SimulatedBackend({
    name: "simulated",
    capabilities: {
      engine: "simulated",
      runs: ["once", "array", "worker"],
      capacity: amount,
      largest: amount,
      features: ["programs", "retry", "maxTime", "secrets", "routes"],
      remembers: true,
      catalogueOnly: false,
    },
    now,
    later: (_, act) => act(),
    tell: (event) => void observed.send([event]),
    cast: () => ({ reply: "launched", startsAfterMs: 0 }),
    graceMs: 0,
  });
}

async function newToken(world: World, user: string, wish: NewToken = {}): Promise<string> {
  const { tenant = "default", role = "user", scope = "submit", expiresInDays } = wish;
  if (tenant !== "default") await putTenant(world, ROOT, { name: tenant });
  await putUser(world, ROOT, { tenant, name: user, role });
  const made = await createToken(world, ROOT, { user, tenant, scope, expiresInDays });
  return made.secret;
}

type Request = (path: string, init: RequestInit) => Response | Promise<Response>;

async function ask(
  request: Request,
  admin: string,
  method: string,
  path: string,
  { token = admin, body, raw, type, headers = {} }: Ask,
): Promise<Answer> {
  const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const contentType = type ?? (body === undefined ? undefined : "application/json");
  const response = await request(path, {
    method,
    headers: {
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(contentType && { "content-type": contentType }),
      ...headers,
    },
    ...(sent !== undefined && { body: sent, duplex: "half" }),
  } as RequestInit);
  const text = await response.text();
  const isJson = (response.headers.get("content-type") ?? "").includes("json");
  return {
    ...{ status: response.status, headers: response.headers, text },
    json: isJson && text !== "" && !text.includes("\n{") ? JSON.parse(text) : undefined,
  };
}
