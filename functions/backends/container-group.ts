// The three containers of an instance, as ECS and Batch both define them: images, order, folders and logs, and nothing of an execution. Pure.
import type { LaunchRequest } from "#functions/backend.ts";
import { type ContainerName, SHARED_FOLDER } from "#shared/container-group.ts";
import { imageOf, type Site, secretOf } from "./site.ts";

export interface GroupContainer {
  readonly name: ContainerName;
  readonly image: string;
  readonly isEssential: boolean;
  readonly command?: readonly string[];
  readonly isAfterEnter: boolean;
  readonly environment: Readonly<Record<string, string>>;
  /** Variable -> ARN. */
  readonly secrets: Readonly<Record<string, string>>;
}

export const VOLUME = "zoe";

/** What the sidecar keeps of the instance's memory, in MiB. */
export const SIDECAR_MEMORY_MIB = 128;

export function containerGroup(site: Site, request: LaunchRequest): readonly GroupContainer[] {
  const image = request.service.image;
  if (image === undefined)
    throw new Error(`Service ${request.service.name} must have an image to run in AWS.`);
  const own = { image: site.sidecarImage, environment: placesOf(site), secrets: {} };
  return [
    { ...own, name: "enter", isEssential: false, command: ["enter"], isAfterEnter: false },
    {
      ...{ name: "program", image: imageOf(site, image), isEssential: false, isAfterEnter: true },
      ...{ environment: {}, secrets: secretsOf(site, request) },
    },
    { ...own, name: "sidecar", isEssential: true, command: ["sidecar"], isAfterEnter: true },
  ];
}

function placesOf({ bucket, workTable, region, stack }: Site): Record<string, string> {
  return {
    ...{ ZOE_BUCKET: bucket, ZOE_WORK_TABLE: workTable, ZOE_STACK: stack, AWS_REGION: region },
    ZOE_SHARED_FOLDER: SHARED_FOLDER,
  };
}

/** They reach the program from Secrets Manager, by the execution role: no request and no description of a task shows them. */
function secretsOf(site: Site, { service, tenant, gang }: LaunchRequest): Record<string, string> {
  const named = { ...service.secrets, ...(gang && { ZOE_GANG_SECRET: gang.secret }) };
  return Object.fromEntries(
    Object.entries(named).map(([variable, name]) => [variable, secretOf(site, tenant, name)]),
  );
}

/** Blocking: since 2025 the default loses lines rather than to wait. */
export function logsOf({ logGroup, region }: Site) {
  return {
    logDriver: "awslogs" as const,
    options: {
      "awslogs-group": logGroup,
      "awslogs-region": region,
      "awslogs-stream-prefix": "zoe",
      mode: "blocking",
    },
  };
}

export function pairs(environment: Readonly<Record<string, string>>) {
  return Object.entries(environment)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({ name, value }));
}
