// Gangs of containers, and kill -9 of their control plane in each phase of their lives: each ends as it should, and nothing of it is left.
import { pause, type Server } from "../server.ts";
import type { Ground } from "./ground.ts";
import { NODES, type Phase, type Sight } from "./phases.ts";
import type { RuntimeProxy } from "./proxy.ts";

const LOOK_MS = 15;
const DEADLINE_MS = 120_000;
/** After its end: a network lingers for two seconds, and a volume goes with one of the next sweeps. */
const LEFT_MS = 60_000;

const SERVICE = {
  ...{ name: "ranks", run: "gang", nodes: NODES, image: "debian:bookworm-slim" },
  prepare: "echo prepared > $ZOE_WORK_DIR/file",
  script: `echo begun; echo out > $ZOE_OUTPUT_DIR/out; srun -n ${NODES} hostname > names && test $(sort -u names | wc -l) = ${NODES} && sleep 0.5`,
  finish: "echo finishing; sleep 0.3",
  volumes: [{ name: "scratch", path: "/scratch", scope: "execution" }],
  startWithin: "60s",
  retry: { attempts: 4, backoff: "1s", on: ["lost", "interrupted"] },
  resources: { cpu: 0.5, memory: "64MiB" },
};

interface Execution {
  readonly id: string;
  readonly state: string;
  readonly outcome?: { readonly kind: string; readonly reason?: string };
}

export interface Bed {
  readonly server: Server;
  readonly ground: Ground;
  /** Between the control plane and the runtime. */
  readonly proxy: RuntimeProxy;
  readonly random: () => number;
}

/** What is wrong with it then. */
export async function survive(bed: Bed, phase: Phase): Promise<readonly string[]> {
  const { server, random } = bed;
  const id = await submit(server, SERVICE);
  await reach(bed, id, phase);
  await pause(random() * 60);
  await server.end("SIGKILL");
  await server.start();
  const { outcome, isDouble } = await follow(bed, id);
  const wanted = phase.outcome ?? "succeeded";
  return [
    ...(outcome?.kind === wanted ? [] : [`${wanted} wanted, got ${JSON.stringify(outcome)}`]),
    ...(isDouble ? ["two generations ran at once"] : []),
    ...(await leftOf(() => bed.ground.left())),
  ];
}

export async function submit(server: Server, service: object): Promise<string> {
  const description = { version: 4, name: "gang-torture", services: [service] };
  const answer = await server.insist<{ execution: { id: string } }>("POST", "/v1/executions", {
    description,
  });
  return answer.execution.id;
}

async function reach(bed: Bed, id: string, { before, isReached }: Phase): Promise<void> {
  const stop = () => bed.server.insist<void>("DELETE", `/v1/executions/${id}`);
  if (before) await before.act(bed.ground, await until(bed, id, before.isReached), stop);
  await until(bed, id, isReached);
}

async function until(bed: Bed, id: string, isReached: Phase["isReached"]): Promise<Sight> {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const sight = await look(bed, id);
    if (isReached(sight)) return sight;
    if (sight.state === "ended" || Date.now() > deadline)
      throw new Error(`The phase never came: ${JSON.stringify(sight)}. ${bed.server.output}`);
    await pause(LOOK_MS);
  }
}

async function look({ server, ground }: Bed, id: string): Promise<Sight> {
  const [nodes, networks, execution, log] = await Promise.all([
    ground.nodes(),
    ground.networks(),
    server.ask("GET", `/v1/executions/${id}`),
    server.ask("GET", `/v1/executions/${id}/logs?service=ranks&index=0`),
  ]);
  const state = (execution?.body as Execution | undefined)?.state ?? "";
  const text = (log?.body as { text?: string } | undefined)?.text ?? "";
  return { nodes, networks: networks.length, state, log: text };
}

/** To its end. */
export async function follow({ server, ground }: Bed, id: string) {
  const deadline = Date.now() + DEADLINE_MS;
  let isDouble = false;
  for (;;) {
    const running = (await ground.nodes()).filter(({ isRunning }) => isRunning);
    isDouble ||= new Set(running.map(({ generation }) => generation)).size > 1;
    const { state, outcome } = await server.insist<Execution>("GET", `/v1/executions/${id}`);
    const isLate = Date.now() > deadline;
    if (state === "ended" || isLate)
      return { ...(!isLate && { outcome }), generations: await generationOf(server, id), isDouble };
    await pause(50);
  }
}

async function generationOf(server: Server, id: string): Promise<number> {
  const page = await server.insist<{ items: readonly { generation: number }[] }>(
    "GET",
    `/v1/executions/${id}/instances`,
  );
  return Math.max(0, ...page.items.map(({ generation }) => generation));
}

export async function leftOf(look: () => Promise<readonly string[]>): Promise<readonly string[]> {
  const deadline = Date.now() + LEFT_MS;
  for (;;) {
    const left = await look();
    if (left.length === 0 || Date.now() > deadline) return left.map((what) => `left: ${what}`);
    await pause(100);
  }
}
