// The core of the double: each protocol both ways, who signed, what is refused, bad luck, the record.
import * as batch from "@aws-sdk/client-batch";
import * as ecs from "@aws-sdk/client-ecs";
import * as iam from "@aws-sdk/client-iam";
import * as sqs from "@aws-sdk/client-sqs";
import { describe, expect, test } from "vitest";
import { VirtualTimers } from "#test/contract/virtual-timers.ts";
import { Aws } from "./aws.ts";
import { hastyClock } from "./clock.ts";
import type { Fault } from "./faults.ts";
import { listen } from "./loopback.ts";
import { modelOf, offline } from "./model.ts";
import type { RecordedCall } from "./recorder.ts";
import { AwsError, type Operation, type Service } from "./service.ts";

const ROLE = "arn:aws:iam::123456789012:role/zoe-test";

const queues = (operations: Record<string, Operation>): Service => ({
  name: "sqs",
  model: modelOf(sqs, new sqs.SQSClient(offline)),
  throttle: { code: "RequestThrottled", status: 403 },
  operations,
});

const roles = (operations: Record<string, Operation>): Service => ({
  name: "iam",
  model: modelOf(iam, new iam.IAMClient(offline)),
  throttle: { code: "Throttling", status: 400 },
  operations,
});

const jobs = (operations: Record<string, Operation>): Service => ({
  name: "batch",
  model: modelOf(batch, new batch.BatchClient(offline)),
  throttle: { code: "TooManyRequestsException", status: 429 },
  operations,
});

const tasks = (operations: Record<string, Operation>): Service => ({
  name: "ecs",
  model: modelOf(ecs, new ecs.ECSClient(offline)),
  throttle: { code: "ThrottlingException", status: 400 },
  operations,
});

const oneUrl = { GetQueueUrl: () => ({ QueueUrl: "https://sqs.us-east-1.amazonaws.com/1/a" }) };

