// An item of the store as DynamoDB keeps it: keys, version and expiry as attributes, the value a map with one entry a field.
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { IndexName, Item, Json, JsonObject, Key } from "#functions/store.ts";
import { TABLE } from "#shared/aws-names.ts";

export type Attributes = Record<string, AttributeValue>;

export const VERSION = "version";
export const VALUE = "value";
export const INDEXES: readonly IndexName[] = ["byTenant", "byState"];

/** In front of what DynamoDB has no form for: of a text, JSON follows (lists, objects, extreme numbers); of a field's name, the name. */
const MARK = "\u0001";

/** DynamoDB's numbers end sooner than JavaScript's. */
const LEAST_NUMBER = 1e-128;
const MOST_NUMBER = 1e125;

/** Strings, numbers and truths stay what they are, so that conditions and additions can look at them. */
export function attributeOf(value: Json): AttributeValue {
  if (typeof value === "string")
    return { S: value.startsWith(MARK) ? MARK + JSON.stringify(value) : value };
  if (typeof value === "boolean") return { BOOL: value };
  if (value === null) return { NULL: true };
  if (typeof value !== "number") return { S: MARK + JSON.stringify(value) };
  const size = Math.abs(value);
  if (Number.isFinite(value) && (size === 0 || (size >= LEAST_NUMBER && size < MOST_NUMBER)))
    return { N: String(value) };
  return { S: MARK + JSON.stringify(value) };
}

function jsonOf({ S, N, BOOL }: AttributeValue): Json {
  if (S !== undefined) return S.startsWith(MARK) ? JSON.parse(S.slice(1)) : S;
  if (N !== undefined) return Number(N);
  return BOOL ?? null;
}

/** An attribute has a name of at least one character; a field of JSON need not. */
export function nameOf(field: string): string {
  return field === "" || field.startsWith(MARK) ? MARK + field : field;
}

export function mapOf(value: JsonObject): AttributeValue {
  const entries = Object.entries(value).flatMap(([field, part]) =>
    part === undefined ? [] : [[nameOf(field), attributeOf(part)] as const],
  );
  return { M: Object.fromEntries(entries) };
}

export function keyAttributes({ pk, sk }: Key): Attributes {
  return { [TABLE.partitionKey]: { S: pk }, [TABLE.sortKey]: { S: sk } };
}

export function indexAttributes(indexes: Item["indexes"]): Attributes {
  const attributes: Attributes = {};
  for (const index of INDEXES) {
    const key = indexes?.[index];
    if (key === undefined) continue;
    attributes[TABLE.indexes[index].partitionKey] = { S: key.pk };
    attributes[TABLE.indexes[index].sortKey] = { S: key.sk };
  }
  return attributes;
}

export function itemOf(attributes: Attributes): Item {
  const expiresAt = attributes[TABLE.expiry]?.N;
  const indexes = indexesOf(attributes);
  const fields = Object.entries(attributes[VALUE]?.M ?? {}).map(
    ([name, part]) => [name.startsWith(MARK) ? name.slice(1) : name, jsonOf(part)] as const,
  );
  return {
    pk: textOf(attributes, TABLE.partitionKey),
    sk: textOf(attributes, TABLE.sortKey),
    version: Number(attributes[VERSION]?.N),
    value: Object.fromEntries(fields),
    ...(expiresAt === undefined ? undefined : { expiresAt: Number(expiresAt) }),
    ...(Object.keys(indexes).length > 0 && { indexes }),
  };
}

function indexesOf(attributes: Attributes): NonNullable<Item["indexes"]> {
  const found = INDEXES.flatMap((index) => {
    const names = TABLE.indexes[index];
    if (attributes[names.partitionKey] === undefined) return [];
    const pk = textOf(attributes, names.partitionKey);
    return [[index, { pk, sk: textOf(attributes, names.sortKey) }] as const];
  });
  return Object.fromEntries(found);
}

export function textOf(attributes: Attributes, name: string): string {
  return attributes[name]?.S ?? "";
}

/** Unix milliseconds against an expiry: DynamoDB deletes up to days late, so readers judge for themselves. */
export function isLive({ expiresAt }: Item, now: number): boolean {
  return expiresAt === undefined || expiresAt * 1000 > now;
}
