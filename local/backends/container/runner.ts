// Programs as containers of Docker or Podman, through the Docker API: started a few at a time, waited for by their attached streams, never by asking.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { ExecReply } from "#functions/backend.ts";
import type { Log } from "#functions/world.ts";
import type { Program, Runner, RunnerEvent, Tell } from "#local/backends/engine/runner.ts";
import { ContainerLife, type LifeParts } from "./container-life.ts";
import { AGENT_FOLDER } from "./creation.ts";
import { Doors } from "./doors.ts";
import { execIn } from "./exec.ts";
import { Gate } from "./gate.ts";
import { Images } from "./images.ts";
import { removeLeftovers } from "./leftovers.ts";
import { Meter } from "./meter.ts";
import { Networks } from "./networks.ts";
import type { ContainerRuntime } from "./runtime.ts";
import { type HostVolume, Volumes } from "./volumes.ts";

/** Calls that start or remove containers at once: four are fastest on two cores, and more make none slower. */
const AT_ONCE = 4;

export interface ContainerRunnerOptions {
  readonly runtime: ContainerRuntime;
  readonly root: string;
  readonly stateId: string;
  readonly tell: Tell;
  readonly log: Log;
  readonly hostVolumes: readonly HostVolume[];
  readonly readOnlyRoot: boolean;
}

/** Of the runtime API's socket; only doors hold it. */
export function socketFolderOf(root: string): string {
  return join(root, "door");
}

/** A node of a gang is entered through the agent that keeps it: the command then finds what its program finds. */
function throughAgent({ gang, request }: Program, words: readonly string[]): readonly string[] {
  if (gang === undefined) return words;
  const { service, index } = request.instance;
  const line = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  return [`${AGENT_FOLDER}/zoe-rsh`, `${service}-${index}`, line];
}

export class ContainerRunner implements Runner {
  readonly limitsExactly = true;
  readonly runtime: ContainerRuntime;
  readonly volumes: Volumes;
  readonly #parts: LifeParts;
  readonly #meter = new Meter();
  readonly #tell: Tell;
  readonly #lives = new Map<string, ContainerLife>();
  #events: RunnerEvent[] = [];

  constructor(options: ContainerRunnerOptions) {
    const { runtime, root, stateId, log, hostVolumes, readOnlyRoot } = options;
    const { docker } = runtime;
    this.runtime = runtime;
    this.#tell = options.tell;
    this.volumes = new Volumes(docker, stateId, hostVolumes);
    const images = new Images(docker);
    const socketFolder = socketFolderOf(root);
    mkdirSync(socketFolder, { recursive: true, mode: 0o755 });
    const doors = new Doors({ docker, stateId, images, socketFolder });
    const networks = new Networks({
      ...{ docker, stateId, beforeRemoval: (executionId) => doors.close(executionId) },
      failed: (error) => log.warn("A network can't be removed.", { error: String(error) }),
    });
    this.#parts = {
      ...{ runtime, stateId, images, networks, doors, volumes: this.volumes, readOnlyRoot },
      ...{ meter: this.#meter, gate: new Gate(AT_ONCE), log },
    };
    void this.#recover();
  }

  start(program: Program): void {
    const life = new ContainerLife(program, this.#parts);
    this.#lives.set(program.id, life);
    const told = (event: RunnerEvent) => this.#say(event);
    void life.run(told).then((event) => {
      this.#lives.delete(program.id);
      this.#say(event);
    });
  }

  stop(id: string, graceSeconds: number): void {
    void this.#lives.get(id)?.stop(graceSeconds);
  }

  /** The container of a live instance, while it has one. Gangs: ranks on other nodes are started by an exec in their containers. */
  containerOf(id: string): ContainerLife | undefined {
    return this.#lives.get(id);
  }

  async exec(id: string, words: readonly string[]): Promise<ExecReply> {
    const life = this.#lives.get(id);
    if (life?.container === undefined) return { kind: "missing" };
    return execIn(life.container, throughAgent(life.program, words));
  }

  keeps(): Promise<readonly string[]> {
    return this.volumes.executions();
  }

  letGo(executionId: string): Promise<void> {
    return this.volumes.remove(executionId);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#lives.values()].map((life) => life.abandon()));
    await this.#parts.networks.close();
    this.#meter.stop();
  }

  async #recover(): Promise<void> {
    const { runtime, stateId } = this.#parts;
    try {
      const { programs } = await removeLeftovers(runtime.docker, stateId);
      this.#say({ event: "recovered", pid: 0, programs });
    } catch (error) {
      const reason = `What an earlier control plane left in ${runtime.name} can't be removed: ${String(error)}.`;
      this.#say({ event: "unusable", reason });
    }
  }

  /** What happened in one turn of the event loop is told at once. */
  #say(event: RunnerEvent): void {
    if (this.#events.push(event) > 1) return;
    setImmediate(() => this.#tell(this.#events.splice(0)));
  }
}
