// The contracts over moto, where it is installed. What it gets wrong: docs/aws/contracts.md.
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, test } from "vitest";
import { s3Objects } from "#functions/aws/objects.ts";
import { dynamoStore } from "#functions/aws/store.ts";
import { type Moto, startMoto, whyNoMoto } from "#test/aws/moto.ts";
import { tableInput } from "#test/aws/tables.ts";
import { expectWrong } from "./expect-wrong.ts";
import { STORE } from "./moto-wrong.ts";
import { objectsContract } from "./objects.ts";
import { storeContract } from "./store.ts";

const reason = whyNoMoto();
const START = Date.UTC(2026, 0, 1);

if (reason !== undefined) test.skip(reason, () => {});

describe.skipIf(reason !== undefined)("moto", () => {
  let moto: Moto;
  let tables = 0;
  beforeAll(async () => {
    moto = await startMoto();
  }, 60_000);
  expectWrong(STORE);
  afterAll(() => moto.close());

  const openStore = async () => {
    const client = new DynamoDBClient(moto.client);
    const table = `zoe-control-${++tables}`;
    await client.send(new CreateTableCommand(tableInput(table)));
    const clock = { now: START };
    const store = dynamoStore({ client, table, now: () => clock.now });
    return { store, clock, close: async () => client.destroy() };
  };
  storeContract("DynamoDB of moto", openStore, { numRuns: 15 });

  objectsContract("S3 of moto", async () => {
    const client = new S3Client({ ...moto.client, forcePathStyle: true });
    await client.send(new CreateBucketCommand({ Bucket: "zoe-files" }));
    const objects = s3Objects({ client, bucket: "zoe-files", now: Date.now });
    return { objects, close: async () => client.destroy() };
  });
});
