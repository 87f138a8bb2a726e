// An action of the store as an action of TransactWriteItems: its condition and its change as DynamoDB's expressions.
import type { TransactWriteItem } from "@aws-sdk/client-dynamodb";
import type { Action, Condition, Item, Key } from "#functions/store.ts";
import { checkKey, itemBytes } from "#functions/store-rules.ts";
import { TABLE } from "#shared/aws-names.ts";
import {
  type Attributes,
  attributeOf,
  INDEXES,
  indexAttributes,
  keyAttributes,
  mapOf,
  nameOf,
  VALUE,
  VERSION,
} from "./attributes.ts";
import { Words } from "./words.ts";

export interface Write {
  readonly item: TransactWriteItem;
  /** As the port counts them. */
  readonly bytes: number;
}

type Update = Extract<Action, { readonly kind: "update" }>;
type Put = Extract<Action, { readonly kind: "put" }>;

/** `now` in Unix milliseconds: an expired item is as good as absent. Throws where a limit is passed. */
export function writeOf(table: string, action: Action, now: number): Write {
  const key = action.kind === "put" ? action.item : action.key;
  checkKey(key);
  const words = new Words();
  const target = { TableName: table, Key: keyAttributes(key) };
  if (action.kind === "put") return putOf(target, action, words, now);
  if (action.kind === "update") return updateOf(target, action, words, now);
  const ConditionExpression = conditionOf(action.condition, words, now);
  if (action.kind === "delete")
    return { item: { Delete: { ...target, ConditionExpression, ...words.given() } }, bytes: 0 };
  // A check must have a condition; one that states nothing still says that nobody else may write the item now.
  const always =
    ConditionExpression ??
    `attribute_exists(${words.name(TABLE.partitionKey)}) OR attribute_not_exists(${words.name(TABLE.partitionKey)})`;
  const check = { ...target, ConditionExpression: always, ...words.given() };
  return { item: { ConditionCheck: check }, bytes: 0 };
}

interface Target {
  readonly TableName: string;
  readonly Key: Attributes;
}

/** An update, for a put must count the version on. */
function putOf(target: Target, { item, condition }: Put, words: Words, now: number): Write {
  checkIndexes(item.indexes);
  const bytes = itemBytes(item, JSON.stringify(item.value));
  const version = words.name(VERSION);
  const sets = [
    `${version} = if_not_exists(${version}, ${words.value({ N: "0" })}) + ${words.value({ N: "1" })}`,
    `${words.name(VALUE)} = ${words.value(mapOf(item.value))}`,
  ];
  const removes = place(item.indexes ?? {}, sets, words);
  const expiry = words.name(TABLE.expiry);
  if (item.expiresAt === undefined) removes.push(expiry);
  else sets.push(`${expiry} = ${words.value({ N: String(item.expiresAt) })}`);
  const ConditionExpression = conditionOf(condition, words, now);
  const UpdateExpression = expression(sets, removes);
  return {
    item: { Update: { ...target, UpdateExpression, ConditionExpression, ...words.given() } },
    bytes,
  };
}

function updateOf(target: Target, action: Update, words: Words, now: number): Write {
  const { key, add = {}, set = {}, indexes, expiresAt, condition } = action;
  const both = Object.keys(add).find((field) => field in set);
  if (both !== undefined) throw new RangeError(`An update both adds to "${both}" and sets it.`);
  checkIndexes(indexes);
  const bytes = itemBytes(key, JSON.stringify(set));
  const one = words.value({ N: "1" });
  const sets = [`${words.name(VERSION)} = ${words.name(VERSION)} + ${one}`];
  const removes = indexes === undefined ? [] : place(indexes, sets, words);
  const field = (name: string) => `${words.name(VALUE)}.${words.name(nameOf(name))}`;
  for (const [name, more] of Object.entries(add))
    sets.push(
      `${field(name)} = if_not_exists(${field(name)}, ${words.value({ N: "0" })}) + ${words.value({ N: String(more) })}`,
    );
  for (const [name, part] of Object.entries(set))
    if (part === undefined) removes.push(field(name));
    else sets.push(`${field(name)} = ${words.value(attributeOf(part))}`);
  if (expiresAt !== undefined)
    sets.push(`${words.name(TABLE.expiry)} = ${words.value({ N: String(expiresAt) })}`);
  const ConditionExpression = conditionOf({ ...condition, exists: true }, words, now);
  const UpdateExpression = expression(sets, removes);
  return {
    item: { Update: { ...target, UpdateExpression, ConditionExpression, ...words.given() } },
    bytes,
  };
}

/** Keys of the indexes: set where given, else to be removed. */
function place(indexes: NonNullable<Item["indexes"]>, sets: string[], words: Words): string[] {
  for (const [name, value] of Object.entries(indexAttributes(indexes)))
    sets.push(`${words.name(name)} = ${words.value(value)}`);
  return INDEXES.filter((index) => indexes[index] === undefined).flatMap((index) => [
    words.name(TABLE.indexes[index].partitionKey),
    words.name(TABLE.indexes[index].sortKey),
  ]);
}

function expression(sets: readonly string[], removes: readonly string[]): string {
  const removal = removes.length === 0 ? "" : ` REMOVE ${removes.join(", ")}`;
  return `SET ${sets.join(", ")}${removal}`;
}

/** Undefined where nothing is stated. */
function conditionOf(
  condition: Condition | undefined,
  words: Words,
  now: number,
): string | undefined {
  const { absent, exists, version, equals = {}, below = {} } = condition ?? {};
  const parts: string[] = [];
  const pk = () => words.name(TABLE.partitionKey);
  const expiry = () => words.name(TABLE.expiry);
  const seconds = () => words.value({ N: String(Math.floor(now / 1000)) });
  if (absent) parts.push(`(attribute_not_exists(${pk()}) OR ${expiry()} <= ${seconds()})`);
  const isThere = exists || version !== undefined || condition?.equals || condition?.below;
  if (isThere)
    parts.push(
      `attribute_exists(${pk()}) AND (attribute_not_exists(${expiry()}) OR ${expiry()} > ${seconds()})`,
    );
  if (version !== undefined)
    parts.push(`${words.name(VERSION)} = ${words.value({ N: String(version) })}`);
  const field = (name: string) => `${words.name(VALUE)}.${words.name(nameOf(name))}`;
  for (const [name, wanted] of Object.entries(equals))
    parts.push(`${field(name)} = ${words.value(attributeOf(wanted))}`);
  for (const [name, limit] of Object.entries(below))
    parts.push(`${field(name)} < ${words.value({ N: String(limit) })}`);
  return parts.length === 0 ? undefined : parts.join(" AND ");
}

export function checkIndexes(indexes: Item["indexes"]): void {
  for (const key of Object.values(indexes ?? {}) as (Key | undefined)[])
    if (key !== undefined) checkKey(key);
}
