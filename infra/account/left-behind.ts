// What a stack's functions made at run time and CloudFormation knows nothing of: found by the prefixes of shared/aws-names.ts, so that nothing of another stack is touched.
import {
  DeregisterJobDefinitionCommand,
  paginateDescribeJobDefinitions,
  paginateListJobs,
  TerminateJobCommand,
} from "@aws-sdk/client-batch";
import { DeleteSecurityGroupCommand, paginateDescribeSecurityGroups } from "@aws-sdk/client-ec2";
import {
  DeregisterTaskDefinitionCommand,
  paginateListTaskDefinitionFamilies,
  paginateListTaskDefinitions,
  paginateListTasks,
  StopTaskCommand,
} from "@aws-sdk/client-ecs";
import {
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  paginateListRolePolicies,
  paginateListRoles,
} from "@aws-sdk/client-iam";
import { DeleteSecretCommand, paginateListSecrets } from "@aws-sdk/client-secrets-manager";
import { DeleteQueueCommand, paginateListQueues } from "@aws-sdk/client-sqs";
import {
  BATCH_QUEUES,
  batchQueueName,
  definitionPrefix,
  secretPrefix,
  taskQueuePrefix,
  taskRolePath,
  tenantGroupPrefix,
} from "#shared/aws-names.ts";
import type { AccountClients } from "./clients.ts";

/** Removes all of one kind; answers how many there were. */
export type Removal = (clients: AccountClients, stack: string) => Promise<number>;

/** In this order: what runs first, and roles when nothing has them any more. */
export const REMOVALS: Readonly<Record<string, Removal>> = {
  "running tasks": stopTasks,
  "jobs of Batch": stopJobs,
  "task queues": deleteTaskQueues,
  "task definitions": deregisterTasks,
  "job definitions": deregisterJobs,
  "task roles": deleteRoles,
  "security groups of tenants": deleteGroups,
  secrets: deleteSecrets,
};

const REASON = "The stack is being removed.";

async function stopTasks({ ecs }: AccountClients, cluster: string): Promise<number> {
  let n = 0;
  try {
    for await (const { taskArns = [] } of paginateListTasks({ client: ecs }, { cluster })) {
      for (const task of taskArns)
        await ecs.send(new StopTaskCommand({ cluster, task, reason: REASON }));
      n += taskArns.length;
    }
  } catch (error) {
    if (!isGone(error)) throw error;
  }
  return n;
}

const LIVE = ["SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING"] as const;

async function stopJobs(clients: AccountClients, stack: string): Promise<number> {
  let n = 0;
  for (const queue of BATCH_QUEUES)
    for (const status of LIVE) n += await stopThose(clients, batchQueueName(stack, queue), status);
  return n;
}

async function stopThose(
  { batch }: AccountClients,
  jobQueue: string,
  jobStatus: (typeof LIVE)[number],
): Promise<number> {
  let n = 0;
  try {
    for await (const page of paginateListJobs({ client: batch }, { jobQueue, jobStatus })) {
      for (const { jobId } of page.jobSummaryList ?? [])
        await batch.send(new TerminateJobCommand({ jobId, reason: REASON }));
      n += page.jobSummaryList?.length ?? 0;
    }
  } catch (error) {
    if (!isGone(error)) throw error;
  }
  return n;
}

async function deleteTaskQueues({ sqs }: AccountClients, stack: string): Promise<number> {
  const urls: string[] = [];
  const input = { QueueNamePrefix: taskQueuePrefix(stack), MaxResults: 1000 };
  for await (const { QueueUrls = [] } of paginateListQueues({ client: sqs }, input))
    urls.push(...QueueUrls);
  for (const QueueUrl of urls) await sqs.send(new DeleteQueueCommand({ QueueUrl }));
  return urls.length;
}

async function deregisterTasks({ ecs }: AccountClients, stack: string): Promise<number> {
  const families: string[] = [];
  const input = { familyPrefix: definitionPrefix(stack), status: "ACTIVE" } as const;
  for await (const page of paginateListTaskDefinitionFamilies({ client: ecs }, input))
    families.push(...(page.families ?? []));
  const arns: string[] = [];
  for (const familyPrefix of families)
    for await (const page of paginateListTaskDefinitions({ client: ecs }, { familyPrefix }))
      arns.push(...(page.taskDefinitionArns ?? []));
  // One a second after the first twenty: the client waits and tries again.
  for (const taskDefinition of arns)
    await ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition }));
  return arns.length;
}

async function deregisterJobs({ batch }: AccountClients, stack: string): Promise<number> {
  const arns: string[] = [];
  const input = { status: "ACTIVE" };
  for await (const page of paginateDescribeJobDefinitions({ client: batch }, input))
    for (const { jobDefinitionName, jobDefinitionArn } of page.jobDefinitions ?? [])
      if (jobDefinitionName?.startsWith(definitionPrefix(stack)) && jobDefinitionArn)
        arns.push(jobDefinitionArn);
  for (const jobDefinition of arns)
    await batch.send(new DeregisterJobDefinitionCommand({ jobDefinition }));
  return arns.length;
}

/** The boundary cannot be deleted while a role has it. */
async function deleteRoles({ iam }: AccountClients, stack: string): Promise<number> {
  const names: string[] = [];
  for await (const page of paginateListRoles({ client: iam }, { PathPrefix: taskRolePath(stack) }))
    names.push(...(page.Roles ?? []).map(({ RoleName = "" }) => RoleName));
  for (const RoleName of names) {
    for await (const page of paginateListRolePolicies({ client: iam }, { RoleName }))
      for (const PolicyName of page.PolicyNames ?? [])
        await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
    await iam.send(new DeleteRoleCommand({ RoleName }));
  }
  return names.length;
}

async function deleteGroups({ ec2 }: AccountClients, stack: string): Promise<number> {
  const ids: string[] = [];
  const input = { Filters: [{ Name: "group-name", Values: [`${tenantGroupPrefix(stack)}*`] }] };
  for await (const page of paginateDescribeSecurityGroups({ client: ec2 }, input))
    ids.push(...(page.SecurityGroups ?? []).map(({ GroupId = "" }) => GroupId));
  for (const GroupId of ids) await ec2.send(new DeleteSecurityGroupCommand({ GroupId }));
  return ids.length;
}

/** They can be had back for a week. */
async function deleteSecrets({ secrets }: AccountClients, stack: string): Promise<number> {
  const names: string[] = [];
  const Filters = [{ Key: "name" as const, Values: [secretPrefix(stack)] }];
  for await (const { SecretList = [] } of paginateListSecrets({ client: secrets }, { Filters }))
    names.push(...SecretList.map(({ Name = "" }) => Name));
  for (const SecretId of names)
    await secrets.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 7 }));
  return names.length;
}

/** A cluster or a queue of Batch that is not there runs nothing. */
function isGone(error: unknown): boolean {
  return (
    error instanceof Error &&
    /ClusterNotFound|does not exist|not found/i.test(`${error.name} ${error.message}`)
  );
}
