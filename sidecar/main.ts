// The sidecar's program: `enter` before the program of an instance, `sidecar` beside it.
import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import { s3Objects } from "#functions/aws/objects.ts";
import { dynamoStore } from "#functions/aws/store.ts";
import { sqsTaskMessages } from "#functions/aws/task-queues/messages.ts";
import { AwsTaskQueues } from "#functions/aws/task-queues/task-queues.ts";
import { objectTexts } from "#functions/aws/task-queues/texts.ts";
import { UNHEARD } from "#functions/aws/unheard.ts";
import { jsonLog } from "#functions/host/log.ts";
import { openRuntime } from "#functions/runtime-api/runtime.ts";
import { taskQueuePrefix } from "#shared/aws-names.ts";
import { RUNTIME_PORT } from "#shared/container-group.ts";
import { enter } from "./enter.ts";
import { nodeIn, numberIn, SidecarEnv } from "./environment.ts";
import { instanceOf, readSpec, takeOver } from "./instance.ts";
import { sidecar } from "./sidecar.ts";
import { lookAtTask, measureProgram } from "./task-look.ts";
import type { SidecarWorld } from "./world.ts";

const pause: SidecarWorld["pause"] = async (milliseconds, signal) => {
  await wait(milliseconds, undefined, { ...(signal && { signal }), ref: true }).catch(() => {});
};

function worldOf(env: SidecarEnv, owner: () => string | undefined): SidecarWorld {
  const region = { region: env.AWS_REGION, logger: UNHEARD };
  const address = env.AWS_ENDPOINT_URL
    ? { endpoint: env.AWS_ENDPOINT_URL, forcePathStyle: true }
    : {};
  const now = Date.now;
  const log = jsonLog("info", (line) => process.stdout.write(line), now);
  const client = new DynamoDBClient({ ...region, ...address });
  const store = dynamoStore({ client, table: env.ZOE_WORK_TABLE, now });
  const bucket = { client: new S3Client({ ...region, ...address }), bucket: env.ZOE_BUCKET, now };
  const objects = s3Objects(bucket);
  const tasks = new AwsTaskQueues({
    ...{ store, now, pause },
    messages: sqsTaskMessages(new SQSClient({ ...region, ...address })),
    texts: objectTexts(objects),
    ownerOf: async () => owner(),
    queuePrefix: taskQueuePrefix(env.ZOE_STACK),
    wake: async () => {},
    newId: () => `${now().toString(36)}${randomBytes(6).toString("hex")}`,
    flushMilliseconds: env.ZOE_FLUSH_MS,
  });
  const look = () => lookAtTask(env.ECS_CONTAINER_METADATA_URI_V4);
  const measure = () => measureProgram(env.ECS_CONTAINER_METADATA_URI_V4);
  const port = env.ZOE_RUNTIME_PORT ?? RUNTIME_PORT;
  return {
    store,
    objects,
    tasks,
    log,
    now,
    pause,
    fetch,
    folder: env.ZOE_SHARED_FOLDER,
    agent: env.ZOE_AGENT_FOLDER,
    look,
    measure,
    openRuntime,
    port,
  };
}

async function main(mode: string | undefined): Promise<number> {
  const env = SidecarEnv.parse(process.env);
  let owner: string | undefined;
  const world = worldOf(env, () => owner);
  if (mode === "enter") {
    const spec = await readSpec(world, env.ZOE_SPEC ?? "");
    const runner = env.AWS_BATCH_JOB_ID ?? (await world.look()).taskArn;
    return enter(world, instanceOf(spec, { number: numberIn(env), runner, node: nodeIn(env) }));
  }
  if (mode !== "sidecar") throw new Error(`The mode is enter or sidecar, not ${mode}.`);
  const instance = await takeOver(world);
  owner = `${instance.spec.tenant}#${instance.spec.zapp}`;
  const told = new AbortController();
  process.once("SIGTERM", () => told.abort());
  return sidecar(world, instance, told.signal);
}

process.exitCode = await main(process.argv[2]).catch((error: unknown) => {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stdout.write(
    `${JSON.stringify({ level: "error", text: "The sidecar failed.", message })}\n`,
  );
  return 1;
});
// What still waits (a connection kept open) holds nothing back.
process.exit();
