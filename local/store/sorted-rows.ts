// Rows in order, in memory: what a partition is to the twin of the store. Ordered by the UTF-8 bytes of one or more texts.
import type { Row } from "./row.ts";

/** A sort key, then whatever tells two rows of an index apart. */
export type Position = readonly string[];

interface Entry {
  readonly position: Position;
  readonly row: Row;
}

/** From one position (inclusive) to another (exclusive), going on beyond `after`. Undefined: from the start, to the end. */
export interface Span {
  readonly from: Position;
  readonly to: Position | undefined;
  readonly after: Position | undefined;
  readonly reverse: boolean;
  readonly limit: number;
}

export interface SortedPage {
  readonly entries: readonly Entry[];
  readonly isLast: boolean;
}

export class SortedRows {
  readonly #entries: Entry[] = [];

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  find(position: Position): Row | undefined {
    const entry = this.#entries[this.#firstFrom(position)];
    return entry && compare(entry.position, position) === 0 ? entry.row : undefined;
  }

  set(position: Position, row: Row): void {
    const at = this.#firstFrom(position);
    this.#entries.splice(at, this.#isAt(at, position) ? 1 : 0, { position, row });
  }

  delete(position: Position): void {
    const at = this.#firstFrom(position);
    if (this.#isAt(at, position)) this.#entries.splice(at, 1);
  }

  page({ from, to, after, reverse, limit }: Span): SortedPage {
    const first = this.#firstFrom(from);
    const end = to ? this.#firstFrom(to) : this.#entries.length;
    const beyond = after ? this.#firstFrom(after) : undefined;
    if (reverse) {
      const last = Math.min(end, beyond ?? end);
      const start = Math.max(first, last - limit);
      return { entries: this.#entries.slice(start, last).reverse(), isLast: start === first };
    }
    const skipped = after && this.#isAt(beyond ?? 0, after) ? 1 : 0;
    const start = Math.max(first, (beyond ?? first) + skipped);
    const stop = Math.min(end, start + limit);
    return { entries: this.#entries.slice(start, stop), isLast: stop === end };
  }

  #isAt(at: number, position: Position): boolean {
    const entry = this.#entries[at];
    return entry !== undefined && compare(entry.position, position) === 0;
  }

  /** The place of the first entry that is not before the position. */
  #firstFrom(position: Position): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = this.#entries[middle];
      if (entry && compare(entry.position, position) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A shorter position comes before all that go on from it. */
export function compare(a: Position, b: Position): number {
  for (let at = 0; at < a.length && at < b.length; at++) {
    const order = compareUtf8(a[at] ?? "", b[at] ?? "");
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** JavaScript compares UTF-16 units, in which the halves of pairs (the highest characters) come before 0xe000 to 0xffff. */
export function compareUtf8(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let at = 0;
  while (at < most && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  if (at === most) return a.length - b.length;
  return rank(a.charCodeAt(at)) - rank(b.charCodeAt(at));
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
