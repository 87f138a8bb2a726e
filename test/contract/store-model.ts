// The store in its simplest form: a map of items. The contract suite holds every body of the store against it.
import { isDeepStrictEqual } from "node:util";
import type {
  Action,
  Condition,
  Item,
  Key,
  NewItem,
  Query,
  TransactReply,
} from "#functions/store.ts";

export class StoreModel {
  readonly items = new Map<string, Item>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  get({ pk, sk }: Key): Item | undefined {
    const item = this.items.get(JSON.stringify([pk, sk]));
    return this.isExpired({ pk, sk }) ? undefined : item;
  }

  isExpired({ pk, sk }: Key): boolean {
    const expiresAt = this.items.get(JSON.stringify([pk, sk]))?.expiresAt;
    return expiresAt !== undefined && expiresAt * 1000 <= this.#now();
  }

  transact(actions: readonly Action[]): TransactReply {
    const failed = actions.flatMap((action, at) => (this.#holds(action) ? [] : [at]));
    if (failed.length > 0) return { kind: "condition", failed };
    for (const action of actions) this.#apply(action);
    return { kind: "committed" };
  }

  put(item: NewItem, version: number): void {
    this.items.set(JSON.stringify([item.pk, item.sk]), plain({ ...item, version }));
  }

  live(): readonly Item[] {
    return [...this.items.values()].filter((item) => this.get(item) !== undefined);
  }

  query(query: Omit<Query, "cursor" | "limit">): readonly Item[] {
    const { pk, prefix = "", from, to, reverse } = query;
    const found = this.live()
      .filter((item) => item.pk === pk && item.sk.startsWith(prefix))
      .filter(({ sk }) => from === undefined || byUtf8(sk, from) >= 0)
      .filter(({ sk }) => to === undefined || byUtf8(sk, to) < 0)
      .sort((a, b) => byUtf8(a.sk, b.sk));
    return reverse ? found.reverse() : found;
  }

  #holds(action: Action): boolean {
    const item = this.get(action.kind === "put" ? action.item : action.key);
    if (action.kind === "update" && item === undefined) return false;
    return action.condition === undefined || holds(action.condition, item);
  }

  #apply(action: Action): void {
    if (action.kind === "check") return;
    if (action.kind === "put") {
      this.put(action.item, (this.get(action.item)?.version ?? 0) + 1);
      return;
    }
    const item = this.get(action.key);
    if (action.kind === "delete") this.items.delete(JSON.stringify([action.key.pk, action.key.sk]));
    else if (item) this.#update(item, action);
  }

  #update(item: Item, action: Extract<Action, { kind: "update" }>): void {
    const value: Record<string, unknown> = { ...item.value, ...action.set };
    for (const [field, more] of Object.entries(action.add ?? {}))
      value[field] = Number(item.value[field] ?? 0) + more;
    const { indexes = item.indexes, expiresAt = item.expiresAt } = action;
    this.put({ ...item, value: value as Item["value"], indexes, expiresAt }, item.version + 1);
  }
}

function holds(condition: Condition, item: Item | undefined): boolean {
  const { absent, exists, version, equals, below } = condition;
  const equal = Object.entries(equals ?? {}).every(([field, wanted]) =>
    isDeepStrictEqual(item?.value[field], wanted),
  );
  const less = Object.entries(below ?? {}).every(([field, limit]) => {
    const found = item?.value[field];
    return typeof found === "number" && found < limit;
  });
  if (item === undefined) return !exists && version === undefined && !equals && !below;
  return !absent && (version === undefined || version === item.version) && equal && less;
}

/** As it comes back from any store: nothing undefined is left in it. */
function plain(item: Item): Item {
  const indexes = item.indexes && Object.keys(item.indexes).length > 0 ? item.indexes : undefined;
  return JSON.parse(JSON.stringify({ ...item, indexes }));
}

export function byUtf8(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
