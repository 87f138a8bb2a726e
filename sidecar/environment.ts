// The environment of the sidecar's two modes: what the task definition says, what ECS and Batch add, and to `enter` what to do.
import * as z from "zod";
import { EVERYWHERE, type NodePlace } from "./node.ts";

const text = z.string().min(1);
const whole = z.coerce.number().int();

export const SidecarEnv = z.object({
  ZOE_BUCKET: text,
  ZOE_WORK_TABLE: text,
  ZOE_STACK: text,
  AWS_REGION: text,
  ZOE_SHARED_FOLDER: text,
  ZOE_SPEC: text.optional(),
  ECS_CONTAINER_METADATA_URI_V4: z.url(),
  AWS_BATCH_JOB_ID: text.optional(),
  AWS_BATCH_JOB_ARRAY_INDEX: whole.optional(),
  AWS_BATCH_JOB_NODE_INDEX: whole.optional(),
  /** Of nodes that are not the first. */
  AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS: text.optional(),
  /** Instead of AWS's own addresses: the double. */
  AWS_ENDPOINT_URL: z.url().optional(),
  /** Instead of the usual one, where several stand on one machine. */
  ZOE_RUNTIME_PORT: whole.optional(),
  /** Of a node, instead of all that its host has. */
  ZOE_NODE_ADDRESS: text.optional(),
  /** Where the image has the agent of gangs. */
  ZOE_AGENT_FOLDER: text.default("/zoe-sidecar/gang"),
  /** How long outcomes gather for one transaction. */
  ZOE_FLUSH_MS: whole.default(1000),
});
export type SidecarEnv = z.infer<typeof SidecarEnv>;

/** The number among the copies of one request. */
export function numberIn(env: SidecarEnv): number {
  return env.AWS_BATCH_JOB_ARRAY_INDEX ?? env.AWS_BATCH_JOB_NODE_INDEX ?? 0;
}

/** docs.aws.amazon.com/batch/latest/userguide/job_env_vars.html */
export function nodeIn(env: SidecarEnv): NodePlace | undefined {
  if (env.AWS_BATCH_JOB_NODE_INDEX === undefined) return undefined;
  const { ZOE_NODE_ADDRESS: own, AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS: main } = env;
  return { first: main ?? own ?? EVERYWHERE.first, listen: own ?? EVERYWHERE.listen };
}