describe("each protocol carries input, output and errors", () => {
  test("JSON 1.0, with the codes of the query protocol before it", async () => {
    const aws = new Aws({
      services: [
        queues({
          GetQueueUrl: ({ QueueName }: sqs.GetQueueUrlRequest) => {
            if (QueueName === "gone") throw new AwsError("QueueDoesNotExist", "There is none.");
            return { QueueUrl: `https://sqs.us-east-1.amazonaws.com/1/${QueueName}` };
          },
        }),
      ],
    });
    const client = new sqs.SQSClient(aws.client(ROLE));
    const answer = await client.send(new sqs.GetQueueUrlCommand({ QueueName: "a" }));
    expect(answer.QueueUrl).toBe("https://sqs.us-east-1.amazonaws.com/1/a");
    const failure = client.send(new sqs.GetQueueUrlCommand({ QueueName: "gone" }));
    const error = await failure.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(sqs.QueueDoesNotExist);
    expect(error).toMatchObject({ message: "There is none.", $fault: "client" });
  });

  test("JSON 1.1, with times and fields of an error", async () => {
    const createdAt = new Date("2026-11-21T10:00:00Z");
    const aws = new Aws({
      services: [
        tasks({
          RunTask: ({ clientToken }: ecs.RunTaskRequest) => {
            if (clientToken === "used")
              throw new AwsError("ConflictException", "Other parameters.", {
                fields: { resourceIds: ["arn:task"] },
              });
            return { tasks: [{ taskArn: "arn:task", createdAt, version: 1 }], failures: [] };
          },
        }),
      ],
    });
    const client = new ecs.ECSClient(aws.client(ROLE));
    const run = (clientToken: string) =>
      client.send(new ecs.RunTaskCommand({ taskDefinition: "a:1", clientToken }));
    expect((await run("new")).tasks).toEqual([{ taskArn: "arn:task", createdAt, version: 1 }]);
    await expect(run("used")).rejects.toMatchObject({
      name: "ConflictException",
      resourceIds: ["arn:task"],
    });
  });

  test("the query protocol, with lists of structures and XML that needs escapes", async () => {
    const seen: iam.CreateRoleRequest[] = [];
    const aws = new Aws({
      services: [
        roles({
          CreateRole: (input: iam.CreateRoleRequest) => {
            if (seen.push(input) > 1)
              throw new AwsError("EntityAlreadyExists", "Role a<b> exists.", { status: 409 });
            return {
              Role: {
                Path: "/zoe/",
                RoleName: "a",
                RoleId: "AROA1",
                Arn: "arn:aws:iam::1:role/zoe/a",
                CreateDate: new Date("2026-11-21T10:00:00Z"),
                AssumeRolePolicyDocument: input.AssumeRolePolicyDocument,
                Tags: input.Tags,
              },
            };
          },
        }),
      ],
    });
    const client = new iam.IAMClient(aws.client(ROLE));
    const input = {
      RoleName: "a",
      AssumeRolePolicyDocument: '{"a":"<&>"}',
      Tags: [
        { Key: "tenant", Value: "one & two" },
        { Key: "zapp", Value: "" },
      ],
    };
    const { Role } = await client.send(new iam.CreateRoleCommand(input));
    expect(seen[0]).toEqual(input);
    expect(Role).toMatchObject({ AssumeRolePolicyDocument: '{"a":"<&>"}', Tags: input.Tags });
    expect(Role?.CreateDate).toEqual(new Date("2026-11-21T10:00:00Z"));
    await expect(client.send(new iam.CreateRoleCommand(input))).rejects.toMatchObject({
      name: "EntityAlreadyExistsException",
      message: "Role a<b> exists.",
    });
  });

  test("REST with JSON", async () => {
    const seen: unknown[] = [];
    const aws = new Aws({
      services: [
        jobs({
          SubmitJob: (input: batch.SubmitJobRequest) => {
            seen.push(input);
            if (input.jobName === "bad") throw new AwsError("ClientException", "No.");
            return { jobName: input.jobName, jobId: "1" };
          },
          ListTagsForResource: (input: object) => {
            seen.push(input);
            return { tags: { a: "b" } };
          },
        }),
      ],
    });
    const client = new batch.BatchClient(aws.client(ROLE));
    const input = { jobName: "a", jobQueue: "q", jobDefinition: "d", arrayProperties: { size: 3 } };
    const answer = await client.send(new batch.SubmitJobCommand(input));
    expect(answer).toMatchObject({ jobName: "a", jobId: "1" });
    const resourceArn = "arn:aws:batch:us-east-1:1:job/é 1";
    const { tags } = await client.send(new batch.ListTagsForResourceCommand({ resourceArn }));
    expect(tags).toEqual({ a: "b" });
    expect(seen).toEqual([input, { resourceArn }]);
    const bad = client.send(new batch.SubmitJobCommand({ ...input, jobName: "bad" }));
    await expect(bad).rejects.toMatchObject({ name: "ClientException", message: "No." });
  });
});

test("over loopback it is the same", async () => {
  const aws = new Aws({ services: [queues(oneUrl)] });
  const loopback = await listen(aws);
  const client = new sqs.SQSClient({
    region: "us-east-1",
    endpoint: loopback.url,
    credentials: aws.credentials(ROLE),
    maxAttempts: 1,
  });
  const ask = () => client.send(new sqs.GetQueueUrlCommand({ QueueName: "a" }));
  try {
    expect((await ask()).QueueUrl).toBe("https://sqs.us-east-1.amazonaws.com/1/a");
    aws.faults = () => ({ kind: "lostReply" });
    await expect(ask()).rejects.toMatchObject({ code: "ECONNRESET" });
  } finally {
    client.destroy();
    await loopback.close();
  }
});

test("an operation that a service lacks is refused by name", async () => {
  const client = new sqs.SQSClient(new Aws({ services: [queues({})] }).client(ROLE));
  const asked = client.send(new sqs.ListQueuesCommand({}));
  await expect(asked).rejects.toThrow("The double of sqs has no ListQueues");
});

test("an output that AWS's model has no word for throws, and so does a missing one", async () => {
  const answer = (output: object) => {
    const aws = new Aws({
      services: [
        tasks({ ListTagsForResource: () => output }),
        queues({ ReceiveMessage: () => output, SendMessageBatch: () => output }),
      ],
    });
    return {
      ecs: () =>
        new ecs.ECSClient(aws.client(ROLE)).send(
          new ecs.ListTagsForResourceCommand({ resourceArn: "a" }),
        ),
      sqs: () =>
        new sqs.SQSClient(aws.client(ROLE)).send(
          new sqs.SendMessageBatchCommand({
            QueueUrl: "https://sqs.us-east-1.amazonaws.com/1/a",
            Entries: [],
          }),
        ),
    };
  };
  await expect(answer({ tugs: [] }).ecs()).rejects.toThrow("tugs is not in AWS's model");
  await expect(answer({ tags: [{ key: 1 }] }).ecs()).rejects.toThrow("tags[0].key is a string");
  await expect(answer({}).sqs()).rejects.toThrow("SendMessageBatch.Successful is missing");
});

