// The job definition of a service: images, shape and role, named by a hash of all that. Batch's calls can override neither role nor image. Pure.
import type {
  EcsTaskProperties,
  RegisterJobDefinitionCommandInput,
  ResourceRequirement,
  TaskContainerProperties,
} from "@aws-sdk/client-batch";
import type { LaunchRequest } from "#functions/backend.ts";
import {
  containerGroup,
  type GroupContainer,
  logsOf,
  pairs,
  VOLUME,
} from "#functions/backends/container-group.ts";
import { hashOf } from "#functions/backends/content-name.ts";
import type { Site } from "#functions/backends/site.ts";
import { definitionPrefix } from "#shared/aws-names.ts";
import { SHARED_FOLDER } from "#shared/container-group.ts";
import type { Part, Shape } from "./shape.ts";

/** The upper end must be open, or a call could not say how many nodes it wants. */
export const ALL_NODES = "0:";

/** Tenants' programs on hosts are never root, since only root reaches the host's metadata address. */
const NOBODY = "1000:1000";

/** The one card of a type that has EFA. */
const EFA_DEVICE = {
  hostPath: "/dev/infiniband/uverbs0",
  containerPath: "/dev/infiniband/uverbs0",
  permissions: ["READ" as const, "WRITE" as const, "MKNOD" as const],
};

export function jobDefinition(
  site: Site,
  request: LaunchRequest,
  shape: Shape,
  taskRole: string,
): RegisterJobDefinitionCommandInput & { readonly jobDefinitionName: string } {
  const task = taskProperties(site, request, shape, taskRole);
  const content = {
    // Each try is a generation of ours; Batch itself tries once.
    ...{ platformCapabilities: [shape.platform], retryStrategy: { attempts: 1 } },
    propagateTags: true,
    ...(request.service.run === "gang"
      ? { type: "multinode" as const, nodeProperties: nodesOf(task, shape) }
      : { type: "container" as const, ecsProperties: { taskProperties: [task] } }),
  };
  return { jobDefinitionName: `${definitionPrefix(site.stack)}${hashOf(content)}`, ...content };
}

/** The call says how many nodes; what a definition says must only be possible. */
function nodesOf(task: EcsTaskProperties, { host }: Shape) {
  if (host === undefined) throw new Error("A gang must have a type of host.");
  return {
    ...{ numNodes: 1, mainNode: 0 },
    nodeRangeProperties: [
      {
        targetNodes: ALL_NODES,
        instanceTypes: [host.name],
        ecsProperties: { taskProperties: [task] },
      },
    ],
  };
}

function taskProperties(
  site: Site,
  request: LaunchRequest,
  shape: Shape,
  taskRoleArn: string,
): EcsTaskProperties {
  const sizeInGiB = Math.ceil((request.service.resources.diskMib ?? 0) / 1024);
  return {
    containers: containerGroup(site, request).map((container) =>
      containerProperties(site, request, shape, container),
    ),
    ...{ taskRoleArn, executionRoleArn: site.executionRole, volumes: [{ name: VOLUME }] },
    ...(shape.platform === "FARGATE" && {
      networkConfiguration: { assignPublicIp: "ENABLED" as const },
      runtimePlatform: { cpuArchitecture: "X86_64", operatingSystemFamily: "LINUX" },
      ...(sizeInGiB > 20 && { ephemeralStorage: { sizeInGiB } }),
    }),
  };
}

function containerProperties(
  site: Site,
  request: LaunchRequest,
  shape: Shape,
  { name, image, command, isEssential, isAfterEnter, environment, secrets }: GroupContainer,
): TaskContainerProperties {
  const valuesFrom = Object.entries(secrets).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    ...{ name, image, essential: isEssential, environment: pairs(environment) },
    ...(command && { command: [...command] }),
    ...(isAfterEnter && { dependsOn: [{ containerName: "enter", condition: "SUCCESS" }] }),
    ...(valuesFrom.length > 0 && {
      secrets: valuesFrom.map(([variable, valueFrom]) => ({ name: variable, valueFrom })),
    }),
    mountPoints: [{ sourceVolume: VOLUME, containerPath: SHARED_FOLDER }],
    logConfiguration: logsOf(site),
    resourceRequirements: resourcesOf(shape.containers[name]),
    ...(name === "program" && shape.platform === "EC2" && onHost(request, shape)),
  };
}

function resourcesOf({ vcpus, memoryMib, gpus }: Part): ResourceRequirement[] {
  return [
    { type: "VCPU", value: String(vcpus) },
    { type: "MEMORY", value: String(memoryMib) },
    ...(gpus > 0 ? [{ type: "GPU" as const, value: String(gpus) }] : []),
  ];
}

/** RDMA pins memory, so its programs must be let. */
function onHost(
  { service }: LaunchRequest,
  { host }: Shape,
): Pick<TaskContainerProperties, "user" | "linuxParameters" | "ulimits"> {
  const { sharedMemoryMib } = service.resources;
  const hasEfa = service.run === "gang" && (host?.efaCards ?? 0) > 0;
  return {
    user: NOBODY,
    linuxParameters: {
      initProcessEnabled: true,
      ...(sharedMemoryMib !== undefined && { sharedMemorySize: Math.ceil(sharedMemoryMib) }),
      ...(hasEfa && { devices: [EFA_DEVICE] }),
    },
    ...(hasEfa && { ulimits: [{ name: "memlock", softLimit: -1, hardLimit: -1 }] }),
  };
}
