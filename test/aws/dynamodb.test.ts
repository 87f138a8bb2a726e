// DynamoDB in the double: its manners, each a documented one.
import * as sdk from "@aws-sdk/client-dynamodb";
import { beforeEach, describe, expect, test } from "vitest";
import { seededRandom } from "#test/contract/seeded-random.ts";
import { Aws } from "./aws.ts";
import { hastyClock } from "./clock.ts";
import { type DynamodbOptions, dynamodb } from "./dynamodb.ts";
import { tableInput } from "./tables.ts";

const TableName = "items";
const ROLE = "arn:aws:iam::123456789012:role/zoe-test";
const S = (text: string) => ({ S: text });
const N = (number: number | string) => ({ N: String(number) });
const key = (sk: string) => ({ pk: S("p"), sk: S(sk) });

let client: sdk.DynamoDBClient;
let clock: ReturnType<typeof hastyClock>;

async function open(options: DynamodbOptions = {}): Promise<void> {
  clock = hastyClock(0);
  const aws = new Aws({ services: [dynamodb(options)], clock });
  client = new sdk.DynamoDBClient(aws.client(ROLE, { maxAttempts: 1 }));
  await client.send(new sdk.CreateTableCommand(tableInput(TableName)));
}

beforeEach(() => open());

const put = (sk: string, more: Record<string, sdk.AttributeValue> = {}) =>
  client.send(new sdk.PutItemCommand({ TableName, Item: { ...key(sk), ...more } }));

const get = async (sk: string) =>
  (await client.send(new sdk.GetItemCommand({ TableName, Key: key(sk), ConsistentRead: true })))
    .Item;

