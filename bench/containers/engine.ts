// The container engine alone, without the control plane around it: jobs as fast as it starts them, and five at once.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { InstanceEvent } from "#functions/backend.ts";
import { type ContainerBackend, containerBackend } from "#local/backends/container.ts";
import { LocalLogs } from "#local/logs.ts";
import type { Outcome } from "#shared/instance.ts";
import { aRequest } from "#test/local/process-body.ts";
import { IMAGE } from "./by-hand.ts";

const ENDED: Outcome = { kind: "cancelled", by: "bench" };

/** Who hears the engine's events now. */
interface Ears {
  hear: (event: InstanceEvent) => void;
}

export class BenchEngine {
  readonly #backend: ContainerBackend;
  readonly #state: string;
  readonly #ears: Ears;
  #executions = 0;

  private constructor(backend: ContainerBackend, state: string, ears: Ears) {
    this.#backend = backend;
    this.#state = state;
    this.#ears = ears;
  }

  static async open(dockerHost: string): Promise<BenchEngine> {
    const state = mkdtempSync(join(tmpdir(), "zoe-bench-"));
    const ears: Ears = { hear: () => {} };
    const backend = await containerBackend({
      ...{ dockerHost, stateDirectory: state, now: Date.now },
      emit: (events) => {
        for (const event of events) ears.hear(event);
      },
      secrets: async () => ({}),
      runtime: { open: () => "", close: () => {} },
      serveRuntimeAt: async () => {},
      capacity: { cpu: 1000, memoryMib: 1_000_000, instances: 1000 },
      objects: { get: async () => undefined, stat: async () => undefined, adopt: async () => [] },
      logs: new LocalLogs(join(state, "logs")),
      log: { info: () => {}, warn: console.warn, error: console.error },
      graceSeconds: 0.1,
    });
    return new BenchEngine(backend, state, ears);
  }

  #request(index: number, words: readonly string[]) {
    return aRequest(
      { kind: "exec", words: [...words] },
      {
        instance: { executionId: `exe_${this.#executions}`, index },
        service: { image: IMAGE, resources: { cpu: 0.5, memoryMib: 64, gpu: 0 } },
      },
    );
  }

  /** Launches the next as soon as one has ended, as the scheduler does with an array. */
  async runJobs(count: number, atOnce: number) {
    this.#executions++;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const delay = monitorEventLoopDelay({ resolution: 1 });
    let next = 0;
    let ended = 0;
    const launchNext = () => {
      if (next < count) void this.#backend.launch([this.#request(next++, ["true"])]);
    };
    this.#ears.hear = (event) => {
      if (event.kind !== "ended") return;
      if (event.outcome.kind !== "succeeded") reject(new Error(JSON.stringify(event)));
      if (++ended === count) resolve();
      launchNext();
    };
    delay.enable();
    const began = performance.now();
    for (let started = 0; started < atOnce; started++) launchNext();
    await promise;
    const perSecond = count / ((performance.now() - began) / 1000);
    delay.disable();
    return { perSecond, longestBlockMs: delay.max / 1e6 };
  }

  /** Milliseconds until five of one execution run; then they are ended. */
  async startFive(words: readonly string[]): Promise<number> {
    this.#executions++;
    const requests = [0, 1, 2, 3, 4].map((index) => this.#request(index, words));
    const running = this.#count("running", requests.length);
    const began = performance.now();
    await this.#backend.launch(requests);
    await running;
    const ms = performance.now() - began;
    const ended = this.#count("ended", requests.length);
    await this.#backend.stop(
      requests.map(({ instance }) => instance),
      ENDED,
    );
    await ended;
    return ms;
  }

  #count(kind: InstanceEvent["kind"], wanted: number): Promise<void> {
    return new Promise((resolve) => {
      let came = 0;
      this.#ears.hear = (event) => {
        if (event.kind === kind && ++came === wanted) resolve();
      };
    });
  }

  async close(): Promise<void> {
    await this.#backend.close();
    rmSync(this.#state, { recursive: true, force: true });
  }
}
