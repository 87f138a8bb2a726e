// What the rights speak of: resources of the stack by reference, those made at run time by the pattern of their names.
import { ArnFormat, Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import {
  type AwsFunction,
  definitionPrefix,
  functionName,
  logGroupName,
  secretPrefix,
  taskQueuePrefix,
  taskRolePath,
} from "#shared/aws-names.ts";
import type { Queues } from "./queues.ts";
import type { Storage } from "./storage.ts";

export interface Arns {
  readonly stack: string;
  readonly control: string;
  readonly work: string;
  readonly bucket: string;
  readonly decide: string;
  readonly launch: string;
  readonly event: string;
  readonly feed: string;
  readonly cluster: string;
  readonly programLogs: string;
  /** Its name. */
  readonly programLogGroup: string;
  readonly executionRole: string;
  readonly boundary: string;
  /** The account's repository of built images, and the account's own. */
  readonly repositories: string;
  readonly taskQueues: string;
  readonly taskRoles: string;
  readonly taskDefinitions: string;
  readonly tasks: string;
  readonly jobDefinitions: string;
  readonly jobQueues: string;
  readonly jobs: string;
  readonly secrets: string;
  /** Those that are made for one execution: of secret parameters, of gangs. */
  readonly executionSecrets: string;
  /** Of a clinical stack. */
  readonly key?: string;
  readonly function: (name: AwsFunction) => string;
}

export interface ArnsOf {
  readonly stack: string;
  readonly storage: Storage;
  readonly queues: Queues;
  readonly clusterName: string;
  readonly clusterArn: string;
  readonly programLogsArn: string;
  readonly key?: string;
}

/** All but the two that are made from these. */
export function arnsOf(scope: Construct, of: ArnsOf): Omit<Arns, "executionRole" | "boundary"> {
  const { stack, storage, queues } = of;
  const arn = (
    service: string,
    resource: string,
    resourceName: string,
    arnFormat = ArnFormat.SLASH_RESOURCE_NAME,
  ) =>
    Stack.of(scope).formatArn({
      ...{ service, resource, resourceName, arnFormat },
      ...(service === "iam" && { region: "" }),
    });
  const colon = ArnFormat.COLON_RESOURCE_NAME;
  const definitions = `${definitionPrefix(stack)}*`;
  return {
    stack,
    control: storage.control.tableArn,
    work: storage.work.tableArn,
    bucket: storage.bucket.bucketArn,
    decide: queues.decide.queueArn,
    launch: queues.launch.queueArn,
    event: queues.event.queueArn,
    feed: queues.feed.queueArn,
    cluster: of.clusterArn,
    programLogs: of.programLogsArn,
    programLogGroup: logGroupName(stack),
    repositories: arn("ecr", "repository", "*"),
    taskQueues: Stack.of(scope).formatArn({
      service: "sqs",
      resource: `${taskQueuePrefix(stack)}*`,
    }),
    taskRoles: arn("iam", "role", `${taskRolePath(stack).slice(1)}*`),
    taskDefinitions: arn("ecs", "task-definition", definitions),
    tasks: arn("ecs", "task", `${of.clusterName}/*`),
    jobDefinitions: arn("batch", "job-definition", definitions),
    jobQueues: arn("batch", "job-queue", `${stack}_*`),
    jobs: arn("batch", "job", "*"),
    secrets: arn("secretsmanager", "secret", `${secretPrefix(stack)}*`, colon),
    executionSecrets: arn("secretsmanager", "secret", `${secretPrefix(stack)}*/exe_*`, colon),
    key: of.key,
    function: (name) => arn("lambda", "function", functionName(stack, name), colon),
  };
}
