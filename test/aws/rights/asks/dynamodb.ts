// DynamoDB: a transaction asks for what it is made of; the keys of items are known by their partitions.

import { TABLE } from "#shared/aws-names.ts";
import { type AsksOf, known } from "#test/aws/rights/asks/words.ts";
import { arn } from "#test/aws/rights/names.ts";
import type { Ask } from "#test/aws/rights/policy.ts";

type Attributes = Readonly<Record<string, { readonly S?: string }>>;
interface Entry {
  readonly TableName: string;
  readonly Key?: Attributes;
  readonly Item?: Attributes;
}

const ONE: Readonly<Record<string, string>> = {
  ...{ GetItem: "GetItem", PutItem: "PutItem", UpdateItem: "UpdateItem", DeleteItem: "DeleteItem" },
};
const OF_TRANSACTION: Readonly<Record<string, string>> = {
  ...{ Put: "PutItem", Update: "UpdateItem", Delete: "DeleteItem" },
  ...{ ConditionCheck: "ConditionCheckItem", Get: "GetItem" },
};
const WHOLE = ["CreateTable", "DeleteTable", "Scan", "UpdateTable"];

export const dynamodbAsks: AsksOf = (operation, input) => {
  const { TableName = "" } = input as { TableName?: string };
  if (operation.startsWith("Transact"))
    return (input.TransactItems as Readonly<Record<string, Entry>>[]).flatMap((item) =>
      Object.entries(item).map(([kind, entry]) =>
        ask(known(OF_TRANSACTION, kind, "dynamodb"), entry.TableName, [partitionOf(entry)]),
      ),
    );
  if (operation.startsWith("Batch"))
    return Object.entries(input.RequestItems as object).map(([table, requests]) =>
      ask(operation, table, partitionsOf(requests)),
    );
  if (operation === "Query") return [query(input as never)];
  if (WHOLE.includes(operation)) return [ask(operation, TableName, [])];
  return [ask(known(ONE, operation, "dynamodb"), TableName, [partitionOf(input as never)])];
};

function ask(action: string, table: string, partitions: readonly string[], index = ""): Ask {
  return {
    action: `dynamodb:${action}`,
    resource: arn("dynamodb", `table/${table.split("/").at(-1)}${index}`),
    context: partitions.length > 0 ? { "dynamodb:LeadingKeys": [...new Set(partitions)] } : {},
  };
}

function partitionOf({ Key, Item }: Partial<Entry>): string {
  const partition = (Key ?? Item)?.[TABLE.partitionKey]?.S;
  if (partition === undefined) throw new Error("An item of ours has a text as its partition key.");
  return partition;
}

/** Of a batch that gets, or one that writes. */
function partitionsOf(requests: unknown): string[] {
  if (!Array.isArray(requests))
    return (requests as { Keys: Attributes[] }).Keys.map((Key) => partitionOf({ Key }));
  return (requests as Record<string, Entry>[]).flatMap((one) =>
    Object.values(one).map(partitionOf),
  );
}

interface Queried {
  readonly TableName: string;
  readonly IndexName?: string;
  readonly KeyConditionExpression: string;
  readonly ExpressionAttributeValues: Attributes;
}

function query(input: Queried): Ask {
  const [, value = ""] = /^\S+ = (:\w+)/.exec(input.KeyConditionExpression) ?? [];
  const partition = input.ExpressionAttributeValues[value]?.S;
  if (partition === undefined) throw new Error("A query of ours begins with its partition.");
  const index = input.IndexName === undefined ? "" : `/index/${input.IndexName}`;
  return ask("Query", input.TableName, [partition], index);
}
