// The world of the steps in AWS: DynamoDB for what is stored, SQS for what is to be done, S3 for files.
import type { InstanceEvent } from "#functions/backend.ts";
import { readBuiltIn } from "#functions/host/built-in.ts";
import { idMaker } from "#functions/host/ids.ts";
import { jsonLog } from "#functions/host/log.ts";
import { DEFAULT_SETTINGS } from "#functions/settings.ts";
import type { World } from "#functions/world.ts";
import type { AwsEnv } from "#shared/env.ts";
import type { DecideMessage, LaunchMessage, TickMessage } from "#shared/message.ts";
import type { AwsClients } from "./clients.ts";
import { cloudwatchLogs, type StreamOf } from "./logs.ts";
import { s3Objects } from "./objects.ts";
import { sqsQueue } from "./queue.ts";
import { managedSecrets } from "./secrets.ts";
import { dynamoStore } from "./store.ts";

/** What stands on the rest: each is built over the base. */
export interface WorldParts {
  readonly tasks: (base: WorldBase) => World["tasks"];
  readonly backends: (base: WorldBase) => World["backends"];
  readonly streamOf: (base: WorldBase) => StreamOf;
}

export type WorldBase = Omit<World, "tasks" | "backends" | "logs"> & {
  /** Over the work table: outcomes, counters, claims, chunks. Task roles reach their tenant's part of it. */
  readonly work: World["store"];
  readonly env: AwsEnv;
  readonly clients: AwsClients;
};

export interface WorldHost {
  /** Names this run of a function in leases. */
  readonly host: string;
  readonly now?: () => number;
  readonly write?: (line: string) => void;
}

export function awsWorld(
  env: AwsEnv,
  clients: AwsClients,
  parts: WorldParts,
  host: WorldHost,
): World {
  const base = baseOf(env, clients, host);
  const { work: _, env: __, clients: ___, ...rest } = base;
  const place = { client: clients.logs, group: env.ZOE_LOG_GROUP };
  return {
    ...rest,
    tasks: parts.tasks(base),
    backends: parts.backends(base),
    logs: cloudwatchLogs({ ...place, streamOf: parts.streamOf(base) }),
  };
}

function baseOf(
  env: AwsEnv,
  clients: AwsClients,
  { host, now = Date.now, write = (line) => process.stdout.write(line) }: WorldHost,
): WorldBase {
  const client = clients.dynamodb;
  const store = dynamoStore({ client, table: env.ZOE_CONTROL_TABLE, now });
  return {
    ...{ env, clients, store, host, now },
    work: dynamoStore({ client, table: env.ZOE_WORK_TABLE, now }),
    queues: queuesOf(env, clients),
    objects: s3Objects({ client: clients.s3, bucket: env.ZOE_BUCKET, now }),
    secrets: managedSecrets({ client: clients.secrets, stack: env.ZOE_STACK, store }),
    builtIn: readBuiltIn(env.ZOE_ZAPPS),
    settings: { ...DEFAULT_SETTINGS, retentionDays: env.ZOE_RETENTION_DAYS },
    newId: idMaker(now),
    log: jsonLog(env.ZOE_LOG, write, now),
  };
}

/** Events and ticks share a queue: what reads it tells them apart by their shape. */
function queuesOf(env: AwsEnv, { sqs }: AwsClients): World["queues"] {
  return {
    decide: sqsQueue<DecideMessage>(sqs, env.ZOE_DECIDE_QUEUE_URL),
    launch: sqsQueue<LaunchMessage>(sqs, env.ZOE_LAUNCH_QUEUE_URL),
    observe: sqsQueue<InstanceEvent>(sqs, env.ZOE_EVENT_QUEUE_URL),
    tick: sqsQueue<TickMessage>(sqs, env.ZOE_EVENT_QUEUE_URL),
  };
}
