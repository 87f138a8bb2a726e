// One queue, so many workers, tasks of 50 ms: how many a second.
import { randomUUID } from "node:crypto";
import { readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { BenchServer } from "../server.ts";

export type Kind = "wait" | "compute";

const WORKER = fileURLToPath(new URL("worker.mjs", import.meta.url));
export const TASK_MS = 50;

interface Queue {
  readonly done: number;
  readonly failed: number;
}

export async function tasksPerSecond(
  server: BenchServer,
  { kind, workers, tasks }: { kind: Kind; workers: number; tasks: number },
): Promise<number> {
  const goFile = join(server.state, `go-${randomUUID()}`);
  const { execution } = await server.ask<{ execution: { id: string } }>("POST", "/v1/executions", {
    description: descriptionOf(goFile, kind, workers),
  });
  const queue = `/v1/executions/${execution.id}/queues/tasks`;
  const items = Array.from({ length: tasks }, (_, n) => ({ payload: n }));
  await server.ask("POST", `${queue}/tasks`, items);
  await ready(server, goFile, workers);
  const begin = performance.now();
  writeFileSync(goFile, "");
  for (;;) {
    const { done, failed } = await server.ask<Queue>("GET", queue);
    if (failed > 0) throw new Error(`${failed} tasks failed.`);
    if (done >= tasks) break;
    await after(20);
  }
  const seconds = (performance.now() - begin) / 1000;
  await server.ask("DELETE", `/v1/executions/${execution.id}`);
  return tasks / seconds;
}

function descriptionOf(goFile: string, kind: Kind, workers: number) {
  const worker = {
    ...{ name: "worker", run: "worker", queue: "tasks", program: "." },
    command: ["node", WORKER, goFile, kind, String(TASK_MS)],
    ...{ count: { min: workers, max: workers }, backlogPerWorker: 1, idle: "10m" },
    resources: { cpu: 0.1, memory: "128MiB" },
  };
  const queues = { tasks: { lease: "60s", maxAttempts: 3 } };
  return { version: 4, name: "speed-up", queues, services: [worker] };
}

async function ready(server: BenchServer, goFile: string, workers: number): Promise<void> {
  const prefix = `${basename(goFile)}-`;
  for (let tries = 0; tries < 1200; tries++) {
    const there = readdirSync(server.state).filter((name) => name.startsWith(prefix));
    if (there.length >= workers) return;
    await after(50);
  }
  throw new Error(`${workers} workers did not start within a minute.`);
}
