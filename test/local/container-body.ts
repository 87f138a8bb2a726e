// A container engine in a folder of its own, for the tests: real containers of each runtime that answers here and has the base image.
import { randomUUID } from "node:crypto";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ContainerRuntime, lookForRuntime } from "#local/backends/container/runtime.ts";
import {
  type ContainerBackend,
  type ContainerOptions,
  containerBackend,
} from "#local/backends/container.ts";
import { LocalLogs } from "#local/logs.ts";
import { fileObjects } from "#local/objects/file-objects.ts";
import { EventLog } from "#test/contract/backend.ts";
import { CAPACITY, GRACE_SECONDS, type ProcessBody } from "./process-body.ts";

/** Made by test/containers/images.sh where no registry is at hand. */
export const BASE_IMAGE = "debian:bookworm-slim";

const HOSTS = ["unix:///run/podman/podman.sock", "unix:///var/run/docker.sock"];

export interface TestRuntime {
  readonly name: string;
  readonly dockerHost: string;
  readonly runtime: ContainerRuntime;
}

/** Those that can be tested with; says in one line for each of the others why not. */
export async function runtimesHere(...images: readonly string[]): Promise<readonly TestRuntime[]> {
  const found = await Promise.all(HOSTS.map((dockerHost) => testRuntime(dockerHost, images)));
  return found.flatMap((runtime) => runtime ?? []);
}

async function testRuntime(
  dockerHost: string,
  images: readonly string[],
): Promise<TestRuntime | undefined> {
  const runtime = await lookForRuntime({ dockerHost });
  if (typeof runtime === "string") return skip(runtime);
  for (const image of [BASE_IMAGE, ...images]) {
    const there = await runtime.docker
      .getImage(`docker.io/${image.includes("/") ? image : `library/${image}`}`)
      .inspect()
      .catch(() => undefined);
    if (!there)
      return skip(`${runtime.name} has no image ${image}: test/containers/images.sh makes it.`);
  }
  return { name: runtime.name, dockerHost, runtime };
}

function skip(why: string): undefined {
  console.warn(`Skipped: ${why}`);
  return undefined;
}

export interface ContainerBody extends Omit<ProcessBody, "backend" | "crash"> {
  readonly backend: ContainerBackend;
}

export async function openContainerBody(
  options: Partial<ContainerOptions> = {},
  state = realpathSync(mkdtempSync(join(tmpdir(), "zoe-container-"))),
): Promise<ContainerBody> {
  const events = new EventLog();
  const logs = new LocalLogs(join(state, "logs"));
  const objects = await fileObjects(state, { newId: () => randomUUID() });
  const logged: string[] = [];
  const write = (text: string, about?: object) => logged.push(`${text} ${JSON.stringify(about)}`);
  const backend = await containerBackend({
    stateDirectory: state,
    capacity: CAPACITY,
    emit: (all) => events.add(...all),
    secrets: async () => ({}),
    runtime: { open: () => "http://127.0.0.1:1/secret", close: () => {} },
    serveRuntimeAt: async () => {},
    ...{ objects, logs, now: Date.now },
    log: { info: write, warn: write, error: write },
    graceSeconds: GRACE_SECONDS,
    ...options,
  });
  return {
    ...{ backend, events, logs, objects, state, logged },
    close: async () => {
      await backend.close();
      rmSync(state, { recursive: true, force: true });
    },
  };
}
