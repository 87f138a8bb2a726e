// An action, checked and written down flat for the writer's thread. ./apply.ts says what it makes of the row that it meets.

import type { Action, Condition, Item, JsonObject, Key, NewItem } from "#functions/store.ts";
import {
  checkActions,
  checkKey,
  checkTransactionBytes,
  itemBytes,
  keyOf,
} from "#functions/store-rules.ts";
import { type Listing, listingOf, type Row, rowOf } from "./row.ts";

interface Guarded extends Key {
  readonly condition?: Condition;
}

export type Step =
  | (Guarded & { readonly kind: "put"; readonly row: Row })
  | (Guarded & { readonly kind: "update"; readonly change: Change })
  | (Guarded & { readonly kind: "delete" | "check" });

export interface Change {
  readonly add: Readonly<Record<string, number>>;
  readonly set: JsonObject;
  readonly listing?: Listing;
  readonly expiresAt?: number;
}

/** Throws where a limit of the store is passed. */
export function stepsOf(actions: readonly Action[]): readonly Step[] {
  checkActions(actions);
  let bytes = 0;
  const steps = actions.map((action) => {
    const step = stepOf(action);
    if (step.kind === "put") bytes += itemBytes(step, step.row.json);
    if (step.kind === "update") bytes += itemBytes(step, JSON.stringify(step.change.set));
    return step;
  });
  checkTransactionBytes(bytes);
  return steps;
}

/** A new row of version 1, checked. */
export function newRow(item: NewItem): Row {
  checkKey(item);
  checkIndexes(item.indexes);
  const row = rowOf(item, JSON.stringify(item.value), 1);
  itemBytes(row, row.json);
  return row;
}

function stepOf(action: Action): Step {
  const { condition } = action;
  if (action.kind === "put") {
    const row = newRow(action.item);
    return { kind: "put", pk: row.pk, sk: row.sk, condition, row };
  }
  const { pk, sk } = keyOf(action);
  checkKey(action.key);
  if (action.kind === "update")
    return { kind: "update", pk, sk, condition, change: changeOf(action) };
  return { kind: action.kind, pk, sk, condition };
}

function changeOf(action: Extract<Action, { readonly kind: "update" }>): Change {
  const { add = {}, set = {}, indexes, expiresAt } = action;
  const both = Object.keys(add).find((field) => field in set);
  if (both !== undefined) throw new RangeError(`An update both adds to "${both}" and sets it.`);
  checkIndexes(indexes);
  return { add, set, expiresAt, ...(indexes && { listing: listingOf(indexes) }) };
}

function checkIndexes(indexes: Item["indexes"]): void {
  if (indexes?.byTenant) checkKey(indexes.byTenant);
  if (indexes?.byState) checkKey(indexes.byState);
}
