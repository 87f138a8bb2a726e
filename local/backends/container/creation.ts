// What the runtime is asked for to make an instance's container: limits, no privileges, its folders, its place in the network. Pure.
import { dirname } from "node:path";
import type Docker from "dockerode";
import { gangEnvironment, gangWords } from "#functions/gang-program.ts";
import { environmentOf } from "#local/backends/engine/environment.ts";
import type { Program } from "#local/backends/engine/runner.ts";
import { instanceName } from "#shared/instance.ts";
import { wordsOf } from "#shared/zapp/words.ts";
import type { Image } from "./images.ts";
import { labelsOf, prefixOf } from "./labels.ts";
import { CACHE_FOLDER, type Mount, ZOE_FOLDER } from "./volumes.ts";

const MIB = 1024 * 1024;
export const AGENT_FOLDER = "/zoe-gang";
/** Processes and threads of one container. */
export const MOST_PROCESSES = 4096;
const PLACES = {
  work: `${ZOE_FOLDER}/work`,
  home: `${ZOE_FOLDER}/home`,
  tmp: `${ZOE_FOLDER}/tmp`,
  out: `${ZOE_FOLDER}/out`,
  cache: CACHE_FOLDER,
} as const;

export interface Surroundings {
  readonly stateId: string;
  readonly image: Image;
  readonly network: string;
  readonly mounts: readonly Mount[];
  readonly hasInit: boolean;
  readonly readOnlyRoot: boolean;
}

/** What no container of ours may do, whatever its image says: a program's and a door's. */
export const UNPRIVILEGED = {
  CapDrop: ["ALL"],
  SecurityOpt: ["no-new-privileges"],
  Privileged: false,
} as const;

export function creationOf(program: Program, around: Surroundings): Docker.ContainerCreateOptions {
  const { request } = program;
  const { instance } = request;
  const host = `${instance.service}-${instance.index}`;
  const { network, image } = around;
  return {
    name: containerName(program, around.stateId),
    Image: image.id,
    Hostname: host,
    ...entryOf(program),
    // An image without a folder of its own runs where its inputs lie.
    ...(!image.hasFolder && { WorkingDir: PLACES.work }),
    Env: Object.entries({ ...environmentOf(program, PLACES), ...nodeEnvironment(program) }).map(
      ([name, value]) => `${name}=${value}`,
    ),
    Labels: { ...labelsOf(program, around.stateId) },
    NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: [host, instance.service] } } },
    HostConfig: hostConfigOf(program, around),
  };
}

/** A node of a gang is kept by the agent, which starts the program. */
function entryOf({ request, gang }: Program) {
  const { service } = request;
  if (gang !== undefined && request.gang !== undefined && service.run === "gang")
    return commandOf(gangWords(AGENT_FOLDER, service, request.gang.node));
  return service.command ? commandOf(wordsOf(service.command)) : {};
}

/** Every node has an address of its own, and a name that the others find it by. */
function nodeEnvironment({ request, gang }: Program): Record<string, string> {
  if (gang === undefined || request.gang === undefined) return {};
  const { service } = request.instance;
  const environment = gangEnvironment(request.gang, {
    ...{ first: `${service}-0`, listen: "0.0.0.0", bin: AGENT_FOLDER, tmp: PLACES.tmp },
    ...{ service, nodesAre: "containers" },
  });
  return { ...environment, ZOE_GANG_SECRET: gang.secret };
}

/** The image's own entry point is left out: a command is the whole of it. */
function commandOf([first = "", ...rest]: readonly string[]) {
  return { Entrypoint: [first], Cmd: rest };
}

/**
 * Ranks of a gang spin while they wait for each other. In turns of 100 ms, as usual, each hop to a node that has used up its share would
 * wait for most of a turn.
 */
function inShortTurns(cpu: number) {
  const CpuPeriod = cpu < SHORT_FROM_CPU ? 100_000 : 10_000;
  return { CpuPeriod, CpuQuota: Math.round(cpu * CpuPeriod) };
}

/** The kernel gives no less than a millisecond a turn. */
const SHORT_FROM_CPU = 0.1;

function hostConfigOf(program: Program, around: Surroundings): Docker.HostConfig {
  const { cpu, memoryMib, gpu, sharedMemoryMib } = program.request.service.resources;
  const bytes = Math.round(memoryMib * MIB);
  return {
    ...UNPRIVILEGED,
    SecurityOpt: [...UNPRIVILEGED.SecurityOpt],
    CapDrop: [...UNPRIVILEGED.CapDrop],
    NetworkMode: around.network,
    ...(program.request.gang ? inShortTurns(cpu) : { NanoCpus: Math.round(cpu * 1e9) }),
    // No swap beside it: the limit is the limit.
    ...{ Memory: bytes, MemorySwap: bytes, PidsLimit: MOST_PROCESSES },
    ...(sharedMemoryMib !== undefined && { ShmSize: Math.round(sharedMemoryMib * MIB) }),
    // Its log is kept by us, within our limit.
    LogConfig: { Type: "none", Config: {} },
    ReadonlyRootfs: around.readOnlyRoot,
    ...(around.hasInit && { Init: true }),
    Mounts: [
      // One mount for all four, so that files can be renamed from one to the other.
      { Type: "bind", Source: dirname(program.folders.work), Target: ZOE_FOLDER, ReadOnly: false },
      { Type: "bind", Source: program.cacheFolder, Target: PLACES.cache, ReadOnly: false },
      ...around.mounts,
      ...agentMount(program),
    ],
    ...(gpu > 0 && {
      DeviceRequests: [{ Driver: "nvidia", Count: gpu, Capabilities: [["gpu"]] }],
    }),
  };
}

function agentMount({ gang }: Program): Mount[] {
  if (gang === undefined) return [];
  return [{ Type: "bind", Source: gang.agent, Target: AGENT_FOLDER, ReadOnly: true }];
}

export function containerName({ request }: Program, stateId: string): string {
  const { instance } = request;
  return `${prefixOf(stateId)}-${instance.executionId}-${instanceName(instance)}`;
}
