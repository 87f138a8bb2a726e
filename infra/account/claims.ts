// What we say of AWS and no deployment has yet proven: each a sentence of docs/deploy.md, and how `--smoke` tries it.

import { DescribeComputeEnvironmentsCommand } from "@aws-sdk/client-batch";
import { ListTasksCommand } from "@aws-sdk/client-ecs";
import { paginateListRoles, SimulatePrincipalPolicyCommand } from "@aws-sdk/client-iam";
import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { taskRolePath } from "#shared/aws-names.ts";
import type { AccountClients } from "./clients.ts";
import { Untried } from "./untried.ts";

/** The part of the API's client that the trials use. */
export interface Runs {
  submit(submission: unknown): Promise<{ readonly id: string }>;
  execution(id: string): Promise<{
    readonly state: string;
    readonly outcome?: { readonly kind: string; readonly reason?: string };
    readonly waiting?: { readonly text: string };
  }>;
  putTasks(id: string, queue: string, lines: string): Promise<unknown>;
  closeQueue(id: string, queue: string): Promise<unknown>;
  queue(
    id: string,
    queue: string,
  ): Promise<{ readonly put: number; readonly done: number; readonly failed: number }>;
  stop(id: string): Promise<unknown>;
}

export interface Ground {
  readonly runs: Runs;
  readonly clients: AccountClients;
  readonly stack: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly pause: (milliseconds: number) => Promise<void>;
}

export interface Claim {
  readonly says: string;
  /** Answers what was seen; throws where it does not hold, `Untried` where it can't be told here. */
  readonly try: (ground: Ground, until: number) => Promise<string>;
}

export const CLAIMS: readonly Claim[] = [
  {
    says: "A zapp of the catalogue starts on Fargate in a public subnet, pulls its image, and its end is heard by an event.",
    try: (ground, until) => succeeds(ground, { zapp: "hello" }, until),
  },
  {
    says: "A second start of the same zapp is no slower, and registers no definition.",
    try: (ground, until) => succeeds(ground, { zapp: "hello" }, until),
  },
  {
    says: "Workers lease straight from SQS and write outcomes straight to DynamoDB under a task role that reaches its tenant's keys alone.",
    try: classifies,
  },
  {
    says: "An array runs as one array job of Batch on Fargate, and the ends of its children are heard.",
    try: (ground, until) => succeeds(ground, { zapp: "parameter-sweep" }, until),
  },
  {
    says: "What is told to stop has stopped within two minutes.",
    try: stops,
  },
  {
    says: "A task role made at run time cannot read the control table, another tenant's keys, or make roles: IAM itself says so.",
    try: roleIsBounded,
  },
  {
    says: "No message between functions failed for good, and no event was lost on the way.",
    try: noDeadLetters,
  },
  {
    says: "When nothing runs, no task, no host and no wish for one is left.",
    try: isIdle,
  },
];

/** Waits for its end, however that comes. */
async function ended({ runs, now, pause }: Ground, id: string, until: number) {
  for (;;) {
    const execution = await runs.execution(id);
    if (execution.state === "ended") return execution;
    if (now() >= until)
      throw new Error(
        `${id} is still ${execution.state} when the time is over. ${execution.waiting?.text ?? ""}`,
      );
    await pause(2000);
  }
}

async function succeeds(ground: Ground, submission: unknown, until: number): Promise<string> {
  const begin = ground.now();
  const { id } = await ground.runs.submit(submission);
  const { outcome } = await ended(ground, id, until);
  if (outcome?.kind !== "succeeded")
    throw new Error(`${id} ended as ${outcome?.kind}: ${outcome?.reason ?? "no reason given"}.`);
  return `${id} succeeded ${Math.round((ground.now() - begin) / 1000)} s after it was submitted`;
}

const TASKS = 100;

