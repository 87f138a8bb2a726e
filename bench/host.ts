// The control plane inside the bench's own process, as `npm start` builds it, so that its event loop, its reads and its cycles can be counted.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { keys } from "#functions/records.ts";
import type { Action, Store } from "#functions/store.ts";
import { startHost } from "#local/host.ts";
import { readOptions } from "#local/options.ts";

export interface Counts {
  /** Calls that read, however many items each asks for. */
  readonly reads: number;
  readonly readsBy: Readonly<Record<string, number>>;
  readonly transactions: number;
  readonly cycles: number;
  /** The longest that the event loop stood still, in milliseconds. */
  readonly longestBlockMs: number;
}

export interface BenchHost {
  readonly token: string;
  readonly url: string;
  ask<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** From now on. */
  count(): Promise<void>;
  counted(): Promise<Counts>;
  /** Resolves when so many executions in all have their end on disk. */
  ended(executions: number): Promise<void>;
  /** Throws unless so many executions ended as succeeded, and no others are there. */
  allSucceeded(executions: number): Promise<void>;
  close(): Promise<void>;
}

/** Shipped settings, but for the rate limit, raised by its documented flag, and the flags given. */
export async function startBenchHost(flags: readonly string[] = []): Promise<BenchHost> {
  const folder = mkdtempSync(join(tmpdir(), "zoe-bench-"));
  const own = ["--state", join(folder, "zoe"), "--port", "0", "--requests-per-second", "1000000"];
  const options = readOptions([...own, ...flags], {});
  if (options === undefined) throw new Error("The bench's flags must not ask for help.");
  const { url, tokenFile, world, close } = await startHost(options);
  const token = readFileSync(tokenFile, "utf8").trim();
  const { meter, end } = watch(world.store);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const epoch = async () => Number((await world.store.get(keys.schedulerLease))?.value.epoch ?? 0);
  let epochBefore = 0;
  const askHere = <T>(method: string, path: string, body?: unknown) =>
    ask<T>(url, token, method, path, body);
  return {
    ...{ token, url, ask: askHere, allSucceeded: (n) => allSucceeded(askHere, n) },
    async count() {
      epochBefore = await epoch();
      meter.readsBy = {};
      meter.transactions = 0;
      delay.reset();
    },
    async counted() {
      const readsBy = { ...meter.readsBy };
      const reads = Object.values(readsBy).reduce((sum, n) => sum + n, 0);
      const cycles = (await epoch()) - epochBefore;
      const { transactions } = meter;
      return { reads, readsBy, transactions, cycles, longestBlockMs: delay.max / 1e6 };
    },
    ended: end,
    async close() {
      delay.disable();
      await close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Meter {
  readsBy: Record<string, number>;
  transactions: number;
}

/** Counts what passes through the store, in place: the steps and the host hold this very object. */
function watch(store: Store) {
  const meter: Meter = { readsBy: {}, transactions: 0 };
  const over = new Set<string>();
  let waiting: { readonly executions: number; readonly resolve: () => void } | undefined;
  const look = () => {
    if (waiting !== undefined && over.size >= waiting.executions) waiting.resolve();
  };
  for (const name of ["get", "getMany", "query", "queryIndex"] as const)
    Object.assign(store, { [name]: counting(meter, name, store[name] as Read) });
  const transact = store.transact;
  Object.assign(store, {
    async transact(actions: readonly Action[]) {
      meter.transactions++;
      const reply = await transact(actions);
      if (reply.kind === "committed") for (const id of endsOf(actions)) over.add(id);
      look();
      return reply;
    },
  });
  const end = (executions: number) =>
    new Promise<void>((resolve) => {
      waiting = { executions, resolve };
      look();
    });
  return { meter, end };
}

type Read = (...args: never[]) => unknown;

function counting(meter: Meter, name: string, call: Read): Read {
  return (...args) => {
    meter.readsBy[name] = (meter.readsBy[name] ?? 0) + 1;
    return call(...args);
  };
}

interface Row {
  readonly state: string;
  readonly outcome?: { readonly kind: string };
}

async function allSucceeded(ask: BenchHost["ask"], executions: number): Promise<void> {
  let succeeded = 0;
  let cursor = "";
  do {
    const path = `/v1/executions?limit=500${cursor}`;
    const page = await ask<{ items: readonly Row[]; cursor?: string }>("GET", path);
    succeeded += page.items.filter(({ outcome }) => outcome?.kind === "succeeded").length;
    cursor = page.cursor === undefined ? "" : `&cursor=${encodeURIComponent(page.cursor)}`;
  } while (cursor !== "");
  if (succeeded !== executions)
    throw new Error(`${executions} executions were to succeed; ${succeeded} did.`);
}

/** Executions that a transaction writes as ended. */
function endsOf(actions: readonly Action[]): string[] {
  return actions.flatMap((action) =>
    action.kind === "put" && action.item.sk === "meta" && action.item.value.state === "ended"
      ? [action.item.pk]
      : [],
  );
}

async function ask<T>(
  url: string,
  token: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<T> {
  const response = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok)
    throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}
