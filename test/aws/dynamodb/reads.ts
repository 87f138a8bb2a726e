// Query and Scan: a page of a table or an index, at most 1 MB of it, from where the last one ended.
import type { AttributeValue, QueryInput, ScanInput } from "@aws-sdk/client-dynamodb";
import { AwsError } from "../service.ts";
import { holds } from "./evaluate.ts";
import { type Condition, invalid, invalidIn } from "./expression.ts";
import { type Item, itemBytes, projected } from "./item.ts";
import { parseCondition, parseProjection } from "./parser.ts";
import type { KeyNames } from "./sorted.ts";
import type { Table } from "./table.ts";
import { Words } from "./words.ts";

const PAGE_BYTES = 1024 * 1024;

export function query(table: Table, input: QueryInput) {
  const index = input.IndexName === undefined ? undefined : table.indexes.get(input.IndexName);
  if (input.IndexName !== undefined && index === undefined)
    throw invalid(`The table does not have the specified index: ${input.IndexName}`);
  if (index !== undefined && input.ConsistentRead)
    throw invalid("Consistent reads are not supported on global secondary indexes");
  const keys = index?.keys ?? table.keys;
  const words = new Words(input);
  if (input.KeyConditionExpression === undefined)
    throw invalid(
      "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.",
    );
  const parsed = parseCondition("KeyConditionExpression", input.KeyConditionExpression, words);
  const source = index?.items ?? (input.ConsistentRead ? table.items : table.shadow);
  const hash = hashOf(parsed, keys, words);
  const partition = source.partition(hash);
  const found = partition.filter((item) => holds(parsed, item, words));
  if (input.ScanIndexForward === false) found.reverse();
  const sign = input.ScanIndexForward === false ? -1 : 1;
  const start = startOf(table, keys, input.ExclusiveStartKey);
  const rest =
    start === undefined ? found : found.filter((item) => sign * source.compare(item, start) > 0);
  return page(table, keys, rest, input, words);
}

export function scan(table: Table, input: ScanInput) {
  if (input.IndexName !== undefined || input.Segment !== undefined)
    throw new AwsError("NotImplemented", "The double scans tables, whole and in one segment.", {
      status: 501,
    });
  const all = (input.ConsistentRead ? table.items : table.shadow).all();
  const start = JSON.stringify(startOf(table, table.keys, input.ExclusiveStartKey));
  const at =
    start === undefined
      ? -1
      : all.findIndex((item) => JSON.stringify(keyPart(table, table.keys, item)) === start);
  return page(table, table.keys, all.slice(at + 1), input, new Words(input));
}

function page(
  table: Table,
  keys: KeyNames,
  items: readonly Item[],
  input: QueryInput | ScanInput,
  words: Words,
) {
  if (input.Limit !== undefined && input.Limit < 1)
    throw invalid(
      `1 validation error detected: Value '${input.Limit}' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1`,
    );
  const filter =
    input.FilterExpression === undefined
      ? undefined
      : parseCondition("FilterExpression", input.FilterExpression, words);
  const paths =
    input.ProjectionExpression === undefined
      ? undefined
      : parseProjection(input.ProjectionExpression, words);
  words.checkUsed();
  const looked = cut(items, input.Limit ?? Number.POSITIVE_INFINITY);
  const kept = filter === undefined ? looked : looked.filter((item) => holds(filter, item, words));
  const last = looked.at(-1);
  const isFull = looked.length < items.length || looked.length === input.Limit;
  const counts = { Count: kept.length, ScannedCount: looked.length };
  return {
    ...counts,
    ...(input.Select === "COUNT"
      ? {}
      : { Items: kept.map((item) => (paths ? projected(item, paths) : item)) }),
    ...(last !== undefined && isFull ? { LastEvaluatedKey: keyPart(table, keys, last) } : {}),
  };
}

/** As many as asked for, or as 1 MB holds: the one that fills it is in. */
function cut(items: readonly Item[], limit: number): readonly Item[] {
  let bytes = 0;
  const at = items.findIndex((item, position) => {
    bytes += itemBytes(item);
    return position + 1 >= limit || bytes >= PAGE_BYTES;
  });
  return at < 0 ? items : items.slice(0, at + 1);
}

function keyPart(table: Table, keys: KeyNames, item: Item): Item {
  const names = [table.keys.hash, table.keys.range, keys.hash, keys.range];
  return projected(
    item,
    [...new Set(names)].flatMap((name) => (name === undefined ? [] : [[name]])),
  );
}

function startOf(
  table: Table,
  keys: KeyNames,
  start: Record<string, AttributeValue> | undefined,
): Item | undefined {
  if (start === undefined) return undefined;
  const wanted = Object.keys(keyPart(table, keys, start)).length;
  const names = new Set([table.keys.hash, table.keys.range, keys.hash, keys.range]);
  names.delete(undefined);
  if (wanted !== names.size || Object.keys(start).length !== names.size)
    throw invalid("The provided starting key is invalid");
  return start;
}

/** One partition, by equality; one condition on the sort key at most. */
function hashOf(condition: Condition, keys: KeyNames, words: Words): AttributeValue {
  const parts = condition.kind === "and" ? condition.parts : [condition];
  const onHash = parts.filter((part) => nameOf(part) === keys.hash);
  const onRange = parts.filter((part) => keys.range !== undefined && nameOf(part) === keys.range);
  const [hash] = onHash;
  if (onHash.length + onRange.length < parts.length)
    throw invalid("Query key condition not supported");
  if (onHash.length !== 1 || onRange.length > 1)
    throw invalidIn(
      "KeyConditionExpression",
      "KeyConditionExpressions must only contain one condition per key",
    );
  if (hash?.kind !== "compare" || hash.comparator !== "=" || hash.right.kind !== "value")
    throw invalid("Query key condition not supported");
  for (const part of parts) checkKeyCondition(part, words);
  return words.value(hash.right.name);
}

function nameOf(part: Condition): unknown {
  if (part.kind === "compare" && part.left.kind === "path") return part.left.path[0];
  if (part.kind === "between" && part.operand.kind === "path") return part.operand.path[0];
  return part.kind === "beginsWith" ? part.path[0] : undefined;
}

function checkKeyCondition(part: Condition, words: Words): void {
  if (part.kind === "compare" && part.comparator === "<>")
    throw invalidIn(
      "KeyConditionExpression",
      "Unsupported operator in KeyConditionExpression: operator: <>",
    );
  const values = [
    ...(part.kind === "compare" ? [part.right] : []),
    ...(part.kind === "between" ? [part.low, part.high] : []),
    ...(part.kind === "beginsWith" ? [part.operand] : []),
  ].map((operand) => (operand.kind === "value" ? words.value(operand.name) : undefined));
  if (values.some((value) => value?.S === ""))
    throw invalid(
      "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value.",
    );
  const [low, high] = values;
  if (
    part.kind === "between" &&
    low?.S !== undefined &&
    high?.S !== undefined &&
    Buffer.compare(Buffer.from(low.S), Buffer.from(high.S)) > 0
  )
    throw invalidIn(
      "KeyConditionExpression",
      "The BETWEEN operator requires upper bound to be greater than or equal to lower bound",
    );
}
