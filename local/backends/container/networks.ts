// One network for each execution: its containers find each other by name and reach nobody else's. Made with its first container, removed after its last.
import type Docker from "dockerode";
import { EXECUTION, type Labels, prefixOf, STATE } from "./labels.ts";

/** The next child of an array comes soon after the one before; so long its network stays. */
const LINGER_MS = 2000;

interface Network {
  users: number;
  readonly ready: Promise<string>;
  timer?: NodeJS.Timeout;
}

export interface NetworkOptions {
  readonly docker: Docker;
  readonly stateId: string;
  /** Before a network goes: what stands in it goes first. */
  readonly beforeRemoval: (executionId: string) => Promise<void>;
  readonly failed: (error: unknown) => void;
}

export class Networks {
  readonly #options: NetworkOptions;
  readonly #networks = new Map<string, Network>();
  readonly #removals = new Map<string, Promise<void>>();

  constructor(options: NetworkOptions) {
    this.#options = options;
  }

  /** Its name; each `join` has one `leave`. Gangs: every node of a gang joins its execution's network here, and is found as `service-index`. */
  async join(executionId: string): Promise<string> {
    const known = this.#networks.get(executionId);
    clearTimeout(known?.timer);
    const network = known ?? { users: 0, ready: this.#make(executionId) };
    this.#networks.set(executionId, network);
    network.users++;
    try {
      return await network.ready;
    } catch (error) {
      if (this.#networks.get(executionId) === network) this.#networks.delete(executionId);
      throw error;
    }
  }

  leave(executionId: string): void {
    const network = this.#networks.get(executionId);
    if (!network || --network.users > 0) return;
    network.timer = setTimeout(() => this.#forget(executionId), LINGER_MS);
  }

  /** All that nobody uses goes now. */
  async close(): Promise<void> {
    for (const [executionId, { users, timer }] of this.#networks) {
      clearTimeout(timer);
      if (users <= 0) this.#forget(executionId);
    }
    await Promise.all(this.#removals.values());
  }

  #forget(executionId: string): void {
    this.#networks.delete(executionId);
    const removal = this.#remove(executionId)
      .catch((error) => this.#options.failed(error))
      .finally(() => {
        if (this.#removals.get(executionId) === removal) this.#removals.delete(executionId);
      });
    this.#removals.set(executionId, removal);
  }

  async #make(executionId: string): Promise<string> {
    await this.#removals.get(executionId);
    const { docker, stateId } = this.#options;
    const name = nameOf(stateId, executionId);
    const Labels: Labels = { [STATE]: stateId, [EXECUTION]: executionId };
    // Docker keeps its networks apart by itself; Podman does when it is asked to.
    const made = { Name: name, Driver: "bridge", Options: { isolate: "true" }, Labels };
    await docker.createNetwork(made);
    return name;
  }

  async #remove(executionId: string): Promise<void> {
    const { docker, stateId, beforeRemoval } = this.#options;
    await beforeRemoval(executionId);
    await docker.getNetwork(nameOf(stateId, executionId)).remove();
  }
}

function nameOf(stateId: string, executionId: string): string {
  return `${prefixOf(stateId)}-${executionId}`;
}
