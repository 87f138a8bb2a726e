// Items by partition, each in the order of its sort key: a table, or one of its indexes (where several items share a key).
import { orderOf } from "./evaluate.ts";
import type { Item, Value } from "./item.ts";

export interface KeyNames {
  readonly hash: string;
  readonly range: string | undefined;
}

export class Sorted {
  readonly #keys: KeyNames;
  readonly #tableKeys: KeyNames;
  readonly #partitions = new Map<string, Item[]>();

  constructor(keys: KeyNames, tableKeys: KeyNames) {
    this.#keys = keys;
    this.#tableKeys = tableKeys;
  }

  find(key: Item): Item | undefined {
    const partition = this.partition(key[this.#keys.hash]);
    const at = this.#placeOf(partition, key);
    const found = partition[at];
    return found !== undefined && this.compare(found, key) === 0 ? found : undefined;
  }

  partition(hash: Value | undefined): readonly Item[] {
    return this.#partitions.get(JSON.stringify(hash)) ?? [];
  }

  all(): readonly Item[] {
    return [...this.#partitions.values()].flat();
  }

  replace(before: Item | undefined, after: Item | undefined): void {
    if (before !== undefined && this.#isListed(before)) this.#remove(before);
    if (after !== undefined && this.#isListed(after)) this.#insert(after);
  }

  /** Where an item would stand among others of its partition. */
  compare(a: Item, b: Item): number {
    for (const name of [this.#keys.range, this.#tableKeys.hash, this.#tableKeys.range]) {
      if (name === undefined) continue;
      const [left, right] = [a[name], b[name]];
      if (left === undefined || right === undefined) continue;
      const order = orderOf(left, right) ?? 0;
      if (order !== 0) return order;
    }
    return 0;
  }

  #isListed(item: Item): boolean {
    const { hash, range } = this.#keys;
    return item[hash] !== undefined && (range === undefined || item[range] !== undefined);
  }

  #insert(item: Item): void {
    const name = JSON.stringify(item[this.#keys.hash]);
    const partition = this.#partitions.get(name) ?? [];
    this.#partitions.set(name, partition);
    partition.splice(this.#placeOf(partition, item), 0, item);
  }

  #remove(item: Item): void {
    const name = JSON.stringify(item[this.#keys.hash]);
    const partition = this.#partitions.get(name) ?? [];
    const at = this.#placeOf(partition, item);
    const there = partition[at];
    if (there !== undefined && this.compare(there, item) === 0) partition.splice(at, 1);
    if (partition.length === 0) this.#partitions.delete(name);
  }

  /** Position of the first that is not before it. */
  #placeOf(partition: readonly Item[], item: Item): number {
    let [low, high] = [0, partition.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.compare(partition[middle] as Item, item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
