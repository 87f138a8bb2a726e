// The environment of the sidecar's two modes: what the task definition says, what ECS and Batch add, and to `enter` what to do.
import * as z from "zod";

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
  /** Instead of AWS's own addresses: the double. */
  AWS_ENDPOINT_URL: z.url().optional(),
  /** Instead of the usual one, where several stand on one machine. */
  ZOE_RUNTIME_PORT: whole.optional(),
  /** How long outcomes gather for one transaction. */
  ZOE_FLUSH_MS: whole.default(1000),
});
export type SidecarEnv = z.infer<typeof SidecarEnv>;

/** The number among the copies of one request. */
export function numberIn(env: SidecarEnv): number {
  return env.AWS_BATCH_JOB_ARRAY_INDEX ?? env.AWS_BATCH_JOB_NODE_INDEX ?? 0;
}
