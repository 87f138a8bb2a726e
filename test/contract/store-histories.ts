// Random histories: every body of the store answers as a map of items would (store-model.ts), whatever came before.
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Action, Condition, Item, NewItem, Query } from "#functions/store.ts";
import { byUtf8, StoreModel } from "./store-model.ts";
import {
  commit,
  eventually,
  everything,
  type OpenStore,
  type StoreUnderTest,
} from "./store-under-test.ts";

const SORT_KEYS = [
  "a",
  "a#1",
  "a#2",
  "ab",
  "b",
  "\u{e000}",
  "\u{ffff}z",
  "\u{10000}",
  "\u{1f600}\u{1f600}",
];
const FIELDS = ["n", "m", "word"];

/** Partitions get a name of each run's own later. */
const key = fc.record({ pk: fc.constantFrom("p", "q"), sk: fc.constantFrom(...SORT_KEYS) });
const number = fc.integer({ min: -3, max: 3 });
const numbers = fc.dictionary(fc.constantFrom("n", "m"), number, { maxKeys: 2 });
const value = fc.record(
  { n: number, m: number, word: fc.string({ unit: "grapheme", maxLength: 5 }) },
  { requiredKeys: [] },
);
const indexes = fc.option(fc.record({ byTenant: key, byState: key }, { requiredKeys: [] }), {
  nil: undefined,
});
/** Seconds from the start of the history. */
const expiresAt = fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined, freq: 3 });
const condition: fc.Arbitrary<Condition | undefined> = fc.option(
  fc.oneof(
    fc.constant({ absent: true as const }),
    fc.constant({ exists: true as const }),
    fc.record({ version: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ equals: numbers, below: numbers }, { requiredKeys: [] }),
  ),
  { nil: undefined },
);

const item: fc.Arbitrary<NewItem> = fc
  .record({ key, value, indexes, expiresAt })
  .map(({ key: { pk, sk }, ...rest }) => ({ pk, sk, ...rest }));
const update = fc
  .record({
    key,
    add: numbers,
    set: value,
    unset: fc.constantFrom(...FIELDS, "none"),
    indexes,
    expiresAt,
    condition,
  })
  .map(({ unset, set, add, ...rest }): Action => {
    const taken = { ...set, [unset]: undefined };
    const free = Object.entries(add).filter(([field]) => !(field in taken));
    return { kind: "update", ...rest, set: taken, add: Object.fromEntries(free) };
  });
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("put" as const), item, condition }) },
  { weight: 2, arbitrary: update },
  fc.record({ kind: fc.constant("delete" as const), key, condition }),
  fc.record({
    kind: fc.constant("check" as const),
    key,
    condition: condition.map((stated) => stated ?? {}),
  }),
);
const keyOf = (some: Action) => (some.kind === "put" ? some.item : some.key);
const actions = fc.uniqueArray(action, {
  minLength: 1,
  maxLength: 6,
  selector: (some) => `${keyOf(some).pk} ${keyOf(some).sk}`,
});

type Event =
  | { readonly kind: "transact"; readonly actions: readonly Action[] }
  | { readonly kind: "batch"; readonly items: readonly NewItem[] }
  | { readonly kind: "wait"; readonly seconds: number };
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("transact" as const), actions }) },
  fc.record({
    kind: fc.constant("batch" as const),
    items: fc.uniqueArray(item, { maxLength: 8, selector: ({ pk, sk }) => `${pk} ${sk}` }),
  }),
  fc.record({ kind: fc.constant("wait" as const), seconds: fc.integer({ min: 1, max: 10 }) }),
);
const range = fc.oneof(
  fc.record({ prefix: fc.constantFrom("", "a", "a#", "\u{ffff}", "\u{1f600}", "x") }),
  fc.record(
    { from: fc.constantFrom(...SORT_KEYS), to: fc.constantFrom(...SORT_KEYS) },
    { requiredKeys: [] },
  ),
);
const question = fc
  .record({
    pk: fc.constantFrom("p", "q"),
    reverse: fc.boolean(),
    limit: fc.integer({ min: 1, max: 5 }),
    range,
  })
  .map(({ range: span, ...rest }): Omit<Query, "cursor"> => ({ ...rest, ...span }));
const history = fc.record({
  events: fc.array(event, { minLength: 1, maxLength: 20 }),
  questions: fc.array(question, { minLength: 1, maxLength: 6 }),
});

