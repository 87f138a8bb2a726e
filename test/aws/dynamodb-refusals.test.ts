// What DynamoDB in the double refuses, each with the words of the real one.
import * as sdk from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import { itemsTable, key, N, S, TableName } from "./dynamodb-table.ts";
import { tableInput } from "./tables.ts";

const table = itemsTable();
const { put, update, query } = table;

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
    () => table.client.send(new sdk.PutItemCommand({ TableName, Item: { pk: S("p"), sk: N(1) } })),
    "Type mismatch for key sk expected: S actual: N",
  ],
  "a key that is too short": [
    () => table.client.send(new sdk.GetItemCommand({ TableName, Key: { pk: S("p") } })),
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
    () => table.client.send(new sdk.DescribeTableCommand({ TableName: "none" })),
    "Requested resource not found",
  ],
  "a table twice": [
    () => table.client.send(new sdk.CreateTableCommand(tableInput(TableName))),
    "Table already exists: items",
  ],
  "26 items in a batch": [
    () =>
      table.client.send(
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
      table.client.send(
        new sdk.BatchGetItemCommand({
          RequestItems: { [TableName]: { Keys: [key("a"), key("a")] } },
        }),
      ),
    "Provided list of item keys contains duplicates",
  ],
  "a consistent read of an index": [
    () =>
      table.client.send(
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

test.each(Object.entries(refused))("refuses %s", async (_, [act, message]) => {
  await expect(act()).rejects.toThrow(message);
});
