// The store's twin in memory, for tests and the simulation: the same answers, and on demand (by seed) the unkind ones that DynamoDB gives too.

import type {
  Action,
  IndexName,
  Item,
  Key,
  Page,
  Query,
  Store,
  TransactReply,
} from "#functions/store.ts";
import { checkKeysPerGet, cursorOf, keyOf, positionOf, rangeOf } from "#functions/store-rules.ts";
import { type Applied, apply } from "./apply.ts";
import { LateIndex, partitionOf } from "./late-index.ts";
import { isExpired, itemOf, type Row } from "./row.ts";
import { type Position, SortedRows } from "./sorted-rows.ts";
import { newRow, stepsOf } from "./step.ts";

export interface MemoryStoreOptions {
  readonly now: () => number;
  /** From 0 to below 1; a seeded one makes every fault repeatable. */
  readonly random?: () => number;
  /** Indexes show a change at most so many operations of the store late. */
  readonly staleOperations?: number;
  /** How often a transaction is answered `conflict`, from 0 to 1. */
  readonly conflictRate?: number;
  /** How often a page is cut short although there is more, from 0 to 1. */
  readonly shortPageRate?: number;
  /** Every reader of an item gets the same one, frozen: faster, and who would change what he read fails. */
  readonly sharesItems?: boolean;
}

export function memoryStore(options: MemoryStoreOptions): Store {
  return new MemoryStore(options);
}

class MemoryStore implements Store {
  readonly #options: Required<MemoryStoreOptions>;
  readonly #partitions = new Map<string, SortedRows>();
  readonly #indexes: Readonly<Record<IndexName, LateIndex>> = {
    byTenant: new LateIndex((row) => placeOf(row, row.tenantPk, row.tenantSk)),
    byState: new LateIndex((row) => placeOf(row, row.statePk, row.stateSk)),
  };
  readonly #items = new WeakMap<Row, Item>();
  /** Counts the calls: the time by which indexes are late. */
  #operation = 0;

  constructor(options: MemoryStoreOptions) {
    const kindly = { random: Math.random, staleOperations: 0, conflictRate: 0, shortPageRate: 0 };
    const shares = { sharesItems: false };
    this.#options = { ...kindly, ...shares, ...options };
  }

  async get(key: Key) {
    this.#operation++;
    const row = this.#find(key);
    return row && !this.#isExpired(row) ? this.#item(row) : undefined;
  }

  async getMany(keys: readonly Key[]) {
    checkKeysPerGet(keys);
    return await Promise.all(keys.map((key) => this.get(key)));
  }

  async query(query: Query): Promise<Page> {
    this.#operation++;
    return this.#page(this.#partitions.get(query.pk) ?? new SortedRows(), query);
  }

  async queryIndex(index: IndexName, query: Query): Promise<Page> {
    this.#operation++;
    return this.#page(this.#indexes[index].partition(query.pk, this.#operation), query);
  }

  async transact(actions: readonly Action[]): Promise<TransactReply> {
    this.#operation++;
    const steps = stepsOf(actions);
    if (this.#happens(this.#options.conflictRate)) return { kind: "conflict" };
    const now = this.#options.now();
    const outcomes = steps.map((step) => apply(step, this.#find(step), now));
    const failed = outcomes.flatMap((applied, at) => (applied.kind === "failed" ? [at] : []));
    if (failed.length > 0) return { kind: "condition", failed };
    for (const [at, action] of actions.entries()) this.#write(keyOf(action), outcomes[at]);
    return { kind: "committed" };
  }

  async batchPut(items: Parameters<Store["batchPut"]>[0]): Promise<void> {
    this.#operation++;
    for (const row of items.map(newRow)) this.#write(row, { kind: "row", row });
  }

  #item(row: Row): Item {
    if (!this.#options.sharesItems) return itemOf(row);
    let item = this.#items.get(row);
    if (item === undefined) {
      item = frozen(itemOf(row));
      this.#items.set(row, item);
    }
    return item;
  }

  #find(key: Key): Row | undefined {
    return this.#partitions.get(key.pk)?.find(baseOf(key));
  }

  #write(key: Key, applied: Applied | undefined): void {
    const { pk, sk } = key;
    const partition = partitionOf(this.#partitions, pk);
    const row = applied?.kind === "row" ? applied.row : undefined;
    if (row) partition.set(baseOf(key), row);
    else if (applied?.kind === "absent") partition.delete(baseOf(key));
    else return;
    if (partition.isEmpty) this.#partitions.delete(pk);
    const { random, staleOperations } = this.#options;
    for (const index of Object.values(this.#indexes)) {
      const late = staleOperations && Math.floor(random() * (staleOperations + 1));
      index.change(`${pk}\0${sk}`, row, this.#operation + late);
    }
  }

  #page(partition: SortedRows, query: Query): Page {
    const { from, to } = rangeOf(query);
    const { entries, isLast } = partition.page({
      from: [from],
      to: to === undefined ? undefined : [to],
      after: query.cursor === undefined ? undefined : positionOf(query.cursor, ["", "", ""]),
      reverse: query.reverse ?? false,
      limit: this.#lengthOf(query.limit),
    });
    const items = entries
      .filter(({ row }) => !this.#isExpired(row))
      .map(({ row }) => this.#item(row));
    const last = entries.at(-1)?.position;
    return isLast || !last ? { items } : { items, cursor: cursorOf(last) };
  }

  #lengthOf(limit: number): number {
    if (!this.#happens(this.#options.shortPageRate)) return limit;
    return 1 + Math.floor(this.#options.random() * (limit - 1));
  }

  #happens(rate: number): boolean {
    return rate > 0 && this.#options.random() < rate;
  }

  #isExpired(row: Row): boolean {
    return isExpired(row.expiresAt, this.#options.now());
  }
}

function baseOf({ pk, sk }: Key): Position {
  return [sk, pk, sk];
}

function placeOf({ pk, sk }: Row, indexPk: string | null, indexSk: string | null) {
  return indexPk === null || indexSk === null
    ? undefined
    : { pk: indexPk, position: [indexSk, pk, sk] };
}

function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const part of Object.values(value)) frozen(part);
    Object.freeze(value);
  }
  return value;
}
