// What the double's Batch tells of one job: the answer of DescribeJobs, and the event of a change.
import { randomUUID } from "node:crypto";
import type { EcsTaskProperties, JobDetail, JobStatus } from "@aws-sdk/client-batch";
import type { CallContext } from "#test/aws/service.ts";
import { type BridgeEvent, detailOf, type Ended } from "#test/aws/stage.ts";
import { isArray, type Order, taskOf } from "./job-order.ts";

export interface Attempt {
  readonly startedAt: number | undefined;
  readonly stoppedAt: number;
  readonly ended: Ended;
  readonly statusReason: string;
}

interface Told extends Order {
  readonly createdAt: number;
  readonly status: JobStatus;
  readonly statusReason: string | undefined;
  readonly stoppedAt: number | undefined;
  readonly isCancelled: boolean;
  readonly isTerminated: boolean;
  readonly children: readonly { readonly status: JobStatus }[];
}

/** The last attempt is told twice: in its row, and as the job's own. */
interface Past {
  readonly attempts: readonly Attempt[];
  readonly startedAt: number | undefined;
  readonly ended: Ended | undefined;
}

export function detailOfJob(
  job: Told,
  { attempts, startedAt, ended }: Past,
  context: CallContext,
): JobDetail {
  const { input, definition } = job;
  const { jobQueue = "", tags, parameters = {}, timeout } = input;
  const { status, statusReason, createdAt, stoppedAt, isCancelled, isTerminated } = job;
  return {
    ...{ jobArn: arnOf(`job/${job.id}`, context), jobName: input.jobName ?? "", jobId: job.id },
    jobQueue: jobQueue.startsWith("arn:") ? jobQueue : arnOf(`job-queue/${jobQueue}`, context),
    ...{ status, statusReason, createdAt },
    // The model says that it is always there; where nothing started it means nothing.
    startedAt: startedAt ?? 0,
    ...{ stoppedAt, jobDefinition: definition.jobDefinitionArn ?? "", parameters, tags, timeout },
    attempts: attempts.map((attempt) => attemptDetail(taskOf(job), attempt)),
    retryStrategy: input.retryStrategy ?? definition.retryStrategy,
    ...{ dependsOn: [], shareIdentifier: input.shareIdentifier, isCancelled, isTerminated },
    platformCapabilities: definition.platformCapabilities,
    ...placeDetail(job),
    ecsProperties: { taskProperties: [taskDetail(taskOf(job), ended)] },
  };
}

export function stateChange(
  detail: JobDetail,
  { region, account }: CallContext,
  now: number,
): BridgeEvent {
  return {
    ...{ version: "0", id: randomUUID(), "detail-type": "Batch Job State Change" },
    ...{ source: "aws.batch", account, time: new Date(now).toISOString(), region },
    resources: [detail.jobArn ?? ""],
    detail: detailOf(detail, (date) => date.getTime()),
  };
}

export function arnOf(resource: string, { region, account }: CallContext): string {
  return `arn:aws:batch:${region}:${account}:${resource}`;
}

/** Of what it is a part, or which parts it has. */
function placeDetail(job: Told): Partial<JobDetail> {
  const { part, input, definition } = job;
  if (part.kind === "child") return { arrayProperties: { index: part.index } };
  if (part.kind === "node")
    return { nodeDetails: { nodeIndex: part.index, isMainNode: part.index === 0 } };
  const nodes = definition.nodeProperties;
  return {
    ...(isArray(job) && { arrayProperties: arrayDetail(job.children) }),
    ...(nodes && {
      nodeProperties: { ...nodes, numNodes: input.nodeOverrides?.numNodes ?? nodes.numNodes },
    }),
  };
}

function arrayDetail(children: Told["children"]) {
  const statusSummary: Record<string, number> = {};
  for (const { status } of children) statusSummary[status] = (statusSummary[status] ?? 0) + 1;
  return { size: children.length, statusSummary };
}

function taskDetail(task: EcsTaskProperties | undefined, ended: Ended | undefined) {
  const containers = (task?.containers ?? []).map(({ name, image }) => ({
    ...{ name, image, exitCode: ended?.exitCodes[name ?? ""] },
    reason: ended?.reasons?.[name ?? ""],
  }));
  return { taskRoleArn: task?.taskRoleArn, containers };
}

function attemptDetail(
  task: EcsTaskProperties | undefined,
  { startedAt, stoppedAt, ended, statusReason }: Attempt,
) {
  const names = (task?.containers ?? []).map(({ name = "" }) => name);
  const containers = names.map((name) => ({
    ...{ name, exitCode: ended.exitCodes[name], reason: ended.reasons?.[name] },
  }));
  return { startedAt, stoppedAt, statusReason, taskProperties: [{ containers }] };
}
