// The stack as the story plays it: names, limits and wirings of what `npm run synth` makes. test/infra/story.test.ts holds it against the template.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type AwsFunction, BATCH_QUEUES, batchQueueName } from "#shared/aws-names.ts";
import { ACCOUNT, REGION } from "#test/aws/aws.ts";
import type { Pattern } from "#test/aws/events/pattern.ts";
import { anEnvironment } from "#test/functions/aws/environment.ts";

export const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

export const TIMEOUTS: Readonly<Record<AwsFunction, number>> = {
  ...{ api: 29, schedule: 60, launch: 120, observe: 60, sweep: 300, feed: 60 },
  ...{ definer: 60, roles: 60 },
};

export interface Mapping {
  readonly queue: "decide" | "launch" | "events" | "feed";
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly maximumConcurrency?: number;
}

/** What wakes whom. */
export const MAPPINGS = {
  schedule: { queue: "decide", batchSize: 1000, windowSeconds: 1 },
  launch: { queue: "launch", batchSize: 10, windowSeconds: 0, maximumConcurrency: 2 },
  observe: { queue: "events", batchSize: 100, windowSeconds: 1 },
  feed: { queue: "feed", batchSize: 10, windowSeconds: 0 },
} as const satisfies Partial<Record<AwsFunction, Mapping>>;

/** Deliveries before a message is put aside. */
export const RECEIVES = 10;

export const CLUSTER = `arn:aws:ecs:${REGION}:${ACCOUNT}:cluster/zoe`;

export const JOB_QUEUES = BATCH_QUEUES.map(
  (queue) => `arn:aws:batch:${REGION}:${ACCOUNT}:job-queue/${batchQueueName("zoe", queue)}`,
);

export const RULES: Readonly<Record<string, Pattern>> = {
  Tasks: {
    source: ["aws.ecs"],
    "detail-type": ["ECS Task State Change"],
    detail: { clusterArn: [CLUSTER], lastStatus: ["RUNNING", "STOPPED"] },
  },
  Jobs: {
    source: ["aws.batch"],
    "detail-type": ["Batch Job State Change"],
    detail: {
      jobQueue: JOB_QUEUES,
      status: ["RUNNABLE", "RUNNING", "SUCCEEDED", "FAILED"],
      arrayProperties: { index: [{ exists: false }] },
      nodeProperties: { nodeIndex: [{ exists: false }] },
    },
  },
  Children: {
    source: ["aws.batch"],
    "detail-type": ["Batch Job State Change"],
    detail: {
      jobQueue: JOB_QUEUES,
      status: ["SUCCEEDED", "FAILED"],
      arrayProperties: { index: [{ exists: true }] },
    },
  },
  Blocked: {
    source: ["aws.batch"],
    "detail-type": ["Batch Job Queue Blocked"],
    detail: { jobQueue: JOB_QUEUES },
  },
};

export const roleOf = (name: AwsFunction) => `arn:aws:iam::${ACCOUNT}:role/zoe-${name}`;

/** What the images of the catalogue are called in the account's repository, and the folder that each was built from. */
export function builtImages(): ReadonlyMap<
  string,
  { readonly uri: string; readonly folder: string }
> {
  const folder = (name: string) => join(ROOT, "zapps", name);
  const names = readdirSync(join(ROOT, "zapps")).filter((name) =>
    existsSync(join(folder(name), "Dockerfile")),
  );
  const uri = (name: string) => `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/zoe:${name}`;
  return new Map(names.map((name) => [`zoe/${name}`, { uri: uri(name), folder: folder(name) }]));
}

export function storyEnvironment(bend: Readonly<Record<string, string>> = {}) {
  const images = [...builtImages()].map(([name, { uri }]) => [name, uri]);
  return anEnvironment({ ZOE_IMAGES: JSON.stringify(Object.fromEntries(images)), ...bend });
}
