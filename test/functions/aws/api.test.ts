// The API as Lambda runs it: events of an HTTP API in, answers out, over the double's DynamoDB, S3, SQS, Secrets Manager and Logs.
import { CreateTableCommand } from "@aws-sdk/client-dynamodb";
import { CreateQueueCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { handle, type LambdaContext, type LambdaEvent } from "hono/aws-lambda";
import { beforeAll, describe, expect, test } from "vitest";
import { awsApi } from "#functions/aws/api.ts";
import { awsClients } from "#functions/aws/clients.ts";
import { readEnv } from "#functions/aws/env.ts";
import { AwsTaskQueues } from "#functions/aws/task-queues/task-queues.ts";
import { taskPartsOver } from "#functions/aws/tasks.ts";
import { awsBase, awsWorld } from "#functions/aws/world.ts";
import { firstStart } from "#functions/first-start.ts";
import { putTenant } from "#functions/tenants.ts";
import { SimulatedBackend } from "#local/backends/simulated.ts";
import { Aws } from "#test/aws/aws.ts";
import { realClock } from "#test/aws/clock.ts";
import { dynamodb } from "#test/aws/dynamodb.ts";
import { type LogsDouble, logs as logsDouble } from "#test/aws/logs.ts";
import type { RecordedCall } from "#test/aws/recorder.ts";
import { s3 } from "#test/aws/s3.ts";
import { secretsManager } from "#test/aws/secrets-manager.ts";
import { sqs } from "#test/aws/sqs.ts";
import { tableInput } from "#test/aws/tables.ts";
import { anEnvironment } from "./environment.ts";

const ROLE = "arn:aws:iam::123456789012:role/zoe-api";

let double: LogsDouble;
let world: ReturnType<typeof awsWorld>;
let clients: ReturnType<typeof awsClients>;
let token: string;
let handler: ReturnType<typeof handle>;
const calls: RecordedCall[] = [];
const lines: string[] = [];

beforeAll(async () => {
  let ahead = 0;
  const clock = { ...realClock, now: () => Date.now() + ahead };
  double = logsDouble({ groups: ["/zoe/zoe/programs"] });
  const services = [
    ...[dynamodb(), s3({ buckets: ["zoe-files"] }), secretsManager(), double.service],
    sqs({ clock }).service,
  ];
  const aws = new Aws({ services, clock, recorder: (call) => calls.push(call) });
  const env = readEnv(anEnvironment());
  clients = awsClients(aws.client(ROLE));
  for (const table of [env.ZOE_CONTROL_TABLE, env.ZOE_WORK_TABLE])
    await clients.dynamodb.send(new CreateTableCommand(tableInput(table)));
  for (const name of ["decide", "launch", "events", "feed"])
    await clients.sqs.send(new CreateQueueCommand({ QueueName: `zoe_${name}` }));
  // A queue can be used a second after it was made.
  ahead = 2000;
  const base = awsBase(env, clients, { host: "api-1", write: (line) => lines.push(line) });
  world = awsWorld(base, {
    tasks: new AwsTaskQueues(taskPartsOver(base)),
    backends: [simulated()],
    streamOf: async () => ({ stream: "zoe/program/1", hasEnded: false }),
  });
  await firstStart(world, async (secret) => {
    token = secret;
  });
  handler = handle(awsApi(world));
});

function simulated(): SimulatedBackend {
  const amount = { instances: 2, cpu: 2, memoryMib: 2048, gpu: 0 };
  return new SimulatedBackend({
    name: "simulated",
    capabilities: {
      engine: "simulated",
      runs: ["once", "array", "worker"],
      capacity: amount,
      largest: amount,
      features: ["programs", "retry", "maxTime", "secrets", "routes"],
      remembers: true,
      catalogueOnly: false,
    },
    now: Date.now,
    later: (_, act) => act(),
    tell: () => {},
    cast: () => ({ reply: "launched", startsAfterMs: 0 }),
    graceMs: 0,
  });
}

interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: answers of all shapes.
  readonly json: any;
}

