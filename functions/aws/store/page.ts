// A page of the store as one Query of the table, or of one of its indexes.
import { type AttributeValue, QueryCommand, type QueryInput } from "@aws-sdk/client-dynamodb";
import type { IndexName, Page, Query } from "#functions/store.ts";
import { cursorOf, positionOf, rangeOf } from "#functions/store-rules.ts";
import { TABLE } from "#shared/aws-names.ts";
import { type Attributes, isLive, itemOf, keyAttributes, textOf } from "./attributes.ts";
import type { Place } from "./transact.ts";
import { Words } from "./words.ts";

/** Items that expired, or lie on a range's end, make a page shorter; DynamoDB ends one at 1 MB. */
export async function page(place: Place, query: Query, index?: IndexName): Promise<Page> {
  const { from, to } = rangeOf(query);
  const start = startOf(query, index);
  if (to !== undefined && (to === "" || Buffer.compare(Buffer.from(from), Buffer.from(to)) >= 0))
    return { items: [] };
  const names = index === undefined ? TABLE : TABLE.indexes[index];
  const { Items = [], LastEvaluatedKey } = await place.client.send(
    new QueryCommand({
      TableName: place.table,
      ...(index === undefined ? { ConsistentRead: true } : { IndexName: index }),
      ...conditionOf(names, query, from, to),
      ScanIndexForward: !query.reverse,
      Limit: query.limit,
      ExclusiveStartKey: start,
    }),
  );
  const items = Items.filter((attributes) => textOf(attributes, names.sortKey) !== to)
    .map(itemOf)
    .filter((item) => isLive(item, place.now()));
  return LastEvaluatedKey === undefined
    ? { items }
    : { items, cursor: cursorFrom(LastEvaluatedKey, names.sortKey) };
}

type Names = { readonly partitionKey: string; readonly sortKey: string };

/** DynamoDB has no range whose end is outside but by `BETWEEN`, whose end is inside: what lies on it is dropped later. */
function conditionOf(
  names: Names,
  { pk, prefix }: Query,
  from: string,
  to: string | undefined,
): Partial<QueryInput> {
  const words = new Words();
  const partition = `${words.name(names.partitionKey)} = ${words.value({ S: pk })}`;
  const range = rangeText(words, names.sortKey, prefix, from, to);
  const KeyConditionExpression = range === undefined ? partition : `${partition} AND ${range}`;
  return { KeyConditionExpression, ...words.given() };
}

function rangeText(
  words: Words,
  name: string,
  prefix: string | undefined,
  from: string,
  to: string | undefined,
): string | undefined {
  if (prefix) return `begins_with(${words.name(name)}, ${words.value({ S: prefix })})`;
  if (from === "" && to === undefined) return undefined;
  if (to === undefined) return `${words.name(name)} >= ${words.value({ S: from })}`;
  if (from === "") return `${words.name(name)} < ${words.value({ S: to })}`;
  return `${words.name(name)} BETWEEN ${words.value({ S: from })} AND ${words.value({ S: to })}`;
}

/** Cursors have the place in the index, then the item's own key, as in the local stores. */
function cursorFrom(key: Record<string, AttributeValue>, sortKey: string): string {
  return cursorOf([
    textOf(key, sortKey),
    textOf(key, TABLE.partitionKey),
    textOf(key, TABLE.sortKey),
  ]);
}

function startOf(query: Query, index: IndexName | undefined): Attributes | undefined {
  if (query.cursor === undefined) return undefined;
  const [place, pk, sk] = positionOf(query.cursor, ["", "", ""]);
  if (index === undefined) return keyAttributes({ pk, sk });
  const names = TABLE.indexes[index];
  return {
    ...keyAttributes({ pk, sk }),
    [names.partitionKey]: { S: query.pk },
    [names.sortKey]: { S: place },
  };
}
