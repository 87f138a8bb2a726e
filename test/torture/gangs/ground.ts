// What the kill loop of gangs sees of the container runtime: the nodes that stand there, and everything of one control plane that is left.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { ContainerRuntime } from "#local/backends/container/runtime.ts";
import { stateIdOf } from "#local/backends/engine/options.ts";

export interface Node {
  readonly id: string;
  readonly execution: string;
  readonly index: number;
  readonly generation: number;
  readonly isRunning: boolean;
}

export class Ground {
  readonly #runtime: ContainerRuntime;
  readonly #state: string;

  constructor(runtime: ContainerRuntime, state: string) {
    this.#runtime = runtime;
    this.#state = state;
  }

  get #filters(): string {
    return JSON.stringify({ label: [`zoe.state=${stateIdOf(this.#state)}`] });
  }

  async nodes(): Promise<readonly Node[]> {
    const containers = await this.#runtime.docker.listContainers({
      all: true,
      filters: this.#filters,
    });
    return containers.map(({ Id, Labels, State }) => ({
      ...{ id: Id, execution: Labels["zoe.execution"] ?? "", isRunning: State === "running" },
      ...{ index: Number(Labels["zoe.index"]), generation: Number(Labels["zoe.generation"]) },
    }));
  }

  async networks(): Promise<readonly string[]> {
    const networks = await this.#runtime.docker.listNetworks({ filters: this.#filters });
    return networks.map(({ Name }) => Name);
  }

  async volumes(): Promise<readonly string[]> {
    const { Volumes } = await this.#runtime.docker.listVolumes({ filters: this.#filters });
    return (Volumes ?? []).map(({ Name }) => Name);
  }

  /** Files in the folders that programs ran in, and what was staged for them. Empty folders wait for the next. */
  files(): readonly string[] {
    return ["folders", "inputs"].flatMap((name) => filesIn(join(this.#state, "container", name)));
  }

  async left(): Promise<readonly string[]> {
    const containers = (await this.nodes()).map(({ id }) => `container ${id.slice(0, 12)}`);
    const networks = (await this.networks()).map((name) => `network ${name}`);
    return [...containers, ...networks, ...this.files().map((name) => `file ${name}`)];
  }

  /** They go with a later sweep. */
  async leftInTheEnd(): Promise<readonly string[]> {
    const volumes = (await this.volumes()).map((name) => `volume ${name}`);
    return [...(await this.left()), ...volumes];
  }

  /** As its machine's end would look like. */
  async lose(node: Node): Promise<void> {
    await this.#runtime.docker
      .getContainer(node.id)
      .kill()
      .catch(() => {});
  }
}

function filesIn(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch {
    return [];
  }
}
