// Amazon DynamoDB in the double: tables with indexes, expressions, transactions; and by seed its unkind sides.
import * as sdk from "@aws-sdk/client-dynamodb";
import { invalid } from "./dynamodb/expression.ts";
import { type Item, projected } from "./dynamodb/item.ts";
import { parseProjection } from "./dynamodb/parser.ts";
import { query, scan } from "./dynamodb/reads.ts";
import { Table } from "./dynamodb/table.ts";
import { canceled, Transactions } from "./dynamodb/transactions.ts";
import { Words } from "./dynamodb/words.ts";
import { type Judged, judge, type WriteKind, type WriteRequest } from "./dynamodb/writes.ts";
import { modelOf, offline } from "./model.ts";
import { AwsError, type CallContext, type Service } from "./service.ts";

export interface DynamodbOptions {
  /** From 0 to below 1; a seeded one makes every unkindness repeatable. */
  readonly random?: () => number;
  /** Indexes and eventually consistent readers see a change at most so many calls late. */
  readonly staleCalls?: number;
  /** How often a write meets another's transaction. */
  readonly conflictRate?: number;
  /** How often an entry of a batch is left undone. */
  readonly unprocessedRate?: number;
}

export function dynamodb(options: DynamodbOptions = {}): Service {
  return {
    name: "dynamodb",
    model: modelOf(sdk, new sdk.DynamoDBClient(offline)),
    throttle: { code: "ThrottlingException", status: 400 },
    operations: operationsOf(new Tables(options)),
  };
}

class Tables {
  readonly #tables = new Map<string, Table>();
  readonly #transactions = new Transactions();
  readonly #options: Required<DynamodbOptions>;
  #calls = 0;

  constructor(options: DynamodbOptions) {
    const kindly = { random: Math.random, staleCalls: 0, conflictRate: 0, unprocessedRate: 0 };
    this.#options = { ...kindly, ...options };
  }