async function ask(method: string, path: string, body?: unknown): Promise<Answered> {
  const [rawPath = "/", rawQueryString = ""] = path.split("?");
  const event = {
    version: "2.0",
    routeKey: "$default",
    rawPath,
    rawQueryString,
    headers: {
      host: "abc.execute-api.us-east-1.amazonaws.com",
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    requestContext: {
      ...{ accountId: "123456789012", apiId: "abc", domainName: "abc", domainPrefix: "abc" },
      ...{ requestId: "r", routeKey: "$default", stage: "$default", timeEpoch: 0 },
      http: { method, path: rawPath, protocol: "HTTP/1.1", sourceIp: "1.2.3.4", userAgent: "test" },
    },
    body: body === undefined ? undefined : Buffer.from(JSON.stringify(body)).toString("base64"),
    isBase64Encoded: body !== undefined,
  };
  const answer = (await handler(event as unknown as LambdaEvent, {} as LambdaContext)) as {
    statusCode: number;
    headers: Record<string, string>;
    body: string;
    isBase64Encoded: boolean;
  };
  const text = answer.isBase64Encoded ? Buffer.from(answer.body, "base64").toString() : answer.body;
  const isJson = (answer.headers["content-type"] ?? "").includes("json");
  return {
    status: answer.statusCode,
    headers: answer.headers,
    json: isJson ? JSON.parse(text) : text,
  };
}

test("it lives, and says who asks", async () => {
  expect(await ask("GET", "/healthz")).toMatchObject({ status: 200, json: { status: "ok" } });
  const { json } = await ask("GET", "/v1/info");
  expect(json).toMatchObject({ limits: { waitSeconds: 0 }, you: { tenant: "default" } });
  expect(await ask("GET", "/v1/nowhere")).toMatchObject({ status: 404 });
});

describe("an execution of the catalogue", () => {
  let id: string;

  test("is stored, and named to the decide queue", async () => {
    const made = await ask("POST", "/v1/executions", { zapp: "hello" });
    expect(made.status).toBe(201);
    id = made.json.execution.id;
    const { Messages = [] } = await clients.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: anEnvironment().ZOE_DECIDE_QUEUE_URL }),
    );
    expect(Messages.map(({ Body = "" }) => JSON.parse(Body).executionId)).toEqual([id]);
    expect(await ask("GET", `/v1/executions/${id}`)).toMatchObject({
      status: 200,
      json: { id, state: "queued" },
    });
  });

  test("is listed, by its state too", async () => {
    const { json } = await ask("GET", "/v1/executions?state=queued");
    expect(json.items.map((one: { id: string }) => one.id)).toContain(id);
  });

  test("its small files are answered, large ones by a link", async () => {
    const put = (name: string, bytes: number) =>
      world.objects.put(`executions/${id}/files/${name}`, new Uint8Array(bytes));
    await put("small", 10);
    await put("large", 5 * 1024 * 1024);
    expect((await ask("GET", `/v1/executions/${id}/files/small`)).status).toBe(200);
    const large = await ask("GET", `/v1/executions/${id}/files/large`);
    expect(large.status).toBe(307);
    expect(large.headers.location).toContain("X-Amz-Signature=");
    expect((await ask("GET", `/v1/executions/${id}/files/none`)).status).toBe(404);
  });

  test("is followed without waiting: the answer says when to ask again", async () => {
    const before = Date.now();
    const { json } = await ask("GET", `/v1/executions/${id}`);
    const waited = await ask("GET", `/v1/executions/${id}?wait=20&after=${json.version}`);
    expect(waited.status).toBe(200);
    expect(waited.headers["retry-after"]).toBe("2");
    expect(Date.now() - before).toBeLessThan(10_000);
  });
});

test("tasks are durable in the work table, and named to the feed queue", async () => {
  const made = await ask("POST", "/v1/executions", { zapp: "document-classifier" });
  expect(made.status).toBe(201);
  const queue = `/v1/executions/${made.json.execution.id}/queues/documents`;
  const tasks = [{ id: "a", payload: { title: "One" } }, { payload: { title: "Two" } }];
  const put = await ask("POST", `${queue}/tasks`, tasks);
  expect(put.json).toMatchObject({ added: 2 });
  const { Messages = [] } = await clients.sqs.send(
    new ReceiveMessageCommand({ QueueUrl: anEnvironment().ZOE_FEED_QUEUE_URL }),
  );
  expect(Messages.map(({ Body = "" }) => JSON.parse(Body).ref)).toEqual([
    { executionId: made.json.execution.id, queue: "documents" },
  ]);
  expect((await ask("GET", queue)).json).toMatchObject({ put: 2, done: 0 });
  const written = calls.filter(({ operation }) => operation === "TransactWriteItems").at(-1);
  expect(JSON.stringify(written?.input)).toContain("default#document-classifier#");
});

test("secrets go to Secrets Manager and never into an answer", async () => {
  const made = await ask("PUT", "/v1/secrets/api-key", { value: "hidden" });
  expect(made.status).toBeLessThan(300);
  expect(JSON.stringify((await ask("GET", "/v1/secrets")).json)).toContain("api-key");
  expect(calls.some(({ operation }) => operation === "CreateSecret")).toBe(true);
  expect(lines.join()).not.toContain("hidden");
});

test("a tenant made through the steps is there for the API", async () => {
  const root = { tenant: "default", user: "admin", role: "administrator", scope: "admin" } as const;
  await putTenant(world, root, { name: "acme" } as never);
  expect(JSON.stringify((await ask("GET", "/v1/tenants")).json)).toContain("acme");
});

test("every call of the API was signed as the function, and the store's reads were consistent", () => {
  expect(new Set(calls.map(({ principal }) => principal))).toEqual(new Set([ROLE]));
  const reads = calls.filter(({ operation }) => operation === "GetItem");
  expect(reads.length).toBeGreaterThan(0);
  for (const { input } of reads) expect(input).toMatchObject({ ConsistentRead: true });
});

test("an environment that lacks a name is told in whole", () => {
  const { ZOE_BUCKET: _, ...rest } = anEnvironment();
  expect(() => readEnv(rest)).toThrow("ZOE_BUCKET");
});