async function classifies(ground: Ground, until: number): Promise<string> {
  const { runs } = ground;
  const { id } = await runs.submit({ zapp: "document-classifier", parameters: { workers: 2 } });
  const lines = Array.from({ length: TASKS }, (_, n) =>
    JSON.stringify({
      id: `t${n}`,
      payload: { id: `t${n}`, title: "On groups", abstract: "A theorem about groups." },
    }),
  );
  await runs.putTasks(id, "documents", lines.join("\n"));
  await runs.closeQueue(id, "documents");
  const { outcome } = await ended(ground, id, until);
  const { put, done, failed } = await runs.queue(id, "documents");
  if (outcome?.kind === "succeeded" && put === TASKS && done === TASKS && failed === 0)
    return `${done} of ${put} tasks have one outcome each`;
  throw new Error(`${id} ended as ${outcome?.kind} with ${done} of ${put} done, ${failed} failed.`);
}

const SLEEPER = {
  version: 4,
  name: "sleeper",
  services: [{ name: "sleeper", run: "once", image: "zoe/hello", command: ["sleep", "900"] }],
};

async function stops(ground: Ground, until: number): Promise<string> {
  const { runs, now, pause } = ground;
  const { id } = await runs.submit({ description: SLEEPER });
  while ((await runs.execution(id)).state !== "running") {
    if (now() >= until) throw new Error(`${id} did not run in time to be stopped.`);
    await pause(2000);
  }
  const begin = now();
  await runs.stop(id);
  const { outcome } = await ended(ground, id, Math.min(until, begin + 120_000));
  if (outcome?.kind !== "cancelled") throw new Error(`${id} ended as ${outcome?.kind}.`);
  return `${Math.round((now() - begin) / 1000)} s after it was told`;
}

const FORBIDDEN = ["dynamodb:GetItem", "iam:CreateRole", "sts:AssumeRole", "dynamodb:DeleteTable"];

async function roleIsBounded({ clients: { iam }, stack, outputs }: Ground): Promise<string> {
  const input = { PathPrefix: taskRolePath(stack) };
  for await (const { Roles = [] } of paginateListRoles({ client: iam }, input)) {
    const [role] = Roles;
    if (role?.Arn === undefined) continue;
    const table = `arn:aws:dynamodb:*:*:table/${outputs.ControlTable}`;
    const { EvaluationResults = [] } = await iam.send(
      new SimulatePrincipalPolicyCommand({
        ...{ PolicySourceArn: role.Arn, ActionNames: FORBIDDEN, ResourceArns: [table] },
      }),
    );
    const allowed = EvaluationResults.filter(({ EvalDecision }) => EvalDecision === "allowed");
    if (allowed.length > 0)
      throw new Error(`${role.Arn} may ${allowed.map(({ EvalActionName }) => EvalActionName)}.`);
    return `${role.RoleName} is denied ${FORBIDDEN.join(", ")}`;
  }
  throw new Untried("There is no task role yet: run a zapp first.");
}

async function noDeadLetters({ clients: { sqs }, outputs }: Ground): Promise<string> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: outputs.DeadLetters,
      AttributeNames: ["ApproximateNumberOfMessages"],
    }),
  );
  const n = Number(Attributes?.ApproximateNumberOfMessages ?? 0);
  if (n > 0) throw new Error(`${n} dead letters.`);
  return "none";
}

/** Hosts of Batch stay some minutes after their last job. */
async function isIdle(ground: Ground, until: number): Promise<string> {
  const { clients, outputs, now, pause, stack } = ground;
  for (;;) {
    const { taskArns = [] } = await clients.ecs.send(
      new ListTasksCommand({ cluster: outputs.Cluster }),
    );
    const { computeEnvironments = [] } = await clients.batch.send(
      new DescribeComputeEnvironmentsCommand({}),
    );
    const vcpus = computeEnvironments
      .filter(({ tags }) => tags?.["aws:cloudformation:stack-name"] === stack)
      .reduce((sum, { computeResources }) => sum + (computeResources?.desiredvCpus ?? 0), 0);
    if (taskArns.length === 0 && vcpus === 0) return "no task runs, no host is wished for";
    if (now() >= until)
      throw new Error(`${taskArns.length} tasks run, ${vcpus} vCPU are wished for.`);
    await pause(10_000);
  }
}
