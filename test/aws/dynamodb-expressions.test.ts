// What DynamoDB in the double understands: conditions, and expressions that change an item.
import * as sdk from "@aws-sdk/client-dynamodb";
import { describe, expect, test } from "vitest";
import { itemsTable, key, N, S, TableName } from "./dynamodb-table.ts";

const table = itemsTable();
const { put, get, update } = table;

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
    const judged = table.client.send(
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
