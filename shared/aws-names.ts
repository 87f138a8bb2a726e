// How what the AWS body makes at run time is named: infra/ grants rights by these patterns, functions/aws makes by them, and what removes a stack finds by them.
import * as z from "zod";

/** A stack's name stands in front of all its names; the `_` behind it is in no stack's name, so no stack's prefix begins another's. */
export const StackName = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{1,22}[a-z0-9]$/,
    "a stack's name has 3 to 24 of a-z, 0-9 and -, beginning with a letter",
  );

/** The queues of Batch, each over compute environments of its own. */
export const BATCH_QUEUES = ["fargate", "ec2", "gpu", "mpi-efa", "mpi-gpu"] as const;
export type BatchQueue = (typeof BATCH_QUEUES)[number];

export const batchQueueName = (stack: string, queue: BatchQueue) => `${stack}_${queue}`;

/** SQS queues of executions: the prefix and a hash. */
export const taskQueuePrefix = (stack: string) => `${stack}_t_`;

/** Families of task definitions and names of job definitions: the prefix and a hash of their content. */
export const definitionPrefix = (stack: string) => `${stack}_d_`;

/** Task roles lie under a path, by which they are granted and found. */
export const taskRolePath = (stack: string) => `/zoe/${stack}/task/`;
export const taskRolePrefix = (stack: string) => `${stack}_r_`;

/** Security groups of tenants, for zapps of several services. */
export const tenantGroupPrefix = (stack: string) => `${stack}_g_`;

/** Values of secrets: the prefix, the tenant, `/`, the name. */
export const secretPrefix = (stack: string) => `${stack}/secrets/`;

/** Logs of programs and sidecars, one group a stack; those of the functions stand beside it. */
export const logGroupName = (stack: string) => `/zoe/${stack}/programs`;

/** `zoe-api`, as `aws lambda` and the logs call it. */
export const functionName = (stack: string, name: AwsFunction) => `${stack}-${name}`;

export const AWS_FUNCTIONS = [
  "api",
  "schedule",
  "launch",
  "observe",
  "sweep",
  "feed",
  "definer",
  "roles",
] as const;
export type AwsFunction = (typeof AWS_FUNCTIONS)[number];

/** Attributes of both tables. An index's keys are attributes of their own; both indexes project all. */
export const TABLE = {
  partitionKey: "pk",
  sortKey: "sk",
  /** Unix seconds, a number. */
  expiry: "expiresAt",
  indexes: {
    byTenant: { partitionKey: "byTenantPk", sortKey: "byTenantSk" },
    byState: { partitionKey: "byStatePk", sortKey: "byStateSk" },
  },
} as const;

/** The tag by which tenants are told apart: of task roles, and of what is made for one tenant. */
export const TENANT_TAG = "zoe:tenant";

/** What task roles of a tenant reach of the bucket. */
export const tenantPrefix = (tenant: string) => `tenants/${tenant}/`;

/** In place of a zapp's name, for descriptions of one's own: they share a task role per tenant. No zapp can be called so. */
export const AD_HOC = "-adhoc";
