// Batch: a job is asked for on its definition, its queue and itself; a definition passes roles. Who submits passes none.

import { type AsksOf, known, tagContext, tagsOf } from "#test/aws/rights/asks/words.ts";
import { arn } from "#test/aws/rights/names.ts";
import type { Ask } from "#test/aws/rights/policy.ts";
import { passes } from "./ecs.ts";

type Input = Readonly<Record<string, unknown>>;

const named = (kind: string, name: unknown) =>
  String(name).startsWith("arn:") ? String(name) : arn("batch", `${kind}/${name}`);

export const batchAsks: AsksOf = (operation, input, _, output) => {
  const one = (resource: string): Ask[] => [
    { action: `batch:${operation}`, resource, context: {} },
  ];
  const operations: Readonly<Record<string, () => readonly Ask[]>> = {
    SubmitJob: () => submit(input, output),
    RegisterJobDefinition: () => register(input),
    TerminateJob: () => one(named("job", input.jobId)),
    DeleteJobQueue: () => one(named("job-queue", input.jobQueue)),
    DescribeJobs: () => one("*"),
    ListJobs: () => one("*"),
    DescribeJobDefinitions: () => one("*"),
  };
  return known(operations, operation, "batch")();
};

function submit(input: Input, { jobId = "new" }: Input): Ask[] {
  const tags = tagContext(tagsOf(input.tags));
  const job = named("job", jobId);
  const share = { "batch:ShareIdentifier": String(input.shareIdentifier) };
  const action = "batch:SubmitJob";
  return [
    { action, resource: named("job-definition", input.jobDefinition), context: tags },
    { action, resource: named("job-queue", input.jobQueue), context: tags },
    { action, resource: job, context: { ...tags, ...share } },
    ...(input.tags ? [{ action: "batch:TagResource", resource: job, context: tags }] : []),
  ];
}

interface Container {
  readonly privileged?: boolean;
  readonly jobRoleArn?: string;
  readonly executionRoleArn?: string;
  readonly logConfiguration?: {
    readonly logDriver?: string;
    readonly options?: Readonly<Record<string, string>>;
  };
}
interface Task {
  readonly taskRoleArn?: string;
  readonly executionRoleArn?: string;
  readonly containers?: readonly Container[];
}
interface Properties {
  readonly containerProperties?: Container;
  readonly ecsProperties?: { readonly taskProperties: readonly Task[] };
}

function register(input: Input): Ask[] {
  const { nodeProperties } = input as {
    nodeProperties?: { nodeRangeProperties: readonly (Properties & { container?: Container })[] };
  };
  const all: readonly (Properties & { container?: Container })[] =
    nodeProperties?.nodeRangeProperties ?? [input as Properties];
  const tasks = all.flatMap(({ ecsProperties }) => ecsProperties?.taskProperties ?? []);
  const alone = all.flatMap(({ containerProperties, container }) =>
    [containerProperties, container].flatMap((one) => one ?? []),
  );
  const roles = [
    ...tasks.flatMap((task) => [task.taskRoleArn, task.executionRoleArn]),
    ...alone.flatMap((one) => [one.jobRoleArn, one.executionRoleArn]),
  ].flatMap((role) => role ?? []);
  const tags = tagContext(tagsOf(input.tags));
  const resource = named("job-definition", input.jobDefinitionName);
  const context = {
    ...contextOf([...alone, ...tasks.flatMap((task) => task.containers ?? [])]),
    ...tags,
  };
  return [
    { action: "batch:RegisterJobDefinition", resource, context },
    ...(input.tags
      ? [{ action: "batch:TagResource", resource: `${resource}:1`, context: tags }]
      : []),
    // Jobs of Batch are tasks of ECS.
    ...passes(roles, "ecs-tasks.amazonaws.com"),
  ];
}

/** The worst of its containers. */
function contextOf(containers: readonly Container[]): Record<string, string> {
  const logs = containers.flatMap(({ logConfiguration }) => logConfiguration ?? []);
  const pick = (values: readonly (string | undefined)[], ours: string) =>
    values.find((value) => value !== undefined && value !== ours) ?? values.find(Boolean);
  const driver = pick(
    logs.map(({ logDriver }) => logDriver),
    "awslogs",
  );
  const groups = new Set(logs.flatMap(({ options }) => options?.["awslogs-group"] ?? []));
  const [group] = groups;
  if (groups.size > 1) throw new Error("All containers of a job log into one group.");
  return {
    "batch:Privileged": String(containers.some(({ privileged }) => privileged === true)),
    ...(driver !== undefined && { "batch:LogDriver": driver }),
    ...(group !== undefined && { "batch:AWSLogsGroup": group }),
  };
}
