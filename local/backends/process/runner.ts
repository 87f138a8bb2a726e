// Programs as process groups of this machine: each is a command to the spawner (../../spawner/).
import { dirname } from "node:path";
import { environmentOf } from "#local/backends/engine/environment.ts";
import { gangEnvironment, gangWords, loopbackOf } from "#local/backends/engine/gang.ts";
import type { Program, Runner } from "#local/backends/engine/runner.ts";
import type { MemoryLimitWay } from "#local/memory-limit.ts";
import { Spawner, type SpawnerOptions, type StartCommand } from "#local/spawner/client.ts";
import { wordsOf } from "#shared/zapp/words.ts";
import { programFolder } from "./program-folder.ts";

/** A plain `node worker.ts` must find the Node that runs Zoe. */
const PATH = `${dirname(process.execPath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;

export class ProcessRunner implements Runner {
  readonly way: MemoryLimitWay;
  readonly spawner: Spawner;

  constructor(options: SpawnerOptions) {
    this.way = options.limit;
    this.spawner = new Spawner(options);
  }

  get limitsExactly(): boolean {
    return this.way.kind === "cgroup";
  }

  start(program: Program): void {
    this.spawner.start(commandOf(program));
  }

  stop(id: string, graceSeconds: number): void {
    this.spawner.stop(id, graceSeconds);
  }

  close(): Promise<void> {
    return this.spawner.close();
  }
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
    return gangWords(`${gang.agent}/zoe-gang`, service, request.gang);
  return service.command ? wordsOf(service.command) : [];
}

/** All nodes are on this machine, at an address that only their gang uses. */
function nodeEnvironment(program: Program): Record<string, string> {
  const { gang, request, folders } = program;
  if (gang === undefined || request.gang === undefined) return {};
  const address = loopbackOf(program);
  return gangEnvironment(request.gang, gang.secret, {
    ...{ first: address, listen: address, bin: gang.agent, tmp: folders.tmp },
    names: Array.from(
      { length: request.gang.nodes },
      (_, node) => `${request.service.name}-${node}`,
    ),
    ...{ interface: "lo", isOneMachine: true },
  });
}
