// Programs as process groups of this machine: each is a command to the spawner (../../spawner/).
import { dirname } from "node:path";
import { environmentOf } from "#local/backends/engine/environment.ts";
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
  const { id, request, folders, made, cacheFolder, note } = program;
  const { service } = request;
  return {
    ...{ id, note },
    argv: service.command ? wordsOf(service.command) : [],
    cwd: programFolder(request) ?? folders.work,
    env: environmentOf(program, { ...folders, cache: cacheFolder, path: PATH }),
    folder: folders.root,
    make: !made,
    memoryMib: service.resources.memoryMib,
  };
}
