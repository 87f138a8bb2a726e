// DynamoDB in the double: its manners, each a documented one. Expressions and refusals have files of their own.
import * as sdk from "@aws-sdk/client-dynamodb";
import { describe, expect, test } from "vitest";
import { seededRandom } from "#test/contract/seeded-random.ts";
import { itemsTable, key, N, S, TableName } from "./dynamodb-table.ts";

const table = itemsTable();
const { put, get, query } = table;

test("numbers come back plain", async () => {
  const numbers = {
    "1e+21": "1000000000000000000000",
    "-0.00150": "-0.0015",
    "007": "7",
    "1E-3": "0.001",
  };
  for (const [given, plain] of Object.entries(numbers)) {
    await put("a", { n: N(given) });
    expect((await get("a"))?.n).toEqual(N(plain));
  }
});

test("a page ends at its limit or at 1 MB, and says where", async () => {
  for (const sk of ["a", "b", "c", "d"]) await put(sk, { text: S("x".repeat(390_000)) });
  const first = await query("pk = :p", {}, { ProjectionExpression: "sk" });
  expect(first).toMatchObject({ Count: 3, LastEvaluatedKey: key("c") });
  expect(first.Items).toEqual([{ sk: S("a") }, { sk: S("b") }, { sk: S("c") }]);
  const rest = await query("pk = :p", {}, { ExclusiveStartKey: first.LastEvaluatedKey });
  expect(rest.Items).toHaveLength(1);
  expect(rest.LastEvaluatedKey).toBeUndefined();
  const back = await query(
    "pk = :p AND sk < :d",
    { ":d": S("d") },
    { ScanIndexForward: false, Limit: 2 },
  );
  expect(back.Items?.map(({ sk }) => sk?.S)).toEqual(["c", "b"]);
});

test("a filter drops what was counted against the limit", async () => {
  for (const n of [1, 2, 3]) await put(String(n), { n: N(n) });
  const found = await query(
    "pk = :p",
    { ":two": N(2) },
    { FilterExpression: "n > :two", Limit: 2 },
  );
  expect(found).toMatchObject({ Count: 0, ScannedCount: 2, LastEvaluatedKey: key("2") });
});

describe("transactions", () => {
  const write = (TransactItems: sdk.TransactWriteItem[], ClientRequestToken?: string) =>
    table.client.send(new sdk.TransactWriteItemsCommand({ TransactItems, ClientRequestToken }));
  const adding = (sk: string): sdk.TransactWriteItem => ({
    Update: {
      TableName,
      Key: key(sk),
      UpdateExpression: "ADD n :x",
      ExpressionAttributeValues: { ":x": N(1) },
    },
  });

  test("nothing is written when one condition fails, and each reason stands in its place", async () => {
    await put("there", { n: N(7) });
    const reply = write([
      adding("new"),
      {
        Put: {
          TableName,
          Item: key("there"),
          ConditionExpression: "attribute_not_exists(pk)",
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        },
      },
    ]);
    const error = await reply.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(sdk.TransactionCanceledException);
    expect(error).toMatchObject({
      message:
        "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]",
      CancellationReasons: [
        { Code: "None" },
        { Code: "ConditionalCheckFailed", Item: { ...key("there"), n: N(7) } },
      ],
    });
    expect(await get("new")).toBeUndefined();
  });

  test("the same token does it once for ten minutes, and takes no other parameters", async () => {
    await write([adding("a")], "token");
    await write([adding("a")], "token");
    expect((await get("a"))?.n).toEqual(N(1));
    await expect(write([adding("b")], "token")).rejects.toMatchObject({
      name: "IdempotentParameterMismatchException",
    });
    table.clock.after(11 * 60_000, () => {});
    await new Promise((resolve) => setImmediate(resolve));
    await write([adding("a")], "token");
    expect((await get("a"))?.n).toEqual(N(2));
  });

  test("takes 100 actions, no item twice, 4 MB in all", async () => {
    const many = Array.from({ length: 101 }, (_, n) => adding(String(n)));
    await write(many.slice(1));
    await expect(write(many)).rejects.toThrow("less than or equal to 100");
    await expect(write([adding("a"), adding("a")])).rejects.toThrow(
      "Transaction request cannot include multiple operations on one item",
    );
    const large = Array.from({ length: 11 }, (_, n) => ({
      Put: { TableName, Item: { ...key(String(n)), text: S("x".repeat(400_000)) } },
    }));
    await expect(write(large)).rejects.toThrow("4 MB");
  });

  test("an update that an item can't take is a reason, not a refusal", async () => {
    await put("a", { n: S("text") });
    await expect(write([adding("b"), adding("a")])).rejects.toMatchObject({
      CancellationReasons: [
        { Code: "None" },
        { Code: "ValidationError", Message: expect.stringContaining("incorrect data type") },
      ],
    });
  });

  test("by seed another transaction is in the way", async () => {
    await table.open({ random: seededRandom(1), conflictRate: 1 });
    await expect(write([adding("a")])).rejects.toMatchObject({
      CancellationReasons: [{ Code: "TransactionConflict" }],
    });
    await expect(put("a")).rejects.toMatchObject({ name: "TransactionConflictException" });
  });
});

test("indexes and eventually consistent readers see a change late, in order, and at last", async () => {
  await table.open({ random: () => 0.99, staleCalls: 3 });
  await put("a", { byStatePk: S("s"), byStateSk: S("1") });
  const listed = () =>
    table.client.send(
      new sdk.QueryCommand({
        TableName,
        IndexName: "byState",
        KeyConditionExpression: "byStatePk = :s",
        ExpressionAttributeValues: { ":s": S("s") },
      }),
    );
  const late = await table.client.send(new sdk.GetItemCommand({ TableName, Key: key("a") }));
  expect(late.Item).toBeUndefined();
  expect(await get("a")).toBeDefined();
  expect((await listed()).Count).toBe(1);
});

test("by seed entries of a batch are left undone, and named", async () => {
  await table.open({ random: seededRandom(3), unprocessedRate: 0.5 });
  const requests = Array.from({ length: 20 }, (_, n) => ({ PutRequest: { Item: key(String(n)) } }));
  const reply = await table.client.send(
    new sdk.BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }),
  );
  const undone = reply.UnprocessedItems?.[TableName] ?? [];
  expect(undone.length).toBeGreaterThan(0);
  expect((await query("pk = :p")).Count).toBe(20 - undone.length);
});

test("a table says what it is, and when its items expire", async () => {
  const { Table } = await table.client.send(new sdk.DescribeTableCommand({ TableName }));
  expect(Table).toMatchObject({
    TableStatus: "ACTIVE",
    BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" },
    TableArn: "arn:aws:dynamodb:us-east-1:123456789012:table/items",
  });
  const TimeToLiveSpecification = { Enabled: true, AttributeName: "expiresAt" };
  await table.client.send(new sdk.UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
  const ttl = await table.client.send(new sdk.DescribeTimeToLiveCommand({ TableName }));
  expect(ttl.TimeToLiveDescription).toMatchObject({ AttributeName: "expiresAt" });
});