test("a client that nobody signed in is a fault of the test", async () => {
  const aws = new Aws({ services: [queues(oneUrl)] });
  const { signer: _, ...client } = aws.client(ROLE);
  const strange = { ...client, credentials: offline.credentials };
  const asked = new sqs.SQSClient(strange).send(new sqs.GetQueueUrlCommand({ QueueName: "a" }));
  await expect(asked).rejects.toThrow("gave nobody the access key");
});

describe("bad luck", () => {
  const world = (faults: Fault[], clock = hastyClock(0)) => {
    let count = 0;
    const calls: RecordedCall[] = [];
    const service = queues({ GetQueueUrl: () => ({ QueueUrl: `https://sqs/1/${++count}` }) });
    const aws = new Aws({
      services: [service],
      clock,
      faults: () => faults.shift(),
      recorder: (call) => calls.push(call),
    });
    const ask = (maxAttempts: number) =>
      new sqs.SQSClient(aws.client(ROLE, { maxAttempts })).send(
        new sqs.GetQueueUrlCommand({ QueueName: "a" }),
      );
    return { ask, calls, done: () => count, clock };
  };

  test("a lost reply has had its effect, a lost request has not; the SDK tries again", async () => {
    const lostReply = world([{ kind: "lostReply" }]);
    expect((await lostReply.ask(2)).QueueUrl).toBe("https://sqs/1/2");
    const lostRequest = world([{ kind: "lostRequest" }]);
    expect((await lostRequest.ask(2)).QueueUrl).toBe("https://sqs/1/1");
    const once = world([{ kind: "lostReply" }]);
    await expect(once.ask(1)).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(once.done()).toBe(1);
  });

  test("throttling is waited out on the double's clock", async () => {
    const { ask, clock, calls } = world([{ kind: "throttle" }, { kind: "throttle" }]);
    await ask(3);
    expect(clock.now()).toBe(3_000);
    expect(calls.map(({ error, fault }) => [error?.code, fault])).toEqual([
      ["RequestThrottled", "throttle"],
      ["RequestThrottled", "throttle"],
      [undefined, undefined],
    ]);
  });

  test("latency and retries stand still with a virtual clock", async () => {
    const clock = new VirtualTimers(0);
    const { ask } = world([{ kind: "latency", ms: 60_000 }], clock);
    let isDone = false;
    const asked = ask(1).then(() => {
      isDone = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isDone).toBe(false);
    clock.elapse(60_000);
    await asked;
  });
});

test("the record says who called what, with input and output, or the error", async () => {
  const calls: RecordedCall[] = [];
  const aws = new Aws({
    services: [
      queues({
        ...oneUrl,
        DeleteQueue: () => {
          throw new AwsError("QueueDoesNotExist", "There is none.");
        },
      }),
    ],
    clock: hastyClock(5),
    recorder: (call) => calls.push(call),
  });
  const client = new sqs.SQSClient(aws.client(ROLE));
  await client.send(new sqs.GetQueueUrlCommand({ QueueName: "a" }));
  await client
    .send(new sqs.DeleteQueueCommand({ QueueUrl: "https://sqs.us-east-1.amazonaws.com/1/a" }))
    .catch(() => undefined);
  const base = { at: 5, service: "sqs", principal: ROLE };
  expect(calls).toEqual([
    {
      ...base,
      operation: "GetQueueUrl",
      input: { QueueName: "a" },
      output: { QueueUrl: "https://sqs.us-east-1.amazonaws.com/1/a" },
    },
    {
      ...base,
      operation: "DeleteQueue",
      input: { QueueUrl: "https://sqs.us-east-1.amazonaws.com/1/a" },
      error: { code: "QueueDoesNotExist", message: "There is none." },
    },
  ]);
});
