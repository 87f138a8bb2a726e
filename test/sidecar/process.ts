// A real sidecar, bundled as its image has it, as a process of its own beside the double behind a port: for what only a process can show.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import { feed } from "#functions/aws/feed.ts";
import { dynamoStore } from "#functions/aws/store.ts";
import { sqsTaskMessages } from "#functions/aws/task-queues/messages.ts";
import type { TaskQueueParts } from "#functions/aws/task-queues/parts.ts";
import { AwsTaskQueues } from "#functions/aws/task-queues/task-queues.ts";
import { Aws } from "#test/aws/aws.ts";
import { realClock } from "#test/aws/clock.ts";
import { dynamodb } from "#test/aws/dynamodb.ts";
import { listen } from "#test/aws/loopback.ts";
import type { RecordedCall } from "#test/aws/recorder.ts";
import { s3 } from "#test/aws/s3.ts";
import { sqs } from "#test/aws/sqs.ts";
import { tableInput } from "#test/aws/tables.ts";
import { freePort } from "#test/free-port.ts";
import { memoryTexts } from "#test/functions/aws/task-queue-body.ts";
import { bundledSidecar, NODE_OPTIONS } from "./bundle.ts";
import { anInstance } from "./world.ts";

export const PROGRAM_ROLE = "arn:aws:iam::123456789012:role/zoe_r_lab";
const CONTROL_ROLE = "arn:aws:iam::123456789012:role/zoe-api";
const TABLE = "zoe-work";

export interface SidecarProcess {
  readonly url: string;
  /** Of the control plane's side. */
  readonly tasks: AwsTaskQueues;
  readonly calls: readonly RecordedCall[];
  readonly ref: { readonly executionId: string; readonly queue: string };
  /** MiB resident, now and at most. */
  memory(): { readonly now: number; readonly most: number };
  /** The program has ended: answers the sidecar's code. */
  end(exitCode: number): Promise<number>;
  close(): Promise<void>;
}

export async function startSidecar(): Promise<SidecarProcess> {
  const folder = mkdtempSync(join(tmpdir(), "zoe-sidecar-"));
  const calls: RecordedCall[] = [];
  const double = sqs({ clock: realClock });
  const services = [double.service, dynamodb(), s3({ buckets: ["zoe-bucket"] })];
  const aws = new Aws({ services, recorder: (call) => calls.push(call) });
  const loopback = await listen(aws);
  const parts = await controlParts(aws);
  const tasks = new AwsTaskQueues(parts);
  const ref = { executionId: "exe_1", queue: "tasks" };
  await tasks.create(ref, { leaseSeconds: 60, maxAttempts: 3, routes: [] });
  await tasks.place(ref.executionId);
  const worker = { queue: ref.queue, idleSeconds: 60 };
  const instance = anInstance({ run: "worker", isFenced: false, worker });
  writeFileSync(join(folder, "instance.json"), JSON.stringify(instance));
  let program = { Name: "program", KnownStatus: "RUNNING" } as object;
  const metadata = await serve(() => ({ TaskARN: "arn:task/1", Containers: [program] }));
  const port = await freePort();
  const { accessKeyId, secretAccessKey } = aws.credentials(PROGRAM_ROLE);
  const child = spawn(process.execPath, [...NODE_OPTIONS, bundledSidecar(folder), "sidecar"], {
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      ...{ ZOE_BUCKET: "zoe-bucket", ZOE_WORK_TABLE: TABLE, ZOE_STACK: "zoe" },
      ...{ AWS_REGION: "us-east-1", ZOE_SHARED_FOLDER: folder, ZOE_RUNTIME_PORT: String(port) },
      ...{ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
      ...{ AWS_ENDPOINT_URL: loopback.url, MALLOC_ARENA_MAX: "2" },
      ECS_CONTAINER_METADATA_URI_V4: `http://127.0.0.1:${(metadata.address() as AddressInfo).port}`,
    },
  });
  const ended = new Promise<number>((resolve) => child.once("exit", (code) => resolve(code ?? -1)));
  const url = `http://127.0.0.1:${port}/${instance.spec.secret}`;
  await answers(url, child);
  return {
    ...{ url, tasks, calls, ref },
    memory: () => memoryOf(child),
    end(ExitCode) {
      program = { Name: "program", KnownStatus: "STOPPED", ExitCode };
      return ended;
    },
    async close() {
      child.kill("SIGKILL");
      await ended;
      metadata.close();
      metadata.closeAllConnections();
      await loopback.close();
      rmSync(folder, { recursive: true });
    },
  };
}

async function controlParts(aws: Aws): Promise<TaskQueueParts> {
  const table = new DynamoDBClient(aws.client(CONTROL_ROLE));
  await table.send(new CreateTableCommand(tableInput(TABLE)));
  let ids = 0;
  const parts: TaskQueueParts = {
    store: dynamoStore({ client: table, table: TABLE, now: Date.now }),
    messages: sqsTaskMessages(new SQSClient(aws.client(CONTROL_ROLE))),
    texts: memoryTexts(),
    ownerOf: async () => "lab#hello",
    queuePrefix: "zoe_t_",
    wake: (message) => feed(parts, message),
    pause: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    newId: () => String(++ids).padStart(10, "0"),
    ...{ flushMilliseconds: 0, now: Date.now },
  };
  return parts;
}

function memoryOf(child: ChildProcess): { readonly now: number; readonly most: number } {
  const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
  const mib = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
  return { now: mib("VmRSS"), most: mib("VmHWM") };
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (child.exitCode !== null) throw new Error(`The sidecar ended with ${child.exitCode}.`);
    const isThere = await fetch(`${url}/else`).then(
      () => true,
      () => false,
    );
    if (isThere) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("The sidecar did not answer.");
}

async function serve(answer: () => object): Promise<Server> {
  const server = createServer((_, response) => response.end(JSON.stringify(answer())));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}
