// What the double is asked and answers is as AWS's published models say: every call of the contracts and of the API in Lambda, both ways.

import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { describe, expect, test } from "vitest";
import { cloudwatchLogs } from "#functions/aws/logs.ts";
import { s3Objects } from "#functions/aws/objects.ts";
import { managedSecrets } from "#functions/aws/secrets.ts";
import { dynamoStore } from "#functions/aws/store.ts";
import { Aws } from "./aws.ts";
import { Models, modelFolder } from "./botocore.ts";
import { hastyClock } from "./clock.ts";
import { dynamodb } from "./dynamodb.ts";
import { logs } from "./logs.ts";
import type { RecordedCall } from "./recorder.ts";
import { liveThroughADay } from "./rights/a-day.ts";
import { s3 } from "./s3.ts";
import { secretsManager } from "./secrets-manager.ts";
import { tableInput } from "./tables.ts";

const folder = modelFolder();
const ROLE = "arn:aws:iam::123456789012:role/zoe-test";

if (folder === undefined) test.skip("botocore is not installed: pip install botocore", () => {});

/** As signatures name them. */
const SERVICES = ["batch", "dynamodb", "ecs", "iam", "logs", "s3", "secretsmanager", "sqs"];

describe.skipIf(folder === undefined)("AWS's published models", () => {
  const models = new Models(folder ?? "");

  test("have nothing against any call of the store, the objects, the secrets and the logs", async () => {
    const calls: RecordedCall[] = [];
    const double = logs({ groups: ["/zoe/programs"] });
    const aws = new Aws({
      services: [dynamodb(), s3({ buckets: ["files"] }), secretsManager(), double.service],
      clock: hastyClock(Date.UTC(2026, 10, 21)),
      recorder: (call) => calls.push(call),
    });
    const now = () => aws.clock.now();
    const store = await useStore(new DynamoDBClient(aws.client(ROLE)), now);
    await useObjects(new S3Client(aws.client(ROLE)), now);
    const client = new SecretsManagerClient(aws.client(ROLE));
    const secrets = managedSecrets({ client, stack: "zoe", store });
    for (const value of ["one", "two"]) await secrets.put("acme", "key", value);
    await secrets.value("acme", "key");
    await secrets.delete("acme", "key");
    await secrets.put("acme", "key", "three");
    double.write("/zoe/programs", "zoe/main/1", [{ timestamp: now(), message: "text" }]);
    const place = { client: new CloudWatchLogsClient(aws.client(ROLE)), group: "/zoe/programs" };
    const streamOf = async () => ({ stream: "zoe/main/1", hasEnded: true });
    const instance = { executionId: "exe_1", service: "main", index: 0, generation: 1 };
    await cloudwatchLogs({ ...place, streamOf }).read(instance, "stdout", {
      offset: 0,
      limitBytes: 9,
    });
    expect(calls.flatMap((call) => models.faultsOf(call))).toEqual([]);
    expect(new Set(calls.map(({ operation }) => operation)).size).toBeGreaterThan(20);
  });

  test("have nothing against any call of a day in the whole body", async () => {
    const { calls, close } = await liveThroughADay();
    await close();
    const asked = calls.filter(({ service }) => service !== "lambda");
    const faults = asked.flatMap((call) => models.faultsOf(call));
    expect([...new Set(faults.map((fault) => fault.replaceAll(/\.\d+/g, "[]")))]).toEqual([]);
    const services = new Set(asked.map(({ service }) => service));
    expect([...services].sort()).toEqual(SERVICES);
  }, 300_000);

  test("would say what is wrong", () => {
    const call = { at: 0, service: "dynamodb", principal: ROLE };
    const wrong = (operation: string, input: object, output: object) =>
      models.faultsOf({ ...call, operation, input, output });
    expect(wrong("DescribeTable", { TableName: "a" }, { Table: { TableStatus: "READY" } })).toEqual(
      [expect.stringContaining('"READY" is none of CREATING')],
    );
    expect(wrong("GetItem", { Key: {} }, { Thing: 1 })).toEqual([
      "GetItem input.TableName: missing",
      "GetItem output.Thing: not in the model",
    ]);
  });
});

async function useStore(client: DynamoDBClient, now: () => number) {
  await client.send(new CreateTableCommand(tableInput("zoe-control")));
  await client.send(new DescribeTableCommand({ TableName: "zoe-control" }));
  const store = dynamoStore({ client, table: "zoe-control", now });
  const item = { pk: "p", sk: "a", value: { n: 1 }, indexes: { byState: { pk: "s", sk: "1" } } };
  await store.batchPut([item]);
  await store.transact([{ kind: "put", item, condition: { absent: true } }]);
  await store.transact([
    { kind: "update", key: item, add: { n: 1 }, set: { a: [1], b: undefined }, expiresAt: 9e9 },
    { kind: "check", key: { pk: "p", sk: "b" }, condition: { absent: true } },
    { kind: "delete", key: { pk: "p", sk: "c" } },
  ]);
  await store.getMany([item, { pk: "p", sk: "none" }]);
  await store.get(item);
  await store.query({ pk: "p", from: "a", to: "z", limit: 1 });
  await store.queryIndex("byState", { pk: "s", limit: 1 });
  return store;
}

async function useObjects(client: S3Client, now: () => number): Promise<void> {
  const objects = s3Objects({ client, bucket: "files", now });
  await objects.put("a/b", new Uint8Array(10));
  await objects.put("a/large", new Blob([new Uint8Array(17 * 1024 * 1024)]).stream());
  await (await objects.get("a/b", { from: 2, to: 4 }))?.bytes();
  await objects.get("a/none");
  await objects.stat("a/b");
  await objects.list("a/", { limit: 1 });
  await objects.delete("a/");
  const parts = [9, 9].map((mib) => new Uint8Array(mib * 1024 * 1024));
  const broken = new ReadableStream<Uint8Array>({
    pull(controller) {
      const part = parts.shift();
      if (part === undefined) controller.error(new Error("cut"));
      else controller.enqueue(part);
    },
  });
  await objects.put("a/broken", broken).catch(() => undefined);
}
