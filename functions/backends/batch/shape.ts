// Where a job runs and what its containers get of it: a size of Fargate, or a whole host of EC2. Pure.
import type { LaunchRequest } from "#functions/backend.ts";
import { SIDECAR_MEMORY_MIB } from "#functions/backends/container-group.ts";
import { fargateSize } from "#functions/backends/ecs/fargate-size.ts";
import type { BatchQueue } from "#shared/aws-names.ts";
import type { ContainerName } from "#shared/container-group.ts";
import { type HostQueue, hostFor, type InstanceType, usableMib } from "#shared/instance-types.ts";

export interface Shape {
  readonly queue: BatchQueue;
  readonly platform: "FARGATE" | "EC2";
  readonly host?: InstanceType;
  readonly containers: Readonly<Record<ContainerName, Part>>;
}

export interface Part {
  readonly vcpus: number;
  readonly memoryMib: number;
  readonly gpus: number;
}

/** On EC2 every container must have at least one whole vCPU; it is a share, so the program may use what the others leave. */
const EC2_SIDE_VCPUS = 1;
/** 32 of ECS's 1,024 shares. The sum of a Fargate job's containers must be one of its sizes. */
const FARGATE_SIDE_VCPUS = 1 / 32;

export function shapeOf(request: LaunchRequest): Shape | { readonly refusal: string } {
  const { service } = request;
  if (service.run === "gang" && service.capacity !== "on-demand")
    return {
      refusal: `${service.name} is a gang on ${service.capacity} capacity: AWS Batch runs multi-node jobs on on-demand hosts only. State \`capacity: on-demand\`.`,
    };
  const size = service.resources.gpu === 0 ? fargateSize(service.resources) : undefined;
  if (service.run !== "gang" && size !== undefined)
    return {
      queue: "fargate",
      platform: "FARGATE",
      containers: partsOf(size, FARGATE_SIDE_VCPUS, 0),
    };
  return hostShape(request, hostQueueOf(request));
}

function hostQueueOf({ service }: LaunchRequest): HostQueue {
  const isGpu = service.resources.gpu > 0;
  if (service.run === "gang") return isGpu ? "mpi-gpu" : "mpi-efa";
  return isGpu ? "gpu" : "ec2";
}

/** One job a host: EC2 isolates nobody from its neighbours. */
function hostShape({ service }: LaunchRequest, queue: HostQueue): Shape | { refusal: string } {
  const { cpu, memoryMib, gpu } = service.resources;
  const host = hostFor(queue, service.resources);
  const asked = `${cpu} vCPU, ${memoryMib} MiB and ${gpu} GPU`;
  if (host === undefined)
    return {
      refusal: `No host of the queue ${queue} holds ${asked}, as ${service.name} asks for.`,
    };
  if (host.efaCards > 1)
    return {
      refusal: `${asked} take a ${host.name}, which needs ${host.efaCards} EFA cards at once: this version of Zoe sets up one. Ask for less a node.`,
    };
  const whole = { vcpus: host.vcpus, memoryMib: usableMib(host) };
  return { queue, platform: "EC2", host, containers: partsOf(whole, EC2_SIDE_VCPUS, gpu) };
}

function partsOf(
  { vcpus, memoryMib }: { readonly vcpus: number; readonly memoryMib: number },
  sideVcpus: number,
  gpus: number,
): Shape["containers"] {
  const side = { vcpus: sideVcpus, memoryMib: SIDECAR_MEMORY_MIB, gpus: 0 };
  const program = {
    vcpus: vcpus - 2 * sideVcpus,
    memoryMib: memoryMib - 2 * SIDECAR_MEMORY_MIB,
    gpus,
  };
  return { enter: side, program, sidecar: side };
}
