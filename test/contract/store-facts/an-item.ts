// Items for the facts of the store, each in a partition of its own.
import type { Action, NewItem } from "#functions/store.ts";

let partitions = 0;

/** Each test works in a partition of its own, as a real table is never empty. */
export function aPartition(): string {
  return `part#${++partitions}`;
}

export function anItem(bend: Partial<NewItem> = {}): NewItem {
  return { pk: aPartition(), sk: "a", value: { name: "first", count: 1 }, ...bend };
}

export function put(item: NewItem, condition?: Action["condition"]): Action {
  return { kind: "put", item, ...(condition && { condition }) } as Action;
}
