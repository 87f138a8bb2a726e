// The world of the steps in AWS: DynamoDB for what is stored, SQS for what is to be done, S3 for files.
import type { InstanceEvent } from "#functions/backend.ts";
import { readBuiltIn, readFrameworks } from "#functions/host/built-in.ts";
import { idMaker } from "#functions/host/ids.ts";
import { jsonLog } from "#functions/host/log.ts";
import { pause as sleep } from "#functions/pause.ts";
import { keys, read } from "#functions/records.ts";
import { DEFAULT_SETTINGS } from "#functions/settings.ts";
import type { Rights, World } from "#functions/world.ts";
import type { AwsEnv } from "#shared/env.ts";
import type { DecideMessage, LaunchMessage, TickMessage } from "#shared/message.ts";
import type { AwsClients } from "./clients.ts";
import { cloudwatchLogs, type StreamOf } from "./logs.ts";
import { objectsOfTenants } from "./objects/of-tenants.ts";
import { s3Objects } from "./objects.ts";
import { sqsQueue } from "./queue.ts";
import { managedSecrets } from "./secrets.ts";
import { dynamoStore } from "./store.ts";

/** Batch lists one queue and one state a call: 25 calls. Nothing that runs costs much in so long. */
const ORPHAN_SECONDS = 300;

/** What stands on the rest: each is built over the base. */
export interface WorldParts {
  readonly tasks: World["tasks"];
  readonly backends: World["backends"];
  readonly streamOf: StreamOf;
  readonly rights?: Rights;
}

export type WorldBase = Omit<World, "tasks" | "backends" | "logs"> & {
  /** The bucket by its own keys. */
  readonly objects: World["objects"];
  /** Over the work table: outcomes, counters, claims, chunks. Task roles reach their tenant's part of it. */
  readonly work: World["store"];
  readonly env: AwsEnv;
  readonly clients: AwsClients;
  readonly pause: Pause;
};

/** Ends early when the signal does. */
export type Pause = (milliseconds: number, signal?: AbortSignal) => Promise<void>;

export interface WorldHost {
  /** Names this run of a function in leases. */
  readonly host: string;
  readonly now?: () => number;
  readonly pause?: Pause;
  readonly write?: (line: string) => void;
}

export function awsWorld(base: WorldBase, { streamOf, ...parts }: WorldParts): World {
  const { work: _, env, clients, pause: __, ...rest } = base;
  const place = { client: clients.logs, group: env.ZOE_LOG_GROUP };
  const logs = cloudwatchLogs({ ...place, streamOf });
  return { ...rest, ...parts, logs, objects: objectsOfTenants(base.objects, tenantOf(base)) };
}

export function awsBase(
  env: AwsEnv,
  clients: AwsClients,
  { host, now = Date.now, pause = sleep, write = (line) => process.stdout.write(line) }: WorldHost,
): WorldBase {
  const place = { client: clients.dynamodb, now, wait: (ms: number) => pause(ms) };
  const store = dynamoStore({ ...place, table: env.ZOE_CONTROL_TABLE });
  return {
    ...{ env, clients, store, host, now, pause },
    work: dynamoStore({ ...place, table: env.ZOE_WORK_TABLE }),
    queues: queuesOf(env, clients),
    objects: s3Objects({ client: clients.s3, bucket: env.ZOE_BUCKET, now }),
    secrets: managedSecrets({ client: clients.secrets, stack: env.ZOE_STACK, store }),
    builtIn: readBuiltIn(env.ZOE_ZAPPS),
    frameworks: readFrameworks(env.ZOE_ZAPPS),
    settings: {
      ...DEFAULT_SETTINGS,
      orphanSeconds: ORPHAN_SECONDS,
      retentionDays: env.ZOE_RETENTION_DAYS,
    },
    newId: idMaker(now),
    log: jsonLog(env.ZOE_LOG, write, now),
  };
}

function tenantOf({ store }: WorldBase) {
  return async (executionId: string): Promise<string | undefined> => {
    const item = await store.get(keys.spec(executionId));
    return item && read.spec(item).tenant;
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
