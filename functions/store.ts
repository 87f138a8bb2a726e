// The store port: small enough to be proven equal over SQLite, memory and DynamoDB (test/contract/store.ts). What steps keep in it is laid out in records.ts.

export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };
export type JsonObject = { readonly [key: string]: Json | undefined };

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** The two indexes; both may be stale, so no decision depends on them. An index key lists an item under another partition. */
export type IndexName = "byTenant" | "byState";

export interface Item extends Key {
  /** 1 when first written, and one more with every write. Set by the store. */
  readonly version: number;
  readonly value: JsonObject;
  /** Unix seconds. From then on the item is as good as gone: no read returns it, whether or not it is deleted yet. */
  readonly expiresAt?: number;
  readonly indexes?: Readonly<Partial<Record<IndexName, Key>>>;
}

export type NewItem = Omit<Item, "version">;

/**
 * All that is stated must hold; nothing stated always holds. `equals` and `below` look at top-level fields of `value`. A missing item
 * fails all but `absent`, and an expired one is missing.
 */
export interface Condition {
  readonly absent?: true;
  readonly exists?: true;
  readonly version?: number;
  readonly equals?: Readonly<Record<string, string | number | boolean>>;
  /** Each named field is a number less than the one given. */
  readonly below?: Readonly<Record<string, number>>;
}

/**
 * `put` replaces the whole item. `update` changes top-level fields of an existing item (a missing one fails its condition);
 * `add` starts a missing field at 0; `set` to undefined removes the field; `indexes` (all of them) and `expiresAt` are kept unless given.
 */
export type Action =
  | { readonly kind: "put"; readonly item: NewItem; readonly condition?: Condition }
  | {
      readonly kind: "update";
      readonly key: Key;
      readonly add?: Readonly<Record<string, number>>;
      readonly set?: JsonObject;
      readonly indexes?: Item["indexes"];
      readonly expiresAt?: number;
      readonly condition?: Condition;
    }
  | { readonly kind: "delete"; readonly key: Key; readonly condition?: Condition }
  | { readonly kind: "check"; readonly key: Key; readonly condition: Condition };

/** `condition`: the actions at `failed` (positions) did not hold, nothing was written. `conflict`: somebody wrote at the same time, try again. */
export type TransactReply =
  | { readonly kind: "committed" }
  | { readonly kind: "condition"; readonly failed: readonly number[] }
  | { readonly kind: "conflict" };

/** Sort keys from `from` (inclusive) to `to` (exclusive), or those that begin with `prefix`, in the order of their UTF-8 bytes; `limit` 1 to 1,000. */
export interface Query {
  readonly pk: string;
  readonly prefix?: string;
  readonly from?: string;
  readonly to?: string;
  readonly reverse?: boolean;
  readonly limit: number;
  readonly cursor?: string;
}

export interface Page {
  readonly items: readonly Item[];
  /** There may be more: pass it to the same query. A page may be shorter than `limit`, or empty, and yet have a cursor. */
  readonly cursor?: string;
}

/** Limits of DynamoDB, kept by every implementation (through store-rules.ts) so that what works locally works in AWS; a breach throws. */
export const STORE_LIMITS = {
  actions: 100,
  pkBytes: 2048,
  skBytes: 1024,
  /** DynamoDB's 400 KB, less what an item carries beside its keys and value: version, expiry and index keys. An update there may use that too. */
  itemBytes: 392 * 1024,
  transactionBytes: 4 * 1024 * 1024,
  keysPerGet: 100,
  page: 1000,
} as const;

export interface Store {
  get(key: Key): Promise<Item | undefined>;
  /** Items in the order of the keys, undefined where there is none; at most 100 keys. */
  getMany(keys: readonly Key[]): Promise<readonly (Item | undefined)[]>;
  query(query: Query): Promise<Page>;
  /** Like `query`, over an index; `pk` and sort keys are the index's. May be stale. */
  queryIndex(index: IndexName, query: Query): Promise<Page>;
  /** All or nothing, at most 100 actions and 4 MB, no item twice. Durable before it resolves. */
  transact(actions: readonly Action[]): Promise<TransactReply>;
  /**
   * Unconditional puts, in any number, not one transaction; durable before it resolves. Versions start at 1 again, so it is for items
   * that are new, or that nobody guards by their version.
   */
  batchPut(items: readonly NewItem[]): Promise<void>;
}