export function storeHistories(name: string, open: OpenStore, { numRuns = 60 } = {}): void {
  describe(`${name}: histories`, () => {
    let body: StoreUnderTest;
    let run = 0;
    beforeAll(async () => {
      body = await open();
    });
    afterAll(() => body.close());

    test("whatever happened, the store answers like a map of items", {
      timeout: 300_000,
    }, async () => {
      const property = fc.asyncProperty(history, async ({ events, questions }) => {
        const play = new Play(body, `run#${++run}#`);
        for (const one of events) await play.happens(one);
        await play.compareItems();
        for (const one of questions) await play.ask(one);
        await play.compareIndexes();
      });
      await fc.assert(property, { numRuns });
    });
  });
}

/** One history, played to the store and to the model at once, in partitions of its own. */
class Play {
  readonly #body: StoreUnderTest;
  readonly #model: StoreModel;
  readonly #prefix: string;
  readonly #startSeconds: number;

  constructor(body: StoreUnderTest, prefix: string) {
    this.#body = body;
    this.#model = new StoreModel(() => body.clock.now);
    this.#prefix = prefix;
    this.#startSeconds = Math.ceil(body.clock.now / 1000);
  }

  async happens(event: Event): Promise<void> {
    const { store, clock } = this.#body;
    switch (event.kind) {
      case "wait":
        clock.now += event.seconds * 1000;
        return;
      case "batch": {
        const items = event.items.map((one) => this.#own(one));
        await store.batchPut(items);
        for (const one of items) this.#model.put(one, 1);
        return;
      }
      case "transact": {
        const own = event.actions.map((one) => this.#own(one));
        const over = own.flatMap((one) =>
          one.kind === "put" && this.#model.isExpired(one.item) ? [one.item] : [],
        );
        const reply = await commit(store, own);
        expect(reply).toEqual(this.#model.transact(own));
        if (reply.kind === "committed") await this.#learnVersions(over);
      }
    }
  }

  async compareItems(): Promise<void> {
    const keys = ["p", "q"].flatMap((pk) => SORT_KEYS.map((sk) => this.#own({ pk, sk })));
    const found = await this.#body.store.getMany(keys);
    expect(found).toEqual(keys.map((one) => this.#model.get(one)));
  }

  async ask(question: Omit<Query, "cursor">): Promise<void> {
    const query = this.#own(question);
    const found = await everything(query, (page) => this.#body.store.query(page));
    expect(found).toEqual(this.#model.query(query));
  }

  async compareIndexes(): Promise<void> {
    for (const index of ["byTenant", "byState"] as const) {
      for (const pk of ["p", "q"].map((name) => `${this.#prefix}${name}`)) {
        const expected = this.#model.live().filter((one) => one.indexes?.[index]?.pk === pk);
        const isThere = (items: readonly Item[]) =>
          isDeepStrictEqual(byKey(items), byKey(expected));
        const found = await eventually(this.#body.store, index, { pk, limit: 3 }, isThere);
        expect(byKey(found)).toEqual(byKey(expected));
        const order = found.map((one) => one.indexes?.[index]?.sk ?? "");
        expect(order).toEqual([...order].sort(byUtf8));
      }
    }
  }

  /** A put over an expired item may go on counting or start again: a body that deletes late can't tell. */
  async #learnVersions(items: readonly NewItem[]): Promise<void> {
    for (const one of items) {
      const version = (await this.#body.store.get(one))?.version ?? 1;
      expect(version).toBeGreaterThanOrEqual(1);
      this.#model.put(one, version);
    }
  }

  /** The same in this run's partitions, and with expiries counted from its start. */
  #own<T>(some: T, name = ""): T {
    if (name === "pk") return `${this.#prefix}${some}` as T;
    if (name === "expiresAt" && typeof some === "number") return (some + this.#startSeconds) as T;
    if (Array.isArray(some)) return some.map((one) => this.#own(one)) as T;
    if (typeof some !== "object" || some === null) return some;
    const entries = Object.entries(some).map(([field, part]) => [field, this.#own(part, field)]);
    return Object.fromEntries(entries);
  }
}

function byKey(items: readonly Item[]): readonly Item[] {
  return [...items].sort((a, b) => byUtf8(`${a.pk} ${a.sk}`, `${b.pk} ${b.sk}`));
}
