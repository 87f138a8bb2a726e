// The life of one container: its image, network and folders made ready, then created, followed until it ends, and removed.
import { chmodSync, mkdirSync, readdirSync } from "node:fs";
import { dirname } from "node:path";
import type Docker from "dockerode";
import type { Log } from "#functions/world.ts";
import { PreparationError } from "#local/backends/engine/inputs.ts";
import type { Program, ProgramEnd, ProgramEvent } from "#local/backends/engine/runner.ts";
import { creationOf } from "./creation.ts";
import { type Doors, unlessGone } from "./doors.ts";
import type { Gate } from "./gate.ts";
import type { Image, Images } from "./images.ts";
import type { Meter, Used } from "./meter.ts";
import type { Networks } from "./networks.ts";
import { ProgramLog } from "./program-log.ts";
import { refusalOf } from "./refusal.ts";
import type { ContainerRuntime } from "./runtime.ts";
import type { Volumes } from "./volumes.ts";

export interface LifeParts {
  readonly runtime: ContainerRuntime;
  readonly stateId: string;
  readonly images: Images;
  readonly networks: Networks;
  readonly doors: Doors;
  readonly volumes: Volumes;
  readonly meter: Meter;
  readonly gate: Gate;
  readonly log: Log;
  readonly readOnlyRoot: boolean;
}

const KILLED = 137;
/** Beyond it, a program that was ended by force was at its limit. */
const FULL = 0.98;

export class ContainerLife {
  readonly program: Program;
  readonly #parts: LifeParts;
  readonly #log: ProgramLog;
  #container: Docker.Container | undefined;
  #isStarted = false;
  #force: NodeJS.Timeout | undefined;
  /** It was told to stop; before its start that is its end. */
  #grace: number | undefined;
  readonly #gone = Promise.withResolvers<void>();

  constructor(program: Program, parts: LifeParts) {
    this.program = program;
    this.#parts = parts;
    this.#log = new ProgramLog(program.folders.root);
  }

  /** Undefined while it has none, and when it has ended. */
  get container(): Docker.Container | undefined {
    return this.#isStarted ? this.#container : undefined;
  }

  /** Until nothing of it is left. Answers with how it ended, or why it never began; that it runs is told before. */
  async run(tell: (event: ProgramEvent) => void): Promise<ProgramEvent> {
    const { networks } = this.#parts;
    const { id, request } = this.program;
    const { executionId } = request.instance;
    let network: string | undefined;
    try {
      mkdirSync(this.program.folders.root, { recursive: true });
      const image = await this.#image();
      network = await networks.join(executionId);
      return await this.#live(image, network, tell);
    } catch (error) {
      return { event: "refused", id, ...refusalOf(error) };
    } finally {
      await this.#remove();
      if (network !== undefined) networks.leave(executionId);
      await this.#log.close();
      this.#gone.resolve();
    }
  }

