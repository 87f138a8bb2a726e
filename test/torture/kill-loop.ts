// 20,000 short tasks, four workers, and kill -9 of the control plane again and again while they run; spawner and workers killed too.
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { childrenOf, kill, pause, processesWith, Server } from "./server.ts";

const WORKER = fileURLToPath(new URL("./worker.mjs", import.meta.url));
/** Of the tasks that must still be open when a kill lands. */
const OPEN_SHARE = 0.05;
const DEADLINE_MS = 12 * 60_000;

export interface KillLoopOptions {
  readonly folder: string;
  readonly port: number;
  readonly tasks: number;
  readonly kills: number;
  readonly random: () => number;
  readonly say: (line: string) => void;
}

export interface KillLoopResult {
  readonly outcomes: number;
  readonly lost: number;
  readonly double: number;
  readonly failed: number;
  readonly ranTwice: number;
  readonly kills: number;
  readonly spawnerKills: number;
  readonly workerKills: number;
  readonly leastOpenShare: number;
  readonly strays: number;
  readonly state: string;
}

interface Counts {
  readonly put: number;
  readonly done: number;
}

interface Standing {
  readonly state: string;
  readonly outcome?: object;
}

export async function killLoop(options: KillLoopOptions): Promise<KillLoopResult> {
  const { folder, port, tasks, kills, random, say } = options;
  const side = join(folder, "side");
  mkdirSync(side);
  const server = new Server({ state: join(folder, "state"), port });
  await server.start();
  const id = await submit(server, side);
  await putAll(server, id, tasks, random);
  let spawnerKills = 0;
  let workerKills = 0;
  let leastOpenShare = 1;
  for (let n = 1; n <= kills; n++) {
    const target = Math.floor((tasks * (1 - OPEN_SHARE * 1.6) * n) / (kills + 1));
    const open = await waitUntilDone(server, id, Math.floor(target * (0.7 + 0.3 * random())));
    if (n % 4 === 0) spawnerKills += killSome(childrenOf(server.pid));
    if (n % 3 === 0) workerKills += killSome(processesWith(`ZOE_EXECUTION_ID=${id}`).slice(0, 1));
    leastOpenShare = Math.min(leastOpenShare, open / tasks);
    await pause(random() * 40);
    await server.end("SIGKILL");
    say(`kill ${n} of ${kills}: ${open} of ${tasks} tasks open`);
    await server.start();
  }
  const state = await waitUntilEnded(server, id);
  const outcomes = await readOutcomes(server, id);
  await server.end("SIGTERM");
  await pause(200);
  const strays = processesWith(`ZOE_EXECUTION_ID=${id}`).length;
  return {
    ...tally(outcomes, tasks),
    ranTwice: countTwice(side),
    ...{ kills, spawnerKills, workerKills, leastOpenShare, strays, state },
  };
}

async function submit(server: Server, side: string): Promise<string> {
  const description = {
    version: 4,
    name: "torture",
    queues: { work: { lease: "30s", maxAttempts: 5 } },
    services: [
      {
        ...{ name: "worker", run: "worker", queue: "work", program: "." },
        ...{ command: ["node", WORKER], environment: { SIDE: side } },
        ...{ count: { min: 0, max: 4 }, backlogPerWorker: 10, idle: "5s" },
        resources: { cpu: 0.25, memory: "256MiB" },
      },
    ],
  };
  const {
    execution: { id },
  } = await server.insist<{ execution: { id: string } }>("POST", "/v1/executions", { description });
  return id;
}

async function putAll(
  server: Server,
  id: string,
  tasks: number,
  random: () => number,
): Promise<void> {
  const path = `/v1/executions/${id}/queues/work`;
  for (let at = 0; at < tasks; at += 10_000) {
    const list = Array.from({ length: Math.min(10_000, tasks - at) }, (_, n) => ({
      id: `t${at + n}`,
      payload: { n: at + n, ms: 5 + Math.floor(random() * 16) },
    }));
    await server.insist("POST", `${path}/tasks`, list);
  }
  await server.insist("POST", `${path}/close`);
}

async function waitUntilDone(server: Server, id: string, target: number): Promise<number> {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const { put, done } = await server.insist<Counts>("GET", `/v1/executions/${id}/queues/work`);
    if (done >= target) return put - done;
    const { state, outcome } = await server.insist<Standing>("GET", `/v1/executions/${id}`);
    if (state === "ended")
      throw new Error(`It ended with ${done} of ${put} done: ${JSON.stringify(outcome)}.`);
    if (Date.now() > deadline)
      throw new Error(`Only ${done} of ${put} tasks are done: it hangs. ${server.output}`);
    await pause(20);
  }
}

async function waitUntilEnded(server: Server, id: string): Promise<string> {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const { state } = await server.insist<Standing>("GET", `/v1/executions/${id}`);
    if (state === "ended" || Date.now() > deadline) return state;
    await pause(200);
  }
}

interface OutcomeRow {
  readonly task: string;
  readonly ok: boolean;
}

async function readOutcomes(server: Server, id: string): Promise<OutcomeRow[]> {
  const rows: OutcomeRow[] = [];
  let cursor = "";
  do {
    const page = await server.insist<{ items: OutcomeRow[]; cursor?: string }>(
      "GET",
      `/v1/executions/${id}/results?queue=work&limit=1000${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    rows.push(...page.items);
    cursor = page.cursor ?? "";
  } while (cursor !== "");
  return rows;
}

function tally(rows: readonly OutcomeRow[], tasks: number) {
  const seen = new Set(rows.map(({ task }) => task));
  const wanted = Array.from({ length: tasks }, (_, n) => `t${n}`);
  return {
    outcomes: rows.length,
    lost: wanted.filter((task) => !seen.has(task)).length,
    double: rows.length - seen.size,
    failed: rows.filter(({ ok }) => !ok).length,
  };
}

function countTwice(side: string): number {
  return readdirSync(side).filter(
    (name) => readFileSync(join(side, name), "utf8").split("\n").length > 2,
  ).length;
}

function killSome(pids: readonly number[]): number {
  for (const pid of pids) kill(pid);
  return pids.length;
}
