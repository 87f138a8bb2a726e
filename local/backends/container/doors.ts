// The doors of executions with workers: one small container on the execution's network, the only way from there to the control plane.
// It passes bytes to the runtime API's socket (sidecar/local-door.mjs), where a secret tells each worker apart.
import { fileURLToPath } from "node:url";
import type Docker from "dockerode";
import { PreparationError } from "#local/backends/engine/inputs.ts";
import { UNPRIVILEGED } from "./creation.ts";
import type { Images } from "./images.ts";
import { EXECUTION, prefixOf, STATE } from "./labels.ts";

export const DOOR_IMAGE = "node:24-slim";
const PROGRAM = fileURLToPath(new URL("../../../sidecar/local-door.mjs", import.meta.url));
const PORT = 7421;
const NOBODY = "65534:65534";
const MEMORY_BYTES = 128 * 1024 * 1024;
const MOST_PROCESSES = 64;
const READY_MS = 60_000;

interface Door {
  readonly container: Promise<Docker.Container>;
  readonly origin: Promise<string>;
}

export interface DoorOptions {
  readonly docker: Docker;
  readonly stateId: string;
  readonly images: Images;
  /** The folder that holds the runtime API's socket, `runtime.sock`. */
  readonly socketFolder: string;
}

export class Doors {
  readonly #options: DoorOptions;
  readonly #doors = new Map<string, Door>();

  constructor(options: DoorOptions) {
    this.#options = options;
  }

  /** The runtime API's address as a program on that network reaches it. */
  async addressOf(executionId: string, network: string, runtimeUrl: string): Promise<string> {
    const door = this.#doors.get(executionId) ?? this.#open(executionId, network);
    return `${await door.origin}${new URL(runtimeUrl).pathname}`;
  }

  /** With its container; one that never came up too. */
  async close(executionId: string): Promise<void> {
    const door = this.#doors.get(executionId);
    this.#doors.delete(executionId);
    const container = await door?.container.catch(() => undefined);
    await container?.remove({ force: true }).catch(unlessGone);
  }

  #open(executionId: string, network: string): Door {
    const container = this.#make(executionId, network);
    const origin = container.then((made) => this.#start(executionId, network, made));
    const door = { container, origin };
    this.#doors.set(executionId, door);
    origin.catch(() => this.close(executionId));
    return door;
  }

  async #make(executionId: string, network: string): Promise<Docker.Container> {
    const { docker, stateId, images, socketFolder } = this.#options;
    const wish = { image: DOOR_IMAGE, pull: "pinned", executionId: "door" } as const;
    const { id } = await images.get(wish, () => {});
    return docker.createContainer({
      name: `${prefixOf(stateId)}-${executionId}-door`,
      ...{ Image: id, User: NOBODY, Entrypoint: ["node"] },
      Cmd: ["--max-old-space-size=64", "/local-door.mjs"],
      Labels: { [STATE]: stateId, [EXECUTION]: executionId },
      NetworkingConfig: { EndpointsConfig: { [network]: {} } },
      HostConfig: {
        ...UNPRIVILEGED,
        CapDrop: [...UNPRIVILEGED.CapDrop],
        SecurityOpt: [...UNPRIVILEGED.SecurityOpt],
        ...{ NetworkMode: network, ReadonlyRootfs: true, PidsLimit: MOST_PROCESSES },
        ...{ Memory: MEMORY_BYTES, MemorySwap: MEMORY_BYTES },
        LogConfig: { Type: "none", Config: {} },
        Mounts: [
          { Type: "bind", Source: PROGRAM, Target: "/local-door.mjs", ReadOnly: true },
          { Type: "bind", Source: socketFolder, Target: "/door", ReadOnly: true },
        ],
      },
    });
  }

  async #start(executionId: string, network: string, container: Docker.Container): Promise<string> {
    const stream = await container.attach({ stream: true, stdout: true, stderr: true });
    const ready = untilReady(stream);
    await container.start();
    await ready;
    // What dies later is made anew for the next worker.
    stream.resume().once("close", () => void this.close(executionId));
    const { NetworkSettings } = await container.inspect();
    return `http://${NetworkSettings.Networks[network]?.IPAddress}:${PORT}`;
  }
}

function untilReady(stream: NodeJS.ReadableStream): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    const fail = (why: string) =>
      reject(new PreparationError("door", `The execution's door can't be opened: ${why}.`));
    const deadline = setTimeout(() => fail("nothing was heard of it"), READY_MS);
    stream.on("data", (bytes: Buffer) => {
      said += bytes.toString("latin1");
      if (said.includes("ready\n")) resolve();
    });
    stream.once("end", () => fail(`it ended, saying ${JSON.stringify(said.slice(-500))}`));
    stream.once("error", (error: Error) => fail(error.message));
    stream.once("data", () => clearTimeout(deadline));
  });
}

/** Gone already, or about to be. */
export function unlessGone(error: { readonly statusCode?: number }): void {
  if (error.statusCode !== 404 && error.statusCode !== 409) throw error;
}
