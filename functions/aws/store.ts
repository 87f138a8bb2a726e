// The store over a table of DynamoDB. Base rows are read consistently, whole transactions written; how items lie there: store/attributes.ts.
import { type DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { pause } from "#functions/pause.ts";
import type { Store } from "#functions/store.ts";
import { checkKey } from "#functions/store-rules.ts";
import { isLive, itemOf, keyAttributes } from "./store/attributes.ts";
import { batchPut, getMany } from "./store/batches.ts";
import { page } from "./store/page.ts";
import { type Place, transact } from "./store/transact.ts";

export interface DynamoStoreOptions {
  readonly client: DynamoDBClient;
  /** With the keys and indexes of `TABLE` (shared/aws-names.ts). */
  readonly table: string;
  /** Unix milliseconds, by which expiry is judged. */
  readonly now: () => number;
  readonly wait?: (milliseconds: number) => Promise<void>;
}

export function dynamoStore({ client, table, now, wait = pause }: DynamoStoreOptions): Store {
  const place: Place = { client, table, now, patience: { wait } };
  return {
    async get(key) {
      checkKey(key);
      const asked = { TableName: table, Key: keyAttributes(key), ConsistentRead: true };
      const { Item } = await client.send(new GetItemCommand(asked));
      const item = Item && itemOf(Item);
      return item && isLive(item, now()) ? item : undefined;
    },
    getMany: (keys) => getMany(place, keys),
    query: (query) => page(place, query),
    queryIndex: (index, query) => page(place, query, index),
    transact: (actions) => transact(place, actions),
    batchPut: (items) => batchPut(place, items),
  };
}
