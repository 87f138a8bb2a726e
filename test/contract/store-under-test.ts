// What a body of the store brings to its contract suite, and how the suite lives with unkind answers: conflicts, short pages, late indexes.
import type {
  Action,
  IndexName,
  Item,
  Page,
  Query,
  Store,
  TransactReply,
} from "#functions/store.ts";

export interface StoreUnderTest {
  readonly store: Store;
  /** Unix milliseconds, by which the store judges expiry; the suite moves it. */
  readonly clock: { now: number };
  close(): Promise<void>;
}

export type OpenStore = () => Promise<StoreUnderTest>;

/** Looks before a late index is called lost. */
const MOST_LOOKS = 200;

export async function commit(store: Store, actions: readonly Action[]): Promise<TransactReply> {
  for (;;) {
    const reply = await store.transact(actions);
    if (reply.kind !== "conflict") return reply;
  }
}

/** All pages of a query, one after the other. */
export async function everything(
  query: Omit<Query, "cursor">,
  read: (query: Query) => Promise<Page>,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await read({ ...query, cursor });
    if (page.items.length > query.limit) throw new Error("A page is longer than its limit.");
    items.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return items;
}

/** Looks at the index until it shows what it must, and gives what it showed last. */
export async function eventually(
  store: Store,
  index: IndexName,
  query: Omit<Query, "cursor">,
  isThere: (items: readonly Item[]) => boolean,
): Promise<readonly Item[]> {
  let items: readonly Item[] = [];
  for (let look = 0; look < MOST_LOOKS; look++) {
    items = await everything(query, (page) => store.queryIndex(index, page));
    if (isThere(items)) break;
  }
  return items;
}
