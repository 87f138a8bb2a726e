// One execution of a bench: a queue, and workers that wait for a file before they begin, so that puts and leases can be measured apart.
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { load, requestBytes } from "../load.ts";
import type { BenchServer } from "../server.ts";

/** How the two workers lease: each with so many loops of so many leases. */
export interface Leasing {
  readonly usesLibrary?: boolean;
  readonly loops: number;
  readonly leases: number;
}

const TASKS_PER_PUT = 10_000;
const PAYLOAD_BYTES = 500;
const WORKERS = 2;
const LOOK_MILLISECONDS = 10;

interface QueueAnswer {
  readonly put: number;
  readonly done: number;
  readonly failed: number;
}

export class Field {
  readonly #server: BenchServer;
  readonly #path: string;
  readonly #goFile: string;

  private constructor(server: BenchServer, id: string, goFile: string) {
    this.#server = server;
    this.#path = `/v1/executions/${id}`;
    this.#goFile = goFile;
  }

  /** Its workers run, and wait for `go`. */
  static async open(server: BenchServer, leasing: Leasing): Promise<Field> {
    const goFile = join(server.state, `go-${randomUUID()}`);
    const program = leasing.usesLibrary ? "with-library.mjs" : "worker.mjs";
    const file = fileURLToPath(new URL(`./tasks/${program}`, new URL("..", import.meta.url)));
    const words = ["node", file, goFile, String(leasing.loops), String(leasing.leases)];
    const worker = {
      ...{ name: "worker", run: "worker", queue: "tasks", program: ".", command: words },
      ...{ count: { min: WORKERS, max: WORKERS }, backlogPerWorker: 1, idle: "10m" },
      resources: { cpu: 1, memory: "512MiB" },
    };
    const queues = { tasks: { lease: "60s", maxAttempts: 3 } };
    const description = { version: 4, name: "bench-tasks", queues, services: [worker] };
    const submitted = await server.ask<{ execution: { id: string } }>("POST", "/v1/executions", {
      description,
    });
    const field = new Field(server, submitted.execution.id, goFile);
    await field.#running();
    return field;
  }

  async #running(): Promise<void> {
    for (let tries = 0; tries < 200; tries++) {
      const { items } = await this.#server.ask<{ items: readonly { state: string }[] }>(
        "GET",
        `${this.#path}/instances`,
      );
      if (items.filter(({ state }) => state === "running").length >= WORKERS) return after(300);
      await after(50);
    }
    throw new Error("The workers of the bench did not start within 10 seconds.");
  }

  /** Puts tasks, 10,000 in a body; answers the seconds it took. */
  async put(count: number, connections = 2): Promise<number> {
    const url = new URL(`${this.#server.url}${this.#path}/queues/tasks/tasks`);
    const most = Math.min(count, TASKS_PER_PUT);
    const body = `${Array.from({ length: most }, (_, n) => line(n)).join("\n")}\n`;
    const request = requestBytes("POST", url, this.#server.token, body, "application/x-ndjson");
    const requests = Math.ceil(count / most);
    const result = await load({
      url: url.href,
      connections: Math.min(connections, requests),
      requests,
      request: () => request,
    });
    const refused = [...result.statuses.keys()].filter((status) => status >= 300);
    if (refused.length > 0) throw new Error(`Puts were answered with ${refused.join(", ")}.`);
    return result.seconds;
  }

  go(): void {
    writeFileSync(this.#goFile, "");
  }

  /** Waits until so many have their outcome. Answers how many were done a second since the first was seen to be done. */
  async done(count: number): Promise<number> {
    let first = { at: performance.now(), done: 0 };
    for (;;) {
      const { done, failed } = await this.counts();
      const at = performance.now();
      if (failed > 0) throw new Error(`${failed} tasks failed.`);
      if (done >= count) return ((done - first.done) / (at - first.at)) * 1000;
      if (first.done === 0) first = { at, done };
      await after(LOOK_MILLISECONDS);
    }
  }

  counts(): Promise<QueueAnswer> {
    return this.#server.ask("GET", `${this.#path}/queues/tasks`);
  }

  async close(): Promise<void> {
    await this.#server.ask("DELETE", this.#path);
  }
}

function line(n: number): string {
  const start = `{"payload":{"n":${n},"text":"`;
  const payloadStart = start.length - '{"payload":'.length;
  return `${start}${"x".repeat(PAYLOAD_BYTES - payloadStart - 2)}"}}`;
}
