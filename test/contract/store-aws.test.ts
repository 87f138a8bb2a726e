// The store's contract over DynamoDB: the double, kind and unkind.
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { dynamoStore } from "#functions/aws/store.ts";
import { Aws } from "#test/aws/aws.ts";
import { hastyClock } from "#test/aws/clock.ts";
import { type DynamodbOptions, dynamodb } from "#test/aws/dynamodb.ts";
import { type FaultRates, faultsBySeed } from "#test/aws/faults.ts";
import { tableInput } from "#test/aws/tables.ts";
import { seededRandom } from "./seeded-random.ts";
import { storeContract } from "./store.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

const START = Date.UTC(2026, 0, 1);
const ROLE = "arn:aws:iam::123456789012:role/zoe-test";

async function inDouble(options: DynamodbOptions, rates: FaultRates): Promise<StoreUnderTest> {
  const aws = new Aws({ services: [dynamodb(options)], clock: hastyClock(START) });
  const client = new DynamoDBClient(aws.client(ROLE, { maxAttempts: 10 }));
  await client.send(new CreateTableCommand(tableInput("zoe-control")));
  aws.faults = faultsBySeed(seededRandom(11), rates);
  const clock = { now: START };
  const wait = async () => {};
  const store = dynamoStore({ client, table: "zoe-control", now: () => clock.now, wait });
  return { store, clock, close: async () => client.destroy() };
}

storeContract("DynamoDB", () => inDouble({}, {}));

storeContract("DynamoDB, unkind", () =>
  inDouble(
    { random: seededRandom(7), staleCalls: 12, conflictRate: 0.1, unprocessedRate: 0.2 },
    { lostReply: 0.03, lostRequest: 0.03, throttle: 0.03, serverError: 0.03 },
  ),
);
