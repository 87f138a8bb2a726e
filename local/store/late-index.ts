// An index of the store's twin in memory, served late where asked: it shows each change only some operations after it was made.
import type { Row } from "./row.ts";
import { type Position, SortedRows } from "./sorted-rows.ts";

interface Place {
  readonly pk: string;
  readonly position: Position;
}

interface Late {
  readonly due: number;
  readonly key: string;
  readonly row: Row | undefined;
}

export class LateIndex {
  readonly #placeOf: (row: Row) => Place | undefined;
  readonly #partitions = new Map<string, SortedRows>();
  /** Where each item is shown now. */
  readonly #shown = new Map<string, Place>();
  /** The changes of one item are shown in their order. */
  readonly #lastDue = new Map<string, number>();
  #late: Late[] = [];

  constructor(placeOf: (row: Row) => Place | undefined) {
    this.#placeOf = placeOf;
  }

  /** The item is now so, or gone; seen from the operation `due` on. */
  change(key: string, row: Row | undefined, due: number): void {
    const isKnown = this.#shown.has(key) || this.#lastDue.has(key);
    if (!isKnown && !(row && this.#placeOf(row))) return;
    const inOrder = Math.max(due, this.#lastDue.get(key) ?? 0);
    this.#lastDue.set(key, inOrder);
    this.#late.push({ due: inOrder, key, row });
  }

  /** The partition as it is seen at an operation. */
  partition(pk: string, operation: number): SortedRows {
    const waiting: Late[] = [];
    for (const late of this.#late) {
      if (late.due <= operation) this.#show(late);
      else waiting.push(late);
    }
    this.#late = waiting;
    return this.#partitions.get(pk) ?? new SortedRows();
  }

  #show({ key, row, due }: Late): void {
    const before = this.#shown.get(key);
    if (before) this.#partitions.get(before.pk)?.delete(before.position);
    this.#shown.delete(key);
    if (this.#lastDue.get(key) === due) this.#lastDue.delete(key);
    const place = row && this.#placeOf(row);
    if (!place) return;
    this.#shown.set(key, place);
    partitionOf(this.#partitions, place.pk).set(place.position, row);
  }
}

export function partitionOf(partitions: Map<string, SortedRows>, pk: string): SortedRows {
  const known = partitions.get(pk);
  if (known) return known;
  const partition = new SortedRows();
  partitions.set(pk, partition);
  return partition;
}
