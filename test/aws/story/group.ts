// A group of containers as whoever plays it sees it: what its three parts are told, and who it is.
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

/** Of the log stream that the driver makes. */
export function taskName({ id }: Group): string {
  return id.split("/").at(-1) ?? id;
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