  create(input: sdk.CreateTableInput, now: number): Table {
    const name = input.TableName ?? "";
    if (this.#tables.has(name))
      throw new AwsError("ResourceInUseException", `Table already exists: ${name}`);
    const table = new Table(input, now);
    this.#tables.set(name, table);
    return table;
  }

  delete(name: string | undefined): Table {
    const table = this.of(name);
    this.#tables.delete(table.name);
    return table;
  }

  /** One call begins: what late readers see moves on. */
  of(name: string | undefined): Table {
    const table = this.#tables.get(name?.split("table/").at(-1) ?? "");
    if (table === undefined)
      throw new AwsError("ResourceNotFoundException", "Requested resource not found");
    table.catchUp(++this.#calls);
    return table;
  }

  write({ table, before, after }: Judged): void {
    if (after === "kept") return;
    const { random, staleCalls } = this.#options;
    table.write(before, after, this.#calls + Math.floor(random() * (staleCalls + 1)));
    table.catchUp(this.#calls);
  }

  writeOne(kind: WriteKind, request: WriteRequest & { TableName?: string }): Judged {
    const judged = judge(this.of(request.TableName), kind, request);
    if (this.happens(this.#options.conflictRate))
      throw new AwsError("TransactionConflictException", "Transaction is ongoing for the item");
    if (judged.fails)
      throw new AwsError("ConditionalCheckFailedException", "The conditional request failed", {
        fields: judged.shown === undefined ? {} : { Item: judged.shown },
      });
    this.write(judged);
    return judged;
  }

  transact(input: sdk.TransactWriteItemsInput, now: number): object {
    return this.#transactions.write(
      input,
      {
        tableOf: (name) => this.of(name),
        write: (judged) => this.write(judged),
        conflicts: () => this.happens(this.#options.conflictRate),
      },
      now,
    );
  }

  isLeftUndone(): boolean {
    return this.happens(this.#options.unprocessedRate);
  }

  happens(rate: number): boolean {
    return rate > 0 && this.#options.random() < rate;
  }

  get names(): string[] {
    return [...this.#tables.keys()].sort();
  }
}

function operationsOf(tables: Tables): Service["operations"] {
  return {
    CreateTable: (input: sdk.CreateTableInput, context) => ({
      TableDescription: described(tables.create(input, context.now), context, "CREATING"),
    }),
    DescribeTable: ({ TableName }: sdk.DescribeTableInput, context) => ({
      Table: described(tables.of(TableName), context, "ACTIVE"),
    }),
    DeleteTable: ({ TableName }: sdk.DeleteTableInput, context) => ({
      TableDescription: described(tables.delete(TableName), context, "DELETING"),
    }),
    ListTables: () => ({ TableNames: tables.names }),
    UpdateTimeToLive: (input: sdk.UpdateTimeToLiveInput) => {
      const wanted = input.TimeToLiveSpecification;
      tables.of(input.TableName).timeToLive = wanted?.Enabled ? wanted.AttributeName : undefined;
      return { TimeToLiveSpecification: wanted };
    },
    DescribeTimeToLive: (input: sdk.DescribeTimeToLiveInput) => {
      const { timeToLive } = tables.of(input.TableName);
      if (timeToLive === undefined)
        return { TimeToLiveDescription: { TimeToLiveStatus: "DISABLED" } };
      return {
        TimeToLiveDescription: { TimeToLiveStatus: "ENABLED", AttributeName: timeToLive },
      };
    },
    PutItem: (input: sdk.PutItemInput) => old(input, tables.writeOne("put", input)),
    UpdateItem: (input: sdk.UpdateItemInput) => old(input, tables.writeOne("update", input)),
    DeleteItem: (input: sdk.DeleteItemInput) => old(input, tables.writeOne("delete", input)),
    GetItem: (input: sdk.GetItemInput) => answer(readOne(tables.of(input.TableName), input)),
    Query: (input: sdk.QueryInput) => query(tables.of(input.TableName), input),
    Scan: (input: sdk.ScanInput) => scan(tables.of(input.TableName), input),
    TransactWriteItems: (input: sdk.TransactWriteItemsInput, { now }) =>
      tables.transact(input, now),
    TransactGetItems: (input: sdk.TransactGetItemsInput) => transactGet(tables, input),
    BatchGetItem: (input: sdk.BatchGetItemInput) => batchGet(tables, input),
    BatchWriteItem: (input: sdk.BatchWriteItemInput) => batchWrite(tables, input),
  };
}

function old(
  { ReturnValues = "NONE" }: { ReturnValues?: string },
  { before, after }: Judged,
): object {
  if (ReturnValues === "ALL_OLD") return before === undefined ? {} : { Attributes: before };
  if (ReturnValues === "ALL_NEW") return { Attributes: after };
  if (ReturnValues === "NONE") return {};
  throw new AwsError("NotImplemented", `The double returns no ${ReturnValues}.`, { status: 501 });
}

interface ReadRequest {
  readonly Key?: Item;
  readonly ConsistentRead?: boolean;
  readonly ProjectionExpression?: string;
  readonly ExpressionAttributeNames?: Record<string, string>;
}

function readOne(table: Table, request: ReadRequest): Item | undefined {
  const key = request.Key ?? {};
  table.checkKey(key);
  const words = new Words({ ExpressionAttributeNames: request.ExpressionAttributeNames });
  const paths =
    request.ProjectionExpression === undefined
      ? undefined
      : parseProjection(request.ProjectionExpression, words);
  words.checkUsed();
  const item = (request.ConsistentRead ? table.items : table.shadow).find(key);
  return item !== undefined && paths !== undefined ? projected(item, paths) : item;
}

function answer(item: Item | undefined): object {
  return item === undefined ? {} : { Item: item };
}

function transactGet(tables: Tables, { TransactItems = [] }: sdk.TransactGetItemsInput): object {
  if (TransactItems.length > 100)
    throw invalid("Member must have length less than or equal to 100");
  if (tables.isLeftUndone())
    throw canceled(TransactItems.map(() => ({ Code: "TransactionConflict" })));
  const read = TransactItems.map(({ Get }) =>
    readOne(tables.of(Get?.TableName), { ...Get, ConsistentRead: true }),
  );
  return { Responses: read.map(answer) };
}

function batchGet(tables: Tables, { RequestItems = {} }: sdk.BatchGetItemInput): object {
  checkCount(
    "BatchGetItem",
    Object.values(RequestItems).flatMap(({ Keys = [] }) => Keys),
    100,
  );
  const Responses: Record<string, Item[]> = {};
  const UnprocessedKeys: Record<string, sdk.KeysAndAttributes> = {};
  for (const [name, request] of Object.entries(RequestItems)) {
    const table = tables.of(name);
    checkDistinct((request.Keys ?? []).map((key) => JSON.stringify(key)));
    const undone = (request.Keys ?? []).filter(() => tables.isLeftUndone());
    const done = (request.Keys ?? []).filter((key) => !undone.includes(key));
    Responses[name] = done
      .map((Key) => readOne(table, { ...request, Key }))
      .filter((item) => item !== undefined)
      // In no order of the caller's.
      .reverse();
    if (undone.length > 0) UnprocessedKeys[name] = { ...request, Keys: undone };
  }
  return { Responses, UnprocessedKeys };
}

function batchWrite(tables: Tables, { RequestItems = {} }: sdk.BatchWriteItemInput): object {
  checkCount("BatchWriteItem", Object.values(RequestItems).flat(), 25);
  const UnprocessedItems: Record<string, sdk.WriteRequest[]> = {};
  for (const [name, requests] of Object.entries(RequestItems)) {
    const table = tables.of(name);
    const judged = requests.map(({ PutRequest, DeleteRequest }) =>
      PutRequest === undefined
        ? judge(table, "delete", { Key: DeleteRequest?.Key })
        : judge(table, "put", { Item: PutRequest.Item }),
    );
    checkDistinct(judged.map(({ key }) => JSON.stringify(key)));
    const undone = requests.filter(() => tables.isLeftUndone());
    for (const [at, one] of judged.entries())
      if (!undone.includes(requests[at] as sdk.WriteRequest)) tables.write(one);
    if (undone.length > 0) UnprocessedItems[name] = undone;
  }
  return { UnprocessedItems };
}

function checkCount(operation: string, list: readonly unknown[], most: number): void {
  if (list.length === 0)
    throw invalid(
      `The batch ${operation === "BatchGetItem" ? "get" : "write"} request list for a table cannot be null or empty`,
    );
  if (list.length > most) throw invalid(`Too many items requested for the ${operation} call`);
}

function checkDistinct(keys: readonly string[]): void {
  if (new Set(keys).size < keys.length)
    throw invalid("Provided list of item keys contains duplicates");
}

function described(table: Table, { account, region }: CallContext, TableStatus: string): object {
  const { input } = table;
  const TableArn = `arn:aws:dynamodb:${region}:${account}:table/${table.name}`;
  return {
    TableName: table.name,
    TableArn,
    TableStatus,
    KeySchema: input.KeySchema,
    AttributeDefinitions: input.AttributeDefinitions,
    CreationDateTime: new Date(table.createdAt),
    ItemCount: 0,
    TableSizeBytes: 0,
    BillingModeSummary: { BillingMode: input.BillingMode ?? "PROVISIONED" },
    ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
    ...(table.indexes.size === 0
      ? {}
      : {
          GlobalSecondaryIndexes: input.GlobalSecondaryIndexes?.map(
            ({ IndexName, KeySchema, Projection }) => ({
              IndexName,
              KeySchema,
              Projection,
              IndexStatus: TableStatus === "CREATING" ? "CREATING" : "ACTIVE",
              IndexArn: `${TableArn}/index/${IndexName}`,
            }),
          ),
        }),
  };
}
