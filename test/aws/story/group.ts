// A group of containers as whoever plays it sees it: what its three parts are told, and who it is.
import { createHash } from "node:crypto";
import type { SidecarEnv } from "#sidecar/environment.ts";
import type { ContainerView, Group } from "#test/aws/stage.ts";

export interface Parts {
  readonly enter: ContainerView;
  readonly program: ContainerView;
  readonly sidecar: ContainerView;
}

export function partsOf({ containers, id }: Group): Parts {
  const named = (name: string) => {
    const found = containers.find((one) => one.name === name);
    if (found === undefined) throw new Error(`${id} has no container ${name}.`);
    return found;
  };
  return { enter: named("enter"), program: named("program"), sidecar: named("sidecar") };
}

/** ARN of the task of ECS: Batch has one of its own for each job, which it says to nobody else. */
export function taskArnOf({ id }: Group): string {
  if (id.startsWith("arn:")) return id;
  const task = createHash("sha256").update(id).digest("hex").slice(0, 32);
  return `arn:aws:ecs:us-east-1:123456789012:task/AWSBatch-zoe/${task}`;
}

/** Of the log stream that the driver makes. */
export function taskName(group: Group): string {
  return taskArnOf(group).split("/").at(-1) ?? "";
}

/** Batch's id of the job, which its children and attempts share with nobody. */
export function runnerOf({ id }: Group, { enter }: Parts): string {
  return enter.environment.AWS_BATCH_JOB_ID ?? id;
}

export function numberOf({ enter }: Parts): number {
  const { AWS_BATCH_JOB_ARRAY_INDEX, AWS_BATCH_JOB_NODE_INDEX } = enter.environment;
  return Number(AWS_BATCH_JOB_ARRAY_INDEX ?? AWS_BATCH_JOB_NODE_INDEX ?? 0);
}

export type Told = Pick<SidecarEnv, "ZOE_BUCKET" | "ZOE_WORK_TABLE" | "ZOE_STACK">;
