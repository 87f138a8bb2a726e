// What ECS cannot run: queues of Batch over Fargate and EC2, shared fairly from birth (a queue cannot learn it later), and empty when idle.
import { CfnComputeEnvironment, CfnJobQueue, CfnSchedulingPolicy } from "aws-cdk-lib/aws-batch";
import { CfnPlacementGroup } from "aws-cdk-lib/aws-ec2";
import { Construct } from "constructs";
import { BATCH_QUEUES, type BatchQueue, batchQueueName } from "#shared/aws-names.ts";
import type { HostQueue } from "#shared/instance-types.ts";
import { HOST_TYPES } from "./host-types.ts";
import type { Hosts } from "./hosts.ts";
import type { Stage } from "./stage.ts";

export interface BatchProps {
  readonly stage: Stage;
  readonly hosts: Hosts;
  readonly subnets: readonly string[];
  readonly closedGroup: string;
  readonly gangGroup: string;
}

/** A job at the head of its queue that can never start is ended, with the reason; nothing waits for ever. */
const LIMITS: CfnJobQueue.JobStateTimeLimitActionProperty[] = [
  ["MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE", 600],
  ["MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT", 600],
  ["CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY", 3600],
].map(([reason, seconds]) => ({
  reason: String(reason),
  maxTimeSeconds: Number(seconds),
  state: "RUNNABLE",
  action: "CANCEL",
}));

export class Batch extends Construct {
  readonly queues: readonly CfnJobQueue[];
  readonly #props: BatchProps;

  constructor(scope: Construct, id: string, props: BatchProps) {
    super(scope, id);
    this.#props = props;
    const policy = new CfnSchedulingPolicy(this, "Fair", {
      // What a share used counts for an hour, less and less.
      fairsharePolicy: { shareDecaySeconds: 3600 },
    });
    this.queues = BATCH_QUEUES.map(
      (queue) =>
        new CfnJobQueue(this, `${queue}-queue`, {
          jobQueueName: batchQueueName(props.stage.name, queue),
          priority: 1,
          schedulingPolicyArn: policy.attrArn,
          computeEnvironmentOrder: this.environments(queue).map(({ ref }, n) => ({
            order: n + 1,
            computeEnvironment: ref,
          })),
          jobStateTimeLimitActions: LIMITS,
        }),
    );
  }

  /** Gangs stay in one zone: an environment for each, so that what one lacks the next may have (a queue takes three). */
  private environments(queue: BatchQueue): readonly CfnComputeEnvironment[] {
    const { subnets } = this.#props;
    if (queue === "fargate") return [this.fargate()];
    if (queue === "ec2" || queue === "gpu") return [this.ec2(queue, queue, subnets)];
    return subnets.map((subnet, n) => this.ec2(`${queue}-${n + 1}`, queue, [subnet]));
  }

  private fargate(): CfnComputeEnvironment {
    const { stage, subnets, closedGroup } = this.#props;
    return this.environment("fargate", {
      type: "FARGATE",
      maxvCpus: atLeastOne(stage.vcpus.fargate),
      subnets: [...subnets],
      securityGroupIds: [closedGroup],
    });
  }

  private ec2(id: string, queue: HostQueue, subnets: readonly string[]): CfnComputeEnvironment {
    const { stage, hosts, closedGroup, gangGroup } = this.#props;
    const isGang = queue.startsWith("mpi");
    const isGpu = queue.endsWith("gpu");
    const template = queue === "mpi-efa" ? hosts.efa : hosts.plain;
    const group =
      queue === "mpi-efa"
        ? new CfnPlacementGroup(this, `${id}-group`, { strategy: "cluster" })
        : undefined;
    return this.environment(id, {
      type: "EC2",
      allocationStrategy: "BEST_FIT_PROGRESSIVE",
      minvCpus: 0,
      maxvCpus: atLeastOne(isGpu ? stage.vcpus.gpu : stage.vcpus.ec2),
      instanceTypes: HOST_TYPES[queue].slice(),
      ec2Configuration: [{ imageType: isGpu ? "ECS_AL2023_NVIDIA" : "ECS_AL2023" }],
      instanceRole: hosts.profile.attrArn,
      launchTemplate: {
        launchTemplateId: template.ref,
        version: template.attrLatestVersionNumber,
      },
      subnets: [...subnets],
      securityGroupIds: [isGang ? gangGroup : closedGroup],
      placementGroup: group?.ref,
    });
  }

  private environment(
    id: string,
    computeResources: CfnComputeEnvironment.ComputeResourcesProperty,
  ): CfnComputeEnvironment {
    return new CfnComputeEnvironment(this, id, {
      type: "MANAGED",
      state: "ENABLED",
      // Batch's own service-linked role: with it an environment is updated in place, its hosts renewed.
      replaceComputeEnvironment: false,
      updatePolicy: { terminateJobsOnUpdate: false, jobExecutionTimeoutMinutes: 720 },
      computeResources: {
        ...computeResources,
        ...(computeResources.type === "EC2" && { updateToLatestImageVersion: true }),
      },
    });
  }
}

/** An environment of none is refused; where the quota is none, EC2 itself says so, and `doctor` before it. */
const atLeastOne = (vcpus: number) => Math.max(1, Math.floor(vcpus));
