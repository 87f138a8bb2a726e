// What an instance is in AWS: three containers, and what the first of them is told. The backends write it, the sidecar reads it.
import * as z from "zod";
import { Command } from "./zapp/service.ts";

/**
 * `enter` claims the instance and stages its inputs, then leaves. `program` runs. `sidecar` stands beside it, sees it end, stages out, and
 * ends with the program's code: it alone is essential, since an essential program would cut the staging off.
 */
export const CONTAINERS = ["enter", "program", "sidecar"] as const;
export type ContainerName = (typeof CONTAINERS)[number];

/** Exit codes of `enter` and `sidecar` of their own; what else the sidecar ends with is the program's. */
export const EXIT = {
  /** Another generation, or another runner of this one, has the claim. No failure of anything. */
  duplicate: 113,
  /** The program was ended for its memory. */
  outOfMemory: 137,
  /** Inputs could not be had, or outputs not be kept. */
  staging: 114,
  /** The claim could not be renewed: the program was ended before its lease was. */
  fenced: 115,
  /** A node that is not the first ended before the first had. */
  lostNode: 116,
  /** Not all nodes came in time. */
  incomplete: 117,
  /** Its longest time is over. */
  timedOut: 124,
} as const;

/** The folder that the three share, and what lies in it. */
export const SHARED_FOLDER = "/zoe";
export const FOLDERS = {
  work: `${SHARED_FOLDER}/work`,
  out: `${SHARED_FOLDER}/out`,
  cache: `${SHARED_FOLDER}/cache`,
  home: `${SHARED_FOLDER}/home`,
  tmp: `${SHARED_FOLDER}/tmp`,
  /** Of the agent that keeps a node of a gang. */
  agent: `${SHARED_FOLDER}/gang`,
  /** A shell script that `enter` writes when the program's command and environment did not fit into the request. */
  start: `${SHARED_FOLDER}/start`,
} as const;

/** The sidecar's runtime API; where the host's network is shared, only the secret keeps others out. */
export const RUNTIME_PORT = 9001;

/** In the environment of `enter`: an InstanceSpec as JSON, or `s3:` and the key of one in the bucket. */
export const SPEC_VARIABLE = "ZOE_SPEC";
export const SPEC_IN_BUCKET = "s3:";

const texts = z.record(z.string(), z.string());

/** What runs, for `/zoe/start`. */
export const Start = z.strictObject({ command: Command, environment: texts });
export type Start = z.infer<typeof Start>;

const Stage = z.strictObject({
  inputs: z.array(
    z.strictObject({ from: z.string(), to: z.string(), shardBy: z.literal("rank").optional() }),
  ),
  outputs: z.array(z.strictObject({ path: z.string(), to: z.string() })),
  files: texts,
});

export const InstanceSpec = z.strictObject({
  executionId: z.string(),
  service: z.string(),
  generation: z.int(),
  /** Of the first; children of an array and nodes of a gang add their own number, which Batch tells them. */
  index: z.int(),
  /** How many indices this request stands for. */
  size: z.int(),
  tenant: z.string(),
  zapp: z.string(),
  run: z.enum(["once", "array", "gang", "worker", "forever"]),
  /** One generation of an index at a time; workers are not fenced. */
  isFenced: z.boolean(),
  /** Of the runtime API's address. */
  secret: z.string(),
  worker: z
    .strictObject({
      queue: z.string(),
      idleSeconds: z.number(),
      /** Its service has a minimum: until it is told that there are more, it stays. */
      mustStay: z.boolean().optional(),
      maxTasks: z.int().optional(),
      retireAfterSeconds: z.number().optional(),
    })
    .optional(),
  gang: z
    .strictObject({
      slots: z.array(z.int()),
      startWithinSeconds: z.number(),
      prepare: Command.optional(),
      finish: Command.optional(),
    })
    .optional(),
  maxTimeSeconds: z.number().optional(),
  /** Of all of them, or one for each. */
  stages: z.array(Stage).min(1),
  /** None: the program got its command and environment with the request. One: the same for all. Else one for each. */
  starts: z.array(Start),
});
export type InstanceSpec = z.infer<typeof InstanceSpec>;
