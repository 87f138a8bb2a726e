// The backends over the world's base: ECS first, which starts in a minute; Batch for what it cannot run.
import { randomBytes } from "node:crypto";
import { BatchClient } from "@aws-sdk/client-batch";
import { ECSClient } from "@aws-sdk/client-ecs";
import { AwsBackend } from "#functions/backends/aws-backend.ts";
import { BatchFamily } from "#functions/backends/batch/family.ts";
import { EcsFamily } from "#functions/backends/ecs/family.ts";
import { LARGEST_EVERYWHERE } from "#functions/backends/ecs/fargate-size.ts";
import type { Family } from "#functions/backends/family.ts";
import { Governor } from "#functions/backends/governor.ts";
import { KnownDefinitions } from "#functions/backends/known-definitions.ts";
import { LaunchBook } from "#functions/backends/launch-book.ts";
import type { Site } from "#functions/backends/site.ts";
import { StoredRoles } from "#functions/backends/stored-roles.ts";
import type { DefinitionReply } from "#functions/backends/task-roles.ts";
import type { AwsEnv } from "#shared/env.ts";
import { INSTANCE_TYPES, usableMib } from "#shared/instance-types.ts";
import type { Capabilities } from "#shared/pool.ts";
import type { ClientConfig } from "./clients.ts";
import type { DefinerRequest } from "./definer.ts";
import { UNHEARD } from "./unheard.ts";
import type { WorldBase } from "./world.ts";

export interface StartClients {
  readonly ecs: ECSClient;
  /** It never sends twice by itself: a job that was submitted has no token to be known by. */
  readonly batch: BatchClient;
}

export function startClients(config: ClientConfig = {}): StartClients {
  const shared = { logger: UNHEARD, ...config };
  return { ecs: new ECSClient(shared), batch: new BatchClient({ ...shared, maxAttempts: 1 }) };
}

export type Register = (request: DefinerRequest) => Promise<DefinitionReply>;

/** Half of what AWS takes of an account, since two run at once. */
const RATES = { ecs: { perSecond: 10, burst: 50 }, batch: { perSecond: 25, burst: 25 } } as const;

export function backendsOver(
  base: WorldBase,
  region: string,
  clients: StartClients,
  register: Register,
): AwsBackend[] {
  const { env, store, now, pause } = base;
  const site = siteOf(env, region);
  const governor = (rate: { perSecond: number; burst: number }) =>
    new Governor({ ...rate, now, sleep: (ms) => pause(ms) });
  const ecs = new EcsFamily({
    ...{ client: clients.ecs, site, now, governor: governor(RATES.ecs) },
    capabilities: fargateCapabilities(env),
    definitions: new KnownDefinitions(store, (input) => register({ kind: "task", input })),
    // Services of one execution do not reach one another: that takes a group for each tenant, with ingress from itself.
    securityGroupOf: async () => site.securityGroup,
  });
  const batch = new BatchFamily({
    ...{ client: clients.batch, site, now, governor: governor(RATES.batch) },
    capabilities: hostCapabilities(env),
    definitions: new KnownDefinitions(store, (input) => register({ kind: "job", input })),
  });
  const parts = {
    ...{ book: new LaunchBook(store), roles: new StoredRoles(store, now), files: base.objects },
    ...{ now, newSecret: () => randomBytes(18).toString("hex") },
  };
  return [ecs, batch].map((family: Family) => new AwsBackend({ ...parts, family }));
}

export function siteOf(env: AwsEnv, region: string): Site {
  return {
    ...{ stack: env.ZOE_STACK, region, account: env.ZOE_ACCOUNT, cluster: env.ZOE_CLUSTER },
    ...{ subnets: env.ZOE_SUBNETS, securityGroup: env.ZOE_SECURITY_GROUP },
    ...{ executionRole: env.ZOE_EXECUTION_ROLE_ARN, logGroup: env.ZOE_LOG_GROUP },
    ...{ bucket: env.ZOE_BUCKET, workTable: env.ZOE_WORK_TABLE },
    ...{ sidecarImage: env.ZOE_SIDECAR_IMAGE, images: env.ZOE_IMAGES },
  };
}

/** What the sidecar and AWS do for a service. No ports: no group lets anything in, so a service that listens would be reached by nobody. */
const FEATURES = [
  ...["images", "inputs", "outputs", "files", "secrets", "retry", "after", "maxTime", "disk"],
  ...["needs", "routes"],
];
/** Fargate gives at most so much memory with each vCPU. */
const MIB_PER_VCPU = 8192;

function fargateCapabilities(env: AwsEnv): Capabilities {
  const cpu = env.ZOE_FARGATE_VCPUS + env.ZOE_FARGATE_SPOT_VCPUS;
  const { vcpus, memoryMib } = LARGEST_EVERYWHERE;
  return {
    ...{ engine: "ecs", runs: ["once", "worker", "forever"], features: FEATURES },
    capacity: { instances: cpu * 4, cpu, memoryMib: cpu * MIB_PER_VCPU, gpu: 0 },
    largest: {
      instances: 1,
      cpu: Math.min(vcpus, cpu),
      memoryMib: Math.min(memoryMib, cpu * MIB_PER_VCPU),
      gpu: 0,
    },
    ...{ remembers: true, catalogueOnly: false },
  };
}

function hostCapabilities(env: AwsEnv): Capabilities {
  const cpu = env.ZOE_FARGATE_VCPUS + env.ZOE_EC2_VCPUS + env.ZOE_GPU_VCPUS;
  const types = INSTANCE_TYPES.filter(({ efaCards }) => efaCards <= 1);
  const gpu = env.ZOE_GPU_VCPUS > 0 ? Math.max(...types.map(({ gpus }) => gpus)) : 0;
  const most = Math.max(...types.map(usableMib));
  return {
    ...{ engine: "batch", runs: ["once", "array", "gang", "worker"] },
    features: [...FEATURES, "sharedMemory", ...(gpu > 0 ? ["gpu"] : [])],
    capacity: { instances: 10_000, cpu, memoryMib: Math.max(most, cpu * MIB_PER_VCPU), gpu },
    largest: { instances: 1, cpu: Math.min(128, cpu), memoryMib: most, gpu },
    ...{ remembers: true, catalogueOnly: false },
  };
}