const update = (
  sk: string,
  UpdateExpression: string,
  values: Record<string, sdk.AttributeValue> = {},
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

const item: Record<string, sdk.AttributeValue> = {
  n: N(5),
  word: S("abc"),
  flag: { BOOL: false },
  nothing: { NULL: true },
  tags: { SS: ["x", "y"] },
  steps: { L: [N(1), S("two")] },
  tree: { M: { deep: { M: { x: N(1) } } } },
};

const conditions: Record<string, [text: string, holds: boolean]> = {
  "equal numbers in other words": ["n = :five", true],
  "another type is not equal": ["n = :word", false],
  "a missing one is not equal": ["gone = :five", false],
  "or not less": ["gone < :five", false],
  "less, of another type": ["word < :six", false],
  "between, both ends in": ["n BETWEEN :five AND :six", true],
  in: ["n IN (:word, :five)", true],
  "not before and before or": ["NOT n = :five AND n = :six OR word = :abc", true],
  "in brackets": ["NOT (n = :five AND (n = :six OR word = :abc))", false],
  "begins with": ["begins_with(word, :ab)", true],
  contains: ["contains(tags, :x) AND contains(word, :b)", true],
  "a path into maps and lists": ["tree.deep.x = :one AND steps[1] = :two", true],
  "a path that is not there": ["attribute_not_exists(tree.deep.y.z)", true],
  "its size": ["size(word) = :three AND size(steps) > :one", true],
  "its type": ["attribute_type(n, :typeN)", true],
};
const values: Record<string, sdk.AttributeValue> = {
  ":five": N("5.0"),
  ":six": N(6),
  ":one": N(1),
  ":three": N(3),
  ":word": S("5"),
  ":abc": S("abc"),
  ":ab": S("ab"),
  ":b": S("b"),
  ":x": S("x"),
  ":two": S("two"),
  ":typeN": S("N"),
};

describe("conditions", () => {
  test.each(Object.entries(conditions))("%s", async (_, [ConditionExpression, holds]) => {
    await put("a", item);
    const used = Object.entries(values).filter(([name]) =>
      new RegExp(`${name}\\b`).test(ConditionExpression),
    );
    const judged = client.send(
      new sdk.DeleteItemCommand({
        TableName,
        Key: key("a"),
        ConditionExpression,
        ...(used.length > 0 && { ExpressionAttributeValues: Object.fromEntries(used) }),
      }),
    );
    if (holds) await expect(judged).resolves.toBeDefined();
    else await expect(judged).rejects.toThrow("The conditional request failed");
  });
});

const updates: Record<
  string,
  [text: string, values: Record<string, sdk.AttributeValue>, expected: Record<string, unknown>]
> = {
  "set and remove": [
    "SET word = :w REMOVE n",
    { ":w": S("new") },
    { word: S("new"), n: undefined },
  ],
  "sums are exact decimals": ["SET n = n + :x", { ":x": N("0.1") }, { n: N("5.1") }],
  "terms are read before anything changes": [
    "SET n = :x, m = n",
    { ":x": N(9) },
    { n: N(9), m: N(5) },
  ],
  "if it is not there": [
    "SET m = if_not_exists(m, :x) - :y",
    { ":x": N(1), ":y": N(3) },
    { m: N(-2) },
  ],
  "a list grows": [
    "SET #l = list_append(#l, :more)",
    { ":more": { L: [N(3)] } },
    { steps: { L: [N(1), S("two"), N(3)] } },
  ],
  "a list's items go by their old places": ["REMOVE #l[0], #l[1]", {}, { steps: { L: [] } }],
  "add starts at nothing": ["ADD fresh :x", { ":x": N(2) }, { fresh: N(2) }],
  "add to a set": [
    "ADD tags :more",
    { ":more": { SS: ["y", "z"] } },
    { tags: { SS: ["x", "y", "z"] } },
  ],
  "delete from a set, and the empty set is none": [
    "DELETE tags :all",
    { ":all": { SS: ["x", "y"] } },
    { tags: undefined },
  ],
  "in a map": [
    "SET #m.deep.y = :x REMOVE #m.deep.x",
    { ":x": N(1) },
    { tree: { M: { deep: { M: { y: N(1) } } } } },
  ],
};

describe("updates", () => {
  test.each(Object.entries(updates))("%s", async (_, [text, given, expected]) => {
    await put("a", item);
    const aliases = { "#l": "steps", "#m": "tree" };
    const used = Object.entries(aliases).filter(([alias]) => text.includes(alias));
    await update("a", text, given, {
      ...(used.length > 0 && { ExpressionAttributeNames: Object.fromEntries(used) }),
    });
    const after = await get("a");
    for (const [name, value] of Object.entries(expected)) expect(after?.[name]).toEqual(value);
  });

  test("an update makes an item that was not there, with its key", async () => {
    await update("new", "SET n = :x", { ":x": N(1) });
    expect(await get("new")).toEqual({ ...key("new"), n: N(1) });
  });
});

const refused: Record<string, [() => Promise<unknown>, message: string]> = {
  "a reserved word": [
    () => update("a", "SET value = :x", { ":x": N(1) }),
    "Invalid UpdateExpression: Attribute name is a reserved keyword; reserved keyword: value",
  ],
  "a value that is not defined": [
    () => update("a", "SET a = :x"),
    "An expression attribute value used in expression is not defined; attribute value: :x",
  ],
  "a value that nothing uses": [
    () => update("a", "SET a = :x", { ":x": N(1), ":y": N(1) }),
    "Value provided in ExpressionAttributeValues unused in expressions: keys: {:y}",
  ],
  "an alias that nothing uses": [
    () => update("a", "REMOVE a", {}, { ExpressionAttributeNames: { "#b": "b" } }),
    "Value provided in ExpressionAttributeNames unused in expressions: keys: {#b}",
  ],
  "a part of the key": [
    () => update("a", "SET sk = :x", { ":x": S("b") }),
    "Cannot update attribute sk. This attribute is part of the key",
  ],
  "paths that overlap": [
    () => update("a", "SET a = :x, a.b = :x", { ":x": N(1) }),
    "Two document paths overlap with each other",
  ],
  "one section twice": [
    () => update("a", "SET a = :x SET b = :x", { ":x": N(1) }),
    'The "SET" section can only be used once',
  ],
  "a sentence that is none": [
    () => update("a", "SET a b"),
    "Invalid UpdateExpression: Syntax error",
  ],
  "an expression over 4 KB": [
    () => update("a", `REMOVE ${"a".repeat(4096)}`),
    "Expression size has exceeded the maximum allowed size",
  ],
  "an addition to a text": [
    async () => {
      await put("a", { word: S("x") });
      await update("a", "SET word = word + :x", { ":x": N(1) });
    },
    "An operand in the update expression has an incorrect data type",
  ],
  "a path through nothing": [
    () => update("a", "SET a.b = :x", { ":x": N(1) }),
    "The document path provided in the update expression is invalid for update",
  ],
  "an empty key": [() => put(""), "cannot contain an empty string value. Key: sk"],
  "a key of another type": [
    () => client.send(new sdk.PutItemCommand({ TableName, Item: { pk: S("p"), sk: N(1) } })),
    "Type mismatch for key sk expected: S actual: N",
  ],
  "a key that is too short": [
    () => client.send(new sdk.GetItemCommand({ TableName, Key: { pk: S("p") } })),
    "The provided key element does not match the schema",
  ],
  "an empty index key": [
    () => put("a", { byStatePk: S(""), byStateSk: S("x") }),
    "empty string value. IndexName: byState, IndexKey: byStatePk",
  ],
  "an item over 400 KB": [
    () => put("a", { text: S("x".repeat(400 * 1024)) }),
    "Item size has exceeded the maximum allowed size",
  ],
  "39 digits": [() => put("a", { n: N("1".repeat(39)) }), "38 significant digits"],
  "a set with nothing in it": [() => put("a", { s: { SS: [] } }), "may not be empty"],
  "a table that is not there": [
    () => client.send(new sdk.DescribeTableCommand({ TableName: "none" })),
    "Requested resource not found",
  ],
  "a table twice": [
    () => client.send(new sdk.CreateTableCommand(tableInput(TableName))),
    "Table already exists: items",
  ],
  "26 items in a batch": [
    () =>
      client.send(
        new sdk.BatchWriteItemCommand({
          RequestItems: {
            [TableName]: Array.from({ length: 26 }, (_, n) => ({
              PutRequest: { Item: key(String(n)) },
            })),
          },
        }),
      ),
    "Too many items requested for the BatchWriteItem call",
  ],
  "one item twice in a batch": [
    () =>
      client.send(
        new sdk.BatchGetItemCommand({
          RequestItems: { [TableName]: { Keys: [key("a"), key("a")] } },
        }),
      ),
    "Provided list of item keys contains duplicates",
  ],
  "a consistent read of an index": [
    () =>
      client.send(
        new sdk.QueryCommand({
          TableName,
          IndexName: "byState",
          ConsistentRead: true,
          KeyConditionExpression: "byStatePk = :p",
          ExpressionAttributeValues: { ":p": S("p") },
        }),
      ),
    "Consistent reads are not supported on global secondary indexes",
  ],
  "a range that ends before it begins": [
    () => query("pk = :p AND sk BETWEEN :b AND :a", { ":a": S("a"), ":b": S("b") }),
    "The BETWEEN operator requires upper bound to be greater than or equal to lower bound",
  ],
  "a query of another attribute": [
    () => query("pk = :p AND n = :n", { ":n": N(1) }),
    "Query key condition not supported",
  ],
};

const query = (
  KeyConditionExpression: string,
  more: Record<string, sdk.AttributeValue> = {},
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

test.each(Object.entries(refused))("refuses %s", async (_, [act, message]) => {
  await expect(act()).rejects.toThrow(message);
});

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
    client.send(new sdk.TransactWriteItemsCommand({ TransactItems, ClientRequestToken }));
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
    clock.after(11 * 60_000, () => {});
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
    await open({ random: seededRandom(1), conflictRate: 1 });
    await expect(write([adding("a")])).rejects.toMatchObject({
      CancellationReasons: [{ Code: "TransactionConflict" }],
    });
    await expect(put("a")).rejects.toMatchObject({ name: "TransactionConflictException" });
  });
});

