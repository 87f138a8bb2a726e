// A control plane of its own with the container engine, to which rings are submitted as anybody would.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Docker from "dockerode";
import { STATE } from "#local/backends/container/labels.ts";
import { freePort } from "#test/free-port.ts";
import { pause, Server } from "#test/torture/server.ts";

interface Log {
  readonly text: string;
  readonly next: number;
}

export const LAPS = 100;
export const RESULT = /mean hop: [\d.]+ us/;

export class RingServer {
  readonly #server: Server;
  readonly #folder: string;
  readonly #docker: Docker;

  private constructor(server: Server, folder: string, docker: Docker) {
    this.#docker = docker;
    this.#server = server;
    this.#folder = folder;
  }

  static async open(docker: Docker, dockerHost: string): Promise<RingServer> {
    const folder = mkdtempSync(join(tmpdir(), "zoe-bench-ring-"));
    const server = new Server({
      ...{ state: join(folder, "state"), port: await freePort() },
      ...{ flags: ["--engine", "container"], environment: { DOCKER_HOST: dockerHost } },
    });
    await server.start();
    return new RingServer(server, folder, docker);
  }

  /** Milliseconds until its result is read. What is left of it has gone when this resolves. */
  async run(): Promise<number> {
    const began = performance.now();
    const submission = { zapp: "mpi-ring", parameters: { laps: LAPS } };
    const { execution } = await this.#server.insist<{ execution: { id: string } }>(
      ...(["POST", "/v1/executions", submission] as const),
    );
    let text = "";
    for (let offset = 0; !RESULT.test(text); ) {
      const path = `/v1/executions/${execution.id}/logs?service=ring&index=0&follow=true&offset=${offset}`;
      const answer = await this.#server.ask("GET", path);
      if (answer?.status !== 200) continue;
      const log = answer.body as Log;
      text += log.text;
      offset = log.next;
    }
    const ms = performance.now() - began;
    await this.#ended(execution.id);
    await this.#gone();
    return ms;
  }

  /** Podman's name server leaves with the last network that it knows; who makes the next one meanwhile has none. */
  async #gone(): Promise<void> {
    const filters = { label: [STATE] };
    for (;;) {
      const left = await this.#docker.listContainers({ all: true, filters });
      const networks = await this.#docker.listNetworks({ filters });
      if (left.length + networks.length === 0) return;
      await pause(20);
    }
  }

  async #ended(id: string): Promise<void> {
    for (;;) {
      const { state, outcome } = await this.#server.insist<{
        state: string;
        outcome?: { kind: string };
      }>("GET", `/v1/executions/${id}`);
      if (state !== "ended") continue;
      if (outcome?.kind !== "succeeded")
        throw new Error(`The ring ended: ${JSON.stringify(outcome)}`);
      return;
    }
  }

  async close(): Promise<void> {
    await this.#server.end("SIGTERM");
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
