// Reads and writes of many items at once, in batches; what DynamoDB leaves undone of one is tried again.
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  type WriteRequest,
} from "@aws-sdk/client-dynamodb";
import type { Item, Key, NewItem } from "#functions/store.ts";
import { checkKey, checkKeysPerGet, itemBytes } from "#functions/store-rules.ts";
import { TABLE } from "#shared/aws-names.ts";
import {
  type Attributes,
  indexAttributes,
  isLive,
  itemOf,
  keyAttributes,
  mapOf,
  VALUE,
  VERSION,
} from "./attributes.ts";
import { patiently } from "./patience.ts";
import type { Place } from "./transact.ts";
import { checkIndexes } from "./write.ts";

const ITEMS_PER_WRITE = 25;
/** Batches under way at a time. */
const AT_ONCE = 8;

export async function getMany(
  place: Place,
  keys: readonly Key[],
): Promise<readonly (Item | undefined)[]> {
  checkKeysPerGet(keys);
  if (keys.length === 0) return [];
  for (const key of keys) checkKey(key);
  const found = new Map<string, Item>();
  let left: Attributes[] = [...distinct(keys).values()].map(keyAttributes);
  await patiently(place.patience, async () => {
    const asked = { [place.table]: { Keys: left, ConsistentRead: true } };
    const reply = await place.client.send(new BatchGetItemCommand({ RequestItems: asked }));
    for (const attributes of reply.Responses?.[place.table] ?? []) {
      const item = itemOf(attributes);
      found.set(nameOf(item), item);
    }
    left = reply.UnprocessedKeys?.[place.table]?.Keys ?? [];
    return left.length === 0 ? true : undefined;
  });
  return keys.map((key) => {
    const item = found.get(nameOf(key));
    return item !== undefined && isLive(item, place.now()) ? item : undefined;
  });
}

export async function batchPut(place: Place, items: readonly NewItem[]): Promise<void> {
  const requests = [...distinct(items).values()].map(requestOf);
  const batches = Array.from({ length: Math.ceil(requests.length / ITEMS_PER_WRITE) }, (_, n) =>
    requests.slice(n * ITEMS_PER_WRITE, (n + 1) * ITEMS_PER_WRITE),
  );
  for (let at = 0; at < batches.length; at += AT_ONCE)
    await Promise.all(batches.slice(at, at + AT_ONCE).map((batch) => putBatch(place, batch)));
}

async function putBatch(place: Place, batch: WriteRequest[]): Promise<void> {
  let left = batch;
  await patiently(place.patience, async () => {
    const asked = { [place.table]: left };
    const reply = await place.client.send(new BatchWriteItemCommand({ RequestItems: asked }));
    left = reply.UnprocessedItems?.[place.table] ?? [];
    return left.length === 0 ? true : undefined;
  });
}

function requestOf(item: NewItem): WriteRequest {
  checkKey(item);
  checkIndexes(item.indexes);
  itemBytes(item, JSON.stringify(item.value));
  const { expiresAt } = item;
  const Item = {
    ...keyAttributes(item),
    ...indexAttributes(item.indexes),
    [VERSION]: { N: "1" },
    [VALUE]: mapOf(item.value),
    ...(expiresAt === undefined ? undefined : { [TABLE.expiry]: { N: String(expiresAt) } }),
  };
  return { PutRequest: { Item } };
}

/** By key; the last of several counts. */
function distinct<T extends Key>(list: readonly T[]): ReadonlyMap<string, T> {
  return new Map(list.map((one) => [nameOf(one), one]));
}

function nameOf({ pk, sk }: Key): string {
  return `${pk}\0${sk}`;
}