  /** Polite signal, grace, then force. */
  async stop(graceSeconds: number): Promise<void> {
    this.#grace = graceSeconds;
    if (!this.#isStarted) return;
    this.#force = setTimeout(() => void this.#kill("SIGKILL"), graceSeconds * 1000);
    await this.#kill("SIGTERM");
  }

  /** By force, until nothing of it is left. */
  async abandon(): Promise<void> {
    this.#grace = 0;
    if (this.#isStarted) await this.#kill("SIGKILL");
    await this.#gone.promise;
  }

  async #image(): Promise<Image> {
    const { instance, service } = this.program.request;
    const { image = "", pull } = service;
    const wish = { image, pull, executionId: instance.executionId };
    return this.#parts.images.get(wish, (text) => {
      this.#log.remark(text).catch((error) => this.#tellFailure(error));
    });
  }

  async #live(
    image: Image,
    network: string,
    tell: (event: ProgramEvent) => void,
  ): Promise<ProgramEvent> {
    const { doors, volumes, gate, runtime, stateId, readOnlyRoot } = this.#parts;
    const { id, request, runtimeUrl } = this.program;
    const address =
      runtimeUrl && (await doors.addressOf(request.instance.executionId, network, runtimeUrl));
    const mounts = await volumes.mountsOf(request);
    const program = { ...this.program, ...(address && { runtimeUrl: address }) };
    openFolders(program);
    const around = { stateId, image, network, mounts, hasInit: runtime.hasInit, readOnlyRoot };
    const stream = await gate.through(() => this.#start(creationOf(program, around)));
    const startedAt = Date.now();
    tell({ event: "started", id, pid: 0, at: startedAt });
    if (this.#grace !== undefined) void this.stop(this.#grace);
    await this.#log.follow(stream);
    return { event: "ended", ...(await this.#end(startedAt)) };
  }

  async #start(creation: Docker.ContainerCreateOptions): Promise<AsyncIterable<Buffer>> {
    if (this.#grace !== undefined) throw new PreparationError("stopped", "It was stopped.");
    const { docker } = this.#parts.runtime;
    const container = await docker.createContainer(creation);
    this.#container = container;
    const stream = await container.attach({ stream: true, stdout: true, stderr: true });
    await container.start();
    this.#isStarted = true;
    this.#parts.meter.watch(container.id);
    return stream as unknown as AsyncIterable<Buffer>;
  }

  async #end(startedAt: number): Promise<ProgramEnd> {
    const container = this.#container as Docker.Container;
    clearTimeout(this.#force);
    const used = await this.#parts.meter.end(container.id);
    const { State } = await container.inspect();
    // Its stream can end some milliseconds before it does, and long before where it closed its outputs.
    const last = State.Running ? await ended(container) : State;
    this.#isStarted = false;
    const began = dateOf(last.StartedAt) ?? startedAt;
    const at = Math.max(began, dateOf(last.FinishedAt) ?? Date.now());
    return {
      ...{ id: this.program.id, at, startedAt: began, wallSeconds: (at - began) / 1000 },
      ...{ code: last.ExitCode, signal: null, leftBehind: [] },
      ...{ cpuSeconds: used.cpuSeconds, peakMemoryMib: used.peakMemoryMib },
      ...this.#outOfMemory(last, used),
      left: { ...this.#log.written, files: hasFiles(this.program) },
    };
  }

  /** The runtime's own word can come late: the kernel's counter is asked too. */
  #outOfMemory(
    { OOMKilled, ExitCode }: Docker.ContainerInspectInfo["State"],
    { memoryKills, peakMemoryMib }: Used,
  ): Pick<ProgramEnd, "outOfMemory"> {
    const limitMib = this.program.request.service.resources.memoryMib;
    const isFull = memoryKills > 0 || peakMemoryMib >= limitMib * FULL;
    const isKilled = ExitCode === KILLED && this.#grace === undefined;
    const isOver = (OOMKilled && ExitCode !== 0) || (isKilled && isFull);
    return isOver ? { outOfMemory: { usedMib: limitMib, limitMib } } : {};
  }

  async #kill(signal: string): Promise<void> {
    await this.#container?.kill({ signal }).catch((error) => this.#tellFailure(error));
  }

  async #remove(): Promise<void> {
    const container = this.#container;
    if (!container) return;
    await this.#parts.gate
      .through(() => container.remove({ force: true, v: true }).catch(unlessGone))
      .catch((error) => this.#tellFailure(error));
  }

  #tellFailure(error: { readonly statusCode?: number }): void {
    if (error.statusCode === 404 || error.statusCode === 409) return;
    const about = { ...this.program.request.instance, error: String(error) };
    this.#parts.log.warn("A container doesn't do as it is told.", about);
  }
}

async function ended(container: Docker.Container): Promise<Docker.ContainerInspectInfo["State"]> {
  await container.wait();
  return (await container.inspect()).State;
}

function dateOf(text: string): number | undefined {
  const date = Date.parse(text);
  return date > 0 ? date : undefined;
}

/** Whoever an image runs as can write there; nobody else of this machine comes past the state directory. */
function openFolders({ folders, cacheFolder }: Program): void {
  const { work, home, tmp, out } = folders;
  for (const folder of [work, home, tmp, out]) {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o777);
  }
  chmodSync(dirname(work), 0o755);
  chmodSync(cacheFolder, 0o777);
}

function hasFiles({ folders }: Program): boolean {
  const { work, home, tmp, out } = folders;
  return [work, home, tmp, out].some((folder) => readdirSync(folder).length > 0);
}
