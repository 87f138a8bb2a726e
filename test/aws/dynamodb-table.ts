// One table of DynamoDB in the double for tests: opened anew before each, with the shortest ways to write it and to ask it.
import * as sdk from "@aws-sdk/client-dynamodb";
import { beforeEach } from "vitest";
import { Aws } from "./aws.ts";
import { hastyClock } from "./clock.ts";
import { type DynamodbOptions, dynamodb } from "./dynamodb.ts";
import { tableInput } from "./tables.ts";

type Values = Record<string, sdk.AttributeValue>;

const ROLE = "arn:aws:iam::123456789012:role/zoe-test";
export const TableName = "items";
export const S = (text: string) => ({ S: text });
export const N = (number: number | string) => ({ N: String(number) });
export const key = (sk: string) => ({ pk: S("p"), sk: S(sk) });

/** Called at the head of a file of tests. */
export function itemsTable() {
  let client: sdk.DynamoDBClient;
  let clock: ReturnType<typeof hastyClock>;

  async function open(options: DynamodbOptions = {}): Promise<void> {
    clock = hastyClock(0);
    const aws = new Aws({ services: [dynamodb(options)], clock });
    client = new sdk.DynamoDBClient(aws.client(ROLE, { maxAttempts: 1 }));
    await client.send(new sdk.CreateTableCommand(tableInput(TableName)));
  }

  beforeEach(() => open());

  const put = (sk: string, more: Values = {}) =>
    client.send(new sdk.PutItemCommand({ TableName, Item: { ...key(sk), ...more } }));

  const get = async (sk: string) =>
    (await client.send(new sdk.GetItemCommand({ TableName, Key: key(sk), ConsistentRead: true })))
      .Item;

  const update = (
    sk: string,
    UpdateExpression: string,
    values: Values = {},
    more: Partial<sdk.UpdateItemCommandInput> = {},
  ) =>
    client.send(
      new sdk.UpdateItemCommand({
        TableName,
        Key: key(sk),
        UpdateExpression,
        ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
        ...more,
      }),
    );

  const query = (
    KeyConditionExpression: string,
    more: Values = {},
    input: Partial<sdk.QueryCommandInput> = {},
  ) =>
    client.send(
      new sdk.QueryCommand({
        TableName,
        KeyConditionExpression,
        ExpressionAttributeValues: { ":p": S("p"), ...more },
        ConsistentRead: true,
        ...input,
      }),
    );

  return {
    ...{ open, put, get, update, query },
    /** Of the table as it was opened last. */
    get client() {
      return client;
    },
    get clock() {
      return clock;
    },
  };
}
