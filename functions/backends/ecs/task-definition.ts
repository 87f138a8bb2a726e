// The task definition of a service: images, order, folders, ports and logs, named by a hash of all that. The same for every execution. Pure.
import type {
  ContainerDefinition,
  PortMapping,
  RegisterTaskDefinitionCommandInput,
} from "@aws-sdk/client-ecs";
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
import type { Service } from "#shared/zapp/service.ts";

/** A definition must state a size; each call overrides it. */
const PLACEHOLDER = { cpu: "256", memory: "512" };

/** A server that dies is restarted in its task; only when the task dies does a new generation come. */
const RESTART_AFTER_SECONDS = 60;

export function taskDefinition(
  site: Site,
  request: LaunchRequest,
): RegisterTaskDefinitionCommandInput & { readonly family: string } {
  const content = {
    ...{ networkMode: "awsvpc" as const, requiresCompatibilities: ["FARGATE" as const] },
    ...{ ...PLACEHOLDER, executionRoleArn: site.executionRole, volumes: [{ name: VOLUME }] },
    runtimePlatform: {
      cpuArchitecture: "X86_64" as const,
      operatingSystemFamily: "LINUX" as const,
    },
    containerDefinitions: containerGroup(site, request).map((container) =>
      containerDefinition(site, request.service, container),
    ),
  };
  return { family: `${definitionPrefix(site.stack)}${hashOf(content)}`, ...content };
}

function containerDefinition(
  site: Site,
  service: Service,
  { name, image, command, isEssential, isAfterEnter, environment, secrets }: GroupContainer,
): ContainerDefinition {
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
    linuxParameters: { initProcessEnabled: true },
    ...(name === "program" && programOnly(service)),
  };
}

function programOnly(service: Service): Partial<ContainerDefinition> {
  if (service.run !== "forever") return {};
  return {
    restartPolicy: { enabled: true, restartAttemptPeriod: RESTART_AFTER_SECONDS },
    ...(service.ports.length > 0 && { portMappings: portsOf(service.ports) }),
  };
}

function portsOf(ports: readonly { readonly port: number }[]): PortMapping[] {
  return ports.map(({ port }) => ({ containerPort: port, protocol: "tcp" }));
}
