// The environment of each host, read once at its start. Flags stand over it; infra/ sets exactly these names.
import * as z from "zod";
import { StackName } from "./aws-names.ts";

const whole = (most: number) => z.coerce.number().int().min(0).max(most);

/** The control plane on one machine. Every name has a flag of `npm start`. */
export const LocalEnv = z.object({
  ZOE_STATE: z.string().min(1).optional(),
  ZOE_PORT: whole(65_535).optional(),
  ZOE_HOST: z.string().min(1).optional(),
  ZOE_CPUS: z.coerce.number().positive().optional(),
  ZOE_MEMORY_MIB: z.coerce.number().positive().optional(),
  ZOE_RETENTION_DAYS: z.coerce.number().positive().optional(),
  ZOE_REQUESTS_PER_SECOND: z.coerce.number().positive().optional(),
  ZOE_ENGINE: z.enum(["process", "container", "auto"]).optional(),
  /** Patterns with commas between: where images of zapps that did not come with Zoe may be from. */
  ZOE_IMAGES: z.string().min(1).optional(),
  /** `NAME=/folder` or `NAME=/folder:rw`, with commas between. */
  ZOE_HOST_VOLUMES: z.string().min(1).optional(),
  ZOE_READ_ONLY_ROOT: z.stringbool().optional(),
  /** Names the socket of Docker or Podman, as for their own commands. */
  DOCKER_HOST: z.string().min(1).optional(),
  /** Where the sockets of a user's own runtime lie. */
  XDG_RUNTIME_DIR: z.string().min(1).optional(),
  ZOE_LOG: z.enum(["error", "warn", "info"]).optional(),
});
export type LocalEnv = z.infer<typeof LocalEnv>;

const text = z.string().min(1);
const list = text.transform((value) => value.split(","));
const vcpus = z.coerce.number().min(0);

/**
 * The functions in AWS: every one has all of these names, though its role reaches only what it needs. What is made at run time is
 * named by `ZOE_STACK` (aws-names.ts). Lambda itself sets AWS_REGION.
 */
export const AwsEnv = z.object({
  ZOE_STACK: StackName,
  /** Twelve digits. */
  ZOE_ACCOUNT: text,
  ZOE_CONTROL_TABLE: text,
  ZOE_WORK_TABLE: text,
  ZOE_BUCKET: text,
  ZOE_DECIDE_QUEUE_URL: text,
  ZOE_LAUNCH_QUEUE_URL: text,
  /** EventBridge's events of ECS and Batch, our own instance events, and ticks: told apart by their shape. */
  ZOE_EVENT_QUEUE_URL: text,
  ZOE_FEED_QUEUE_URL: text,
  /** ARN. */
  ZOE_CLUSTER: text,
  ZOE_VPC: text,
  /** Public ones, their ids parted by commas. */
  ZOE_SUBNETS: list,
  /** Without ingress: for once, array and worker. */
  ZOE_SECURITY_GROUP: text,
  ZOE_EXECUTION_ROLE_ARN: text,
  /** The permission boundary of every task role. */
  ZOE_TASK_BOUNDARY_ARN: text,
  ZOE_LOG_GROUP: text,
  /** Image of the sidecar, with its tag. Empty until the stack is deployed with one. */
  ZOE_SIDECAR_IMAGE: z.string(),
  /** Images that the stack built: what descriptions call them, to repository and tag. */
  ZOE_IMAGES: text.transform((value): unknown => JSON.parse(value)).pipe(z.record(text, text)),
  /** Folder with the catalogue's descriptions, `NAME/zapp.yaml`. */
  ZOE_ZAPPS: text,
  ZOE_OIDC_ISSUER: z.url().optional(),
  ZOE_OIDC_AUDIENCE: text.optional(),
  /** `one`: EC2 hosts isolate nobody, so only a stack of one tenant uses them. `many`: the administrator said otherwise. */
  ZOE_EC2_TENANTS: z.enum(["one", "many"]),
  /** What the account's quotas let the pools hold, read when the stack was deployed. */
  ZOE_FARGATE_VCPUS: vcpus,
  ZOE_FARGATE_SPOT_VCPUS: vcpus,
  ZOE_EC2_VCPUS: vcpus,
  ZOE_GPU_VCPUS: vcpus,
  ZOE_RETENTION_DAYS: z.coerce.number().positive(),
  ZOE_LOG: z.enum(["error", "warn", "info"]).default("info"),
});
export type AwsEnv = z.infer<typeof AwsEnv>;

/** What an administrator says when she deploys a stack: its name, who may sign in, how much is meant to be spent. */
export const StageEnv = z
  .object({
    ZOE_STACK: StackName.default("zoe"),
    /** For data of patients: keys of its own, flow logs, point-in-time recovery of all, and nothing deleted with the stack. */
    ZOE_CLINICAL: z.stringbool().default(false),
    ZOE_OIDC_ISSUER: z.url().optional(),
    ZOE_OIDC_AUDIENCE: text.optional(),
    /** A month, in US dollars; tells ZOE_ALARM_EMAIL at 80 and 100 % of it. */
    ZOE_BUDGET_USD: z.coerce.number().positive().optional(),
    ZOE_ALARM_EMAIL: z.email().optional(),
    ZOE_DOMAIN: text.optional(),
    /** Of ACM, in the stack's region, for the domain. */
    ZOE_CERTIFICATE_ARN: text.optional(),
    ZOE_EC2_TENANTS: z.enum(["one", "many"]).default("one"),
    /** Availability zones. */
    ZOE_ZONES: z.coerce.number().int().min(1).max(3).default(2),
    /** Defaults are those of a new account; `npm run deploy` reads the real ones. */
    ZOE_FARGATE_VCPUS: vcpus.default(6),
    ZOE_FARGATE_SPOT_VCPUS: vcpus.default(6),
    ZOE_EC2_VCPUS: vcpus.default(5),
    ZOE_GPU_VCPUS: vcpus.default(0),
    ZOE_RETENTION_DAYS: z.coerce.number().int().positive().default(30),
  })
  .refine(
    ({ ZOE_DOMAIN, ZOE_CERTIFICATE_ARN }) =>
      (ZOE_DOMAIN === undefined) === (ZOE_CERTIFICATE_ARN === undefined),
    "ZOE_DOMAIN needs ZOE_CERTIFICATE_ARN, and the other way round",
  )
  .refine(
    ({ ZOE_OIDC_ISSUER, ZOE_OIDC_AUDIENCE }) =>
      (ZOE_OIDC_ISSUER === undefined) === (ZOE_OIDC_AUDIENCE === undefined),
    "ZOE_OIDC_ISSUER needs ZOE_OIDC_AUDIENCE, and the other way round",
  )
  .refine(
    ({ ZOE_BUDGET_USD, ZOE_ALARM_EMAIL }) =>
      ZOE_BUDGET_USD === undefined || ZOE_ALARM_EMAIL !== undefined,
    "ZOE_BUDGET_USD needs ZOE_ALARM_EMAIL, which is told",
  );
export type StageEnv = z.infer<typeof StageEnv>;
