// One item written, as PutItem, UpdateItem, DeleteItem and the actions of a transaction do it: first judged, then done.
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { holds, updated } from "./evaluate.ts";
import { invalid } from "./expression.ts";
import { checkedItem, ITEM_BYTES, type Item, itemBytes, projected } from "./item.ts";
import { parseCondition, parseUpdate } from "./parser.ts";
import type { Table } from "./table.ts";
import { type Named, Words } from "./words.ts";

export interface WriteRequest extends Named {
  readonly Key?: Record<string, AttributeValue>;
  readonly Item?: Record<string, AttributeValue>;
  readonly UpdateExpression?: string;
  readonly ConditionExpression?: string;
  readonly ReturnValuesOnConditionCheckFailure?: string;
}

export type WriteKind = "put" | "update" | "delete" | "check";

export interface Judged {
  readonly table: Table;
  readonly before: Item | undefined;
  /** `kept`: only a condition was asked for. */
  readonly after: Item | undefined | "kept";
  readonly fails: boolean;
  /** The item as it was, where the caller wants to see why its condition failed. */
  readonly shown: Item | undefined;
  readonly key: Item;
}

/** Throws where the request is no valid one; what it would write is in `after`. */
export function judge(table: Table, kind: WriteKind, request: WriteRequest): Judged {
  const given = kind === "put" ? checkedItem(request.Item ?? {}) : undefined;
  if (given !== undefined) table.checkItem(given);
  const key = given === undefined ? (request.Key ?? {}) : keyOf(table, given);
  table.checkKey(key);
  const words = new Words(request);
  const condition =
    request.ConditionExpression === undefined
      ? undefined
      : parseCondition("ConditionExpression", request.ConditionExpression, words);
  const changes =
    request.UpdateExpression === undefined ? [] : parseUpdate(request.UpdateExpression, words);
  words.checkUsed();
  for (const { path } of changes)
    if (path[0] === table.keys.hash || path[0] === table.keys.range)
      throw invalid(
        `One or more parameter values were invalid: Cannot update attribute ${path[0]}. This attribute is part of the key`,
      );
  const before = table.items.find(key);
  const fails = condition !== undefined && !holds(condition, before ?? {}, words);
  const wantsItem = request.ReturnValuesOnConditionCheckFailure === "ALL_OLD";
  const base = { table, before, key, fails, shown: fails && wantsItem ? before : undefined };
  if (fails || kind === "check") return { ...base, after: "kept" };
  if (kind === "put") return { ...base, after: given };
  if (kind === "delete") return { ...base, after: undefined };
  return { ...base, after: withChanges(table, before ?? key, changes, words) };
}

function withChanges(
  table: Table,
  item: Item,
  changes: Parameters<typeof updated>[0],
  words: Words,
): Item {
  const after = checkedItem(updated(changes, item, words));
  table.checkIndexKeys(after);
  if (itemBytes(after) > ITEM_BYTES)
    throw invalid("Item size to update has exceeded the maximum allowed size");
  return after;
}

export function keyOf(table: Table, item: Item): Item {
  const names = [table.keys.hash, table.keys.range].filter((name) => name !== undefined);
  return projected(
    item,
    names.map((name) => [name]),
  );
}