test("indexes and eventually consistent readers see a change late, in order, and at last", async () => {
  await open({ random: () => 0.99, staleCalls: 3 });
  await put("a", { byStatePk: S("s"), byStateSk: S("1") });
  const listed = () =>
    client.send(
      new sdk.QueryCommand({
        TableName,
        IndexName: "byState",
        KeyConditionExpression: "byStatePk = :s",
        ExpressionAttributeValues: { ":s": S("s") },
      }),
    );
  const late = await client.send(new sdk.GetItemCommand({ TableName, Key: key("a") }));
  expect(late.Item).toBeUndefined();
  expect(await get("a")).toBeDefined();
  expect((await listed()).Count).toBe(1);
});

test("by seed entries of a batch are left undone, and named", async () => {
  await open({ random: seededRandom(3), unprocessedRate: 0.5 });
  const requests = Array.from({ length: 20 }, (_, n) => ({ PutRequest: { Item: key(String(n)) } }));
  const reply = await client.send(
    new sdk.BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }),
  );
  const undone = reply.UnprocessedItems?.[TableName] ?? [];
  expect(undone.length).toBeGreaterThan(0);
  expect((await query("pk = :p")).Count).toBe(20 - undone.length);
});

test("a table says what it is, and when its items expire", async () => {
  const { Table } = await client.send(new sdk.DescribeTableCommand({ TableName }));
  expect(Table).toMatchObject({
    TableStatus: "ACTIVE",
    BillingModeSummary: { BillingMode: "PAY_PER_REQUEST" },
    TableArn: "arn:aws:dynamodb:us-east-1:123456789012:table/items",
  });
  const TimeToLiveSpecification = { Enabled: true, AttributeName: "expiresAt" };
  await client.send(new sdk.UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
  const ttl = await client.send(new sdk.DescribeTimeToLiveCommand({ TableName }));
  expect(ttl.TimeToLiveDescription).toMatchObject({ AttributeName: "expiresAt" });
});
