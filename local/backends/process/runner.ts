// Programs as process groups of this machine: each is a command to the spawner (../../spawner/).
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { ExecReply } from "#functions/backend.ts";
import { gangEnvironment, gangWords } from "#functions/gang-program.ts";
import { gangKey } from "#functions/gang-request.ts";
import { environmentOf } from "#local/backends/engine/environment.ts";
import type { Program, ProgramEvent, Runner } from "#local/backends/engine/runner.ts";
import { callNode, type NodePlace } from "#local/gang-call.ts";
import type { MemoryLimitWay } from "#local/memory-limit.ts";
import { Spawner, type SpawnerOptions, type StartCommand } from "#local/spawner/client.ts";
import { wordsOf } from "#shared/zapp/words.ts";
import { programFolder } from "./program-folder.ts";

/** A plain `node worker.ts` must find the Node that runs Zoe. */
const PATH = `${dirname(process.execPath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;

export class ProcessRunner implements Runner {
  readonly way: MemoryLimitWay;
  readonly spawner: Spawner;
  /** Nodes of gangs: what their agents are asked with. */
  readonly #nodes = new Map<string, Program>();

  constructor(options: SpawnerOptions) {
    this.way = options.limit;
    this.spawner = new Spawner({
      ...options,
      tell: (events) => {
        for (const event of events) if ("id" in event) this.#forget(event);
        options.tell(events);
      },
    });
  }

  get limitsExactly(): boolean {
    return this.way.kind === "cgroup";
  }

  start(program: Program): void {
    if (program.gang !== undefined) this.#nodes.set(program.id, program);
    this.spawner.start(commandOf(program));
  }

  #forget({ event, id }: ProgramEvent): void {
    if (event !== "started") this.#nodes.delete(id);
  }

  /** By the agent that keeps it; other programs have none. */
  async exec(id: string, words: readonly string[]): Promise<ExecReply> {
    const program = this.#nodes.get(id);
    if (program === undefined) return { kind: "closed" };
    const place = await placeOf(program);
    return place === undefined ? { kind: "missing" } : callNode(place, words);
  }

  stop(id: string, graceSeconds: number): void {
    this.spawner.stop(id, graceSeconds);
  }

  close(): Promise<void> {
    return this.spawner.close();
  }
}

/** Undefined as long as its gang is not complete. */
async function placeOf({ folders, gang, request }: Program): Promise<NodePlace | undefined> {
  const hosts = await readFile(`${folders.tmp}/zoe-gang/hosts`, "utf8").catch(() => "");
  const [, address, port] = hosts.split("\n")[request.gang?.node ?? 0]?.split(" ") ?? [];
  if (address === undefined || gang === undefined) return undefined;
  return { address, port: Number(port), secret: gang.secret };
}

function commandOf(program: Program): StartCommand {
  const { id, request, folders, made, cacheFolder, note, gang } = program;
  const { service } = request;
  const path = gang === undefined ? PATH : `${gang.agent}:${PATH}`;
  const environment = environmentOf(program, { ...folders, cache: cacheFolder, path });
  return {
    ...{ id, note },
    argv: wordsFor(program),
    cwd: programFolder(request) ?? folders.work,
    env: { ...environment, ...nodeEnvironment(program) },
    folder: folders.root,
    make: !made,
    memoryMib: service.resources.memoryMib,
  };
}

function wordsFor({ request, gang }: Program): readonly string[] {
  const { service } = request;
  if (gang !== undefined && request.gang !== undefined && service.run === "gang")
    return gangWords(gang.agent, service, request.gang.node);
  return service.command ? wordsOf(service.command) : [];
}

/** All nodes are on this machine, at an address that only their gang uses. */
function nodeEnvironment(program: Program): Record<string, string> {
  const { gang, request, folders } = program;
  if (gang === undefined || request.gang === undefined) return {};
  const address = loopbackOf(program);
  const environment = gangEnvironment(request.gang, {
    ...{ first: address, listen: address, bin: gang.agent, tmp: folders.tmp },
    ...{ service: request.service.name, nodesAre: "processes" },
  });
  return { ...environment, ZOE_GANG_SECRET: gang.secret };
}

/** An address of this machine alone, of 4 million: so that gangs beside each other need no port of their own. */
function loopbackOf({ request, mark }: Program): string {
  const name = `${mark.split("/")[0]} ${gangKey(request.instance)}`;
  const [a = 0, b = 0, c = 0] = createHash("sha256").update(name).digest();
  return `127.${64 + (a % 64)}.${b}.${1 + (c % 254)}`;
}
