// The account of the story: every service of the double that the stack stands on, and what a deployment has made in it.
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { BATCH_QUEUES, batchQueueName } from "#shared/aws-names.ts";
import type { AwsEnv } from "#shared/env.ts";
import { Aws } from "#test/aws/aws.ts";
import { type Batch, type BatchOptions, batch } from "#test/aws/batch.ts";
import type { Clock } from "#test/aws/clock.ts";
import { type DynamodbOptions, dynamodb } from "#test/aws/dynamodb.ts";
import { type Ecs, type EcsOptions, ecs } from "#test/aws/ecs.ts";
import { type EventManners, Events } from "#test/aws/events.ts";
import type { FaultSource } from "#test/aws/faults.ts";
import { type Iam, iam } from "#test/aws/iam.ts";
import { type LogsDouble, logs } from "#test/aws/logs.ts";
import { s3 } from "#test/aws/s3.ts";
import { secretsManager } from "#test/aws/secrets-manager.ts";
import type { Manners } from "#test/aws/sqs/queue.ts";
import { type Sqs, sqs } from "#test/aws/sqs.ts";
import type { Cast } from "#test/aws/stage.ts";
import { sts } from "#test/aws/sts.ts";
import { tableInput } from "#test/aws/tables.ts";
import { MAPPINGS, RECEIVES, RULES, TIMEOUTS } from "./settings.ts";

export interface CloudOptions {
  readonly clock: Clock;
  readonly env: AwsEnv;
  readonly cast: Cast;
  readonly faults?: FaultSource;
  readonly events?: EventManners;
  readonly sqs?: Manners;
  readonly dynamodb?: DynamodbOptions;
  readonly ecs?: Partial<EcsOptions>;
  readonly batch?: Partial<BatchOptions>;
  /** Before a new role can be assumed. */
  readonly roleLagMs?: number;
}

export interface Cloud {
  readonly aws: Aws;
  readonly sqs: Sqs;
  readonly ecs: Ecs;
  readonly batch: Batch;
  readonly iam: Iam;
  readonly logs: LogsDouble;
  readonly events: Events;
  /** ARN of a queue of the stack. */
  readonly queue: (name: QueueName) => string;
}

export type QueueName = "decide" | "launch" | "events" | "feed" | "dead";

const DEPLOYER = "arn:aws:iam::123456789012:user/admin";
const FOURTEEN_DAYS = "1209600";

export async function openCloud(options: CloudOptions): Promise<Cloud> {
  const { clock, env, cast } = options;
  const messages = sqs({ clock, ...(options.sqs && { manners: options.sqs }) });
  const events = new Events({
    ...{ clock, sqs: messages },
    ...(options.events && { manners: options.events }),
  });
  const roles = iam({ now: () => clock.now(), lagMs: options.roleLagMs ?? 0 });
  const onEvent = (event: { source: string; "detail-type": string; detail: object }) => {
    events.put(event);
  };
  const starting = { clock, cast, onEvent, isRoleReady: isReady(roles, env) };
  const containers = ecs({ ...starting, clusters: ["zoe"], ...options.ecs });
  const queues = BATCH_QUEUES.map((queue) => batchQueueName(env.ZOE_STACK, queue));
  const jobs = batch({ ...starting, queues, ...options.batch });
  const lines = logs({ groups: [env.ZOE_LOG_GROUP] });
  const services = [
    ...[dynamodb(options.dynamodb), messages.service, s3({ buckets: [env.ZOE_BUCKET] })],
    ...[containers.service, jobs.service, roles.service, sts(), lines.service, secretsManager()],
  ];
  const aws = new Aws({ services, clock, ...(options.faults && { faults: options.faults }) });
  await makeTables(aws, env);
  const queue = makeQueues(messages);
  for (const [name, pattern] of Object.entries(RULES))
    events.add({ name, pattern, queue: queue("events") });
  return {
    aws,
    sqs: messages,
    ecs: containers,
    batch: jobs,
    iam: roles,
    logs: lines,
    events,
    queue,
  };
}

/** The stack's own roles are there since it was deployed. */
function isReady(roles: Iam, env: AwsEnv): (arn: string) => boolean {
  return (arn) => arn === env.ZOE_EXECUTION_ROLE_ARN || roles.isReady(arn);
}

async function makeTables(aws: Aws, env: AwsEnv): Promise<void> {
  const faults = aws.faults;
  aws.faults = undefined;
  const client = new DynamoDBClient(aws.client(DEPLOYER));
  for (const table of [env.ZOE_CONTROL_TABLE, env.ZOE_WORK_TABLE])
    await client.send(new CreateTableCommand(tableInput(table)));
  aws.faults = faults;
}

function makeQueues(messages: Sqs): Cloud["queue"] {
  const arns = new Map<string, string>();
  const make = (name: QueueName, attributes: Record<string, string> = {}) => {
    const url = messages.make(`zoe_${name}`, {
      MessageRetentionPeriod: FOURTEEN_DAYS,
      ...attributes,
    });
    arns.set(name, messages.queueAt(url)?.parts.arn ?? "");
  };
  make("dead");
  const redrive = { deadLetterTargetArn: arns.get("dead"), maxReceiveCount: RECEIVES };
  for (const [name, { queue }] of Object.entries(MAPPINGS))
    make(queue, {
      VisibilityTimeout: String(6 * TIMEOUTS[name as keyof typeof MAPPINGS]),
      RedrivePolicy: JSON.stringify(redrive),
    });
  return (name) => arns.get(name) ?? "";
}
