// The call that starts a bundle on Fargate: size, role, network and what its containers are told; the same bundle is the same call. Pure.
import type {
  CapacityProviderStrategyItem,
  RunTaskCommandInput,
  TaskOverride,
} from "@aws-sdk/client-ecs";
import type { Bundle } from "#functions/backends/bundle.ts";
import { clientToken, startedBy } from "#functions/backends/bundle-name.ts";
import { pairs, SIDECAR_MEMORY_MIB } from "#functions/backends/container-group.ts";
import { type Told, tell } from "#functions/backends/program.ts";
import type { Site } from "#functions/backends/site.ts";
import { TENANT_TAG } from "#shared/aws-names.ts";
import type { Service } from "#shared/zapp/service.ts";
import { fargateSize, LARGEST_EVERYWHERE } from "./fargate-size.ts";

/** Most tasks of one RunTask. */
export const MOST_TASKS = 10;
/** Characters of all overrides of a call, its JSON included. */
export const MOST_OVERRIDES = 8192;

export interface RunTaskSetting {
  /** ARN with its revision. */
  readonly taskDefinition: string;
  readonly taskRole: string;
  /** Of the sidecar's runtime API. */
  readonly secret: string;
  /** Where the tenant's own services reach one another; else none can be reached. */
  readonly securityGroup: string;
}

export interface RunTaskCall {
  readonly input: RunTaskCommandInput;
  readonly file?: Told["file"];
}

export function runTask(
  site: Site,
  bundle: Bundle,
  setting: RunTaskSetting,
): RunTaskCall | { readonly refusal: string } {
  const [{ service, tenant }] = bundle.requests;
  const { cpu, memoryMib, gpu } = service.resources;
  if (gpu > 0 || fargateSize(service.resources) === undefined)
    return {
      refusal: `${service.name} asks for ${cpu} vCPU, ${memoryMib} MiB and ${gpu} GPU; Fargate holds ${LARGEST_EVERYWHERE.vcpus} vCPU and ${LARGEST_EVERYWHERE.memoryMib} MiB at most, and no GPU.`,
    };
  const told = tell(bundle, setting.secret, {
    length: (told) => JSON.stringify(overridesOf(service, told, setting.taskRole)).length,
    most: MOST_OVERRIDES,
  });
  if ("refusal" in told) return told;
  const input: RunTaskCommandInput = {
    ...{ cluster: site.cluster, taskDefinition: setting.taskDefinition, count: bundle.size },
    ...{ clientToken: clientToken(bundle), startedBy: startedBy(bundle) },
    capacityProviderStrategy: [capacityOf(service)],
    networkConfiguration: {
      awsvpcConfiguration: {
        subnets: [...site.subnets],
        securityGroups: [setting.securityGroup],
        assignPublicIp: "ENABLED",
      },
    },
    overrides: overridesOf(service, told, setting.taskRole),
    tags: [{ key: TENANT_TAG, value: tenant }],
  };
  return { input, ...(told.file && { file: told.file }) };
}

/** Filler is what may be taken back at any time, as spot is. */
function capacityOf({ capacity }: Service): CapacityProviderStrategyItem {
  return { capacityProvider: capacity === "on-demand" ? "FARGATE" : "FARGATE_SPOT", weight: 1 };
}

function overridesOf(
  { name, resources }: Service,
  { enter, program }: Told,
  taskRole: string,
): TaskOverride {
  const size = fargateSize(resources);
  if (size === undefined) throw new Error(`${name} must fit Fargate to be started there.`);
  return {
    ...{ cpu: String(size.vcpus * 1024), memory: String(size.memoryMib), taskRoleArn: taskRole },
    ...diskOf(resources.diskMib),
    containerOverrides: [
      { name: "enter", environment: pairs(enter) },
      {
        name: "program",
        ...(program.command && { command: [...program.command] }),
        environment: pairs(program.environment),
        memory: size.memoryMib - SIDECAR_MEMORY_MIB,
      },
    ],
  };
}

/** 20 GiB come with every task, 21 to 200 cost more. */
function diskOf(diskMib = 0): Pick<TaskOverride, "ephemeralStorage"> {
  const sizeInGiB = Math.ceil(diskMib / 1024);
  return sizeInGiB <= 20 ? {} : { ephemeralStorage: { sizeInGiB } };
}
