// What every body of the store answers, fact by fact. Random histories are in store-histories.ts.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Action, NewItem, Store } from "#functions/store.ts";
import {
  commit,
  eventually,
  everything,
  type OpenStore,
  type StoreUnderTest,
} from "./store-under-test.ts";

let partitions = 0;

/** Each test works in a partition of its own, as a real table is never empty. */
function aPartition(): string {
  return `part#${++partitions}`;
}

function anItem(bend: Partial<NewItem> = {}): NewItem {
  return { pk: aPartition(), sk: "a", value: { name: "first", count: 1 }, ...bend };
}

function put(item: NewItem, condition?: Action["condition"]): Action {
  return { kind: "put", item, ...(condition && { condition }) } as Action;
}

export function storeFacts(name: string, open: OpenStore): void {
  describe(`${name}: facts`, () => {
    let body: StoreUnderTest;
    let store: Store;
    beforeAll(async () => {
      body = await open();
      store = body.store;
    });
    afterAll(() => body.close());

    test("an item comes back as it was put, with version 1", async () => {
      const value = {
        text: 'Größe \u{1f600} \0 " \\',
        number: -1.5e-7,
        yes: true,
        nothing: null,
        list: [1, [2, { three: 3 }]],
        object: { "": "empty name", deep: { deeper: [] } },
      };
      const item = anItem({ value, indexes: { byState: { pk: aPartition(), sk: "x" } } });
      expect(await commit(store, [put(item)])).toEqual({ kind: "committed" });
      expect(await store.get(item)).toEqual({ ...item, version: 1 });
    });

    test("undefined fields of a value are not kept", async () => {
      const item = anItem({ value: { here: 1, gone: undefined } });
      await commit(store, [put(item)]);
      expect((await store.get(item))?.value).toStrictEqual({ here: 1 });
    });

    test("an item that nobody put is undefined", async () => {
      expect(await store.get(anItem())).toBeUndefined();
    });

    test("what is read is a copy: changing it changes nothing", async () => {
      const item = anItem();
      await commit(store, [put(item)]);
      Object.assign((await store.get(item))?.value ?? {}, { name: "changed" });
      expect((await store.get(item))?.value).toEqual(item.value);
    });

    test("what was given may be changed while it is written", async () => {
      const value = { name: "given" };
      const item = anItem({ value });
      const written = store.batchPut([item]);
      value.name = "changed";
      await written;
      expect((await store.get(item))?.value).toEqual({ name: "given" });
    });

    test("a second put replaces the value, the indexes and the expiry, and counts the version", async () => {
      const pk = aPartition();
      const first = anItem({ pk, expiresAt: 9e9, indexes: { byState: { pk, sk: "x" } } });
      const second = { pk, sk: "a", value: { other: 1 } };
      await commit(store, [put(first)]);
      await commit(store, [put(second)]);
      expect(await store.get(first)).toEqual({ ...second, version: 2 });
    });

    test("getMany keeps the order of the keys, with gaps", async () => {
      const pk = aPartition();
      const items = ["a", "b", "c"].map((sk) => anItem({ pk, sk, value: { sk } }));
      await commit(
        store,
        items.map((item) => put(item)),
      );
      const keys = ["c", "none", "a", "b", "a"].map((sk) => ({ pk, sk }));
      const found = await store.getMany(keys);
      expect(found.map((item) => item?.sk)).toEqual(["c", undefined, "a", "b", "a"]);
    });

    test("an update adds, sets, removes, and keeps the rest", async () => {
      const item = anItem({ value: { a: 1, b: "x", c: [1], d: null }, expiresAt: 9e9 });
      await commit(store, [put(item)]);
      await commit(store, [
        {
          kind: "update",
          key: item,
          add: { a: 2, fresh: -3 },
          set: { b: { deep: 1 }, c: undefined },
        },
      ]);
      expect(await store.get(item)).toEqual({
        ...item,
        version: 2,
        value: { a: 3, b: { deep: 1 }, d: null, fresh: -3 },
      });
    });

    test("an update gives other indexes and another expiry, or keeps them", async () => {
      const pk = aPartition();
      const item = anItem({ pk, indexes: { byState: { pk, sk: "1" }, byTenant: { pk, sk: "2" } } });
      await commit(store, [put(item)]);
      await commit(store, [{ kind: "update", key: item, expiresAt: 9e9 }]);
      expect(await store.get(item)).toMatchObject({ indexes: item.indexes, expiresAt: 9e9 });
      const indexes = { byState: { pk, sk: "3" } };
      await commit(store, [{ kind: "update", key: item, indexes }]);
      expect(await store.get(item)).toEqual({ ...item, version: 3, indexes, expiresAt: 9e9 });
      await commit(store, [{ kind: "update", key: item, indexes: {} }]);
      expect((await store.get(item))?.indexes).toBeUndefined();
    });

    test("an update of an item that is not there fails its condition and makes none", async () => {
      const key = { pk: aPartition(), sk: "a" };
      const reply = await commit(store, [{ kind: "update", key, set: { a: 1 } }]);
      expect(reply).toEqual({ kind: "condition", failed: [0] });
      expect(await store.get(key)).toBeUndefined();
    });

    test("adding to what is no number throws and writes nothing", async () => {
      const item = anItem();
      const other = anItem();
      await commit(store, [put(item)]);
      const wrong = [put(other), { kind: "update", key: item, add: { name: 1 } } as const];
      await expect(commit(store, wrong)).rejects.toThrow();
      expect(await store.getMany([item, other])).toEqual([{ ...item, version: 1 }, undefined]);
    });

    test("a deleted item is gone; deleting it again is fine; put again it starts at version 1", async () => {
      const item = anItem();
      await commit(store, [put(item)]);
      await commit(store, [put(item)]);
      await commit(store, [{ kind: "delete", key: item }]);
      expect(await store.get(item)).toBeUndefined();
      expect(await commit(store, [{ kind: "delete", key: item }])).toEqual({ kind: "committed" });
      await commit(store, [put(item)]);
      expect((await store.get(item))?.version).toBe(1);
    });

    const value = { n: 5, word: "yes", flag: false, nothing: null, list: [1] };
    const conditions: Record<
      string,
      { condition: NonNullable<Action["condition"]>; there: boolean; missing: boolean }
    > = {
      "nothing stated": { condition: {}, there: true, missing: true },
      absent: { condition: { absent: true }, there: false, missing: true },
      exists: { condition: { exists: true }, there: true, missing: false },
      "its version": { condition: { version: 1 }, there: true, missing: false },
      "another version": { condition: { version: 2 }, there: false, missing: false },
      "equal text": { condition: { equals: { word: "yes" } }, there: true, missing: false },
      "another text": { condition: { equals: { word: "no" } }, there: false, missing: false },
      "text for a number": { condition: { equals: { n: "5" } }, there: false, missing: false },
      "equal truth": { condition: { equals: { flag: false, n: 5 } }, there: true, missing: false },
      "a field it lacks": { condition: { equals: { other: "x" } }, there: false, missing: false },
      "a name of JavaScript's own": {
        condition: { equals: { constructor: "x" } },
        there: false,
        missing: false,
      },
      below: { condition: { below: { n: 6 } }, there: true, missing: false },
      "not below": { condition: { below: { n: 5 } }, there: false, missing: false },
      "below, of a text": { condition: { below: { word: 5 } }, there: false, missing: false },
      "below, of null": { condition: { below: { nothing: 5 } }, there: false, missing: false },
      "below, of a field it lacks": {
        condition: { below: { other: 5 } },
        there: false,
        missing: false,
      },
      "all of several": {
        condition: { exists: true, version: 1, below: { n: 6 }, equals: { n: 5 } },
        there: true,
        missing: false,
      },
      "all but one of several": {
        condition: { version: 1, equals: { n: 5, word: "no" } },
        there: false,
        missing: false,
      },
    };
    test.each(Object.entries(conditions))(
      "condition: %s",
      async (_, { condition, there, missing }) => {
        const reply = (holds: boolean) =>
          holds ? { kind: "committed" } : { kind: "condition", failed: [0] };
        const none = anItem({ value });
        for (const kind of ["check", "put", "delete"] as const) {
          const item = anItem({ value });
          await commit(store, [put(item)]);
          const on = (of: NewItem): Action =>
            kind === "put" ? put(of, condition) : { kind, key: of, condition };
          expect(await commit(store, [on(item)]), kind).toEqual(reply(there));
          if (kind !== "put") expect(await commit(store, [on(none)]), kind).toEqual(reply(missing));
        }
        expect(await commit(store, [put(none, condition)])).toEqual(reply(missing));
        const updated = anItem({ value });
        await commit(store, [put(updated)]);
        const update = { kind: "update", key: updated, add: { n: 1 }, condition } as const;
        expect(await commit(store, [update])).toEqual(reply(there));
      },
    );

    test("of a transaction with failed conditions nothing is written, and each of them is named", async () => {
      const pk = aPartition();
      const there = anItem({ pk, sk: "there" });
      await commit(store, [put(there)]);
      const reply = await commit(store, [
        put(anItem({ pk, sk: "new" })),
        put(there, { absent: true }),
        { kind: "check", key: { pk, sk: "none" }, condition: { exists: true } },
        { kind: "delete", key: { pk, sk: "nowhere" } },
        { kind: "update", key: { pk, sk: "neither" }, set: {} },
      ]);
      expect(reply).toEqual({ kind: "condition", failed: [1, 2, 4] });
      expect(await everything({ pk, limit: 10 }, (query) => store.query(query))).toEqual([
        { ...there, version: 1 },
      ]);
    });

    test("of 100 conditional writers at once exactly one wins", async () => {
      const item = anItem({ value: { owner: "nobody" } });
      await commit(store, [put(item)]);
      const replies = await Promise.all(
        Array.from({ length: 100 }, (_, writer) =>
          commit(store, [put({ ...item, value: { owner: writer } }, { version: 1 })]),
        ),
      );
      const winners = replies.flatMap(({ kind }, writer) => (kind === "committed" ? [writer] : []));
      expect(winners).toHaveLength(1);
      expect((await store.get(item))?.value).toEqual({ owner: winners[0] });
    });

    test("100 additions at once are all counted", async () => {
      const item = anItem({ value: {} });
      await commit(store, [put(item)]);
      const add = { kind: "update", key: item, add: { total: 1 } } as const;
      await Promise.all(Array.from({ length: 100 }, () => commit(store, [add])));
      expect(await store.get(item)).toMatchObject({ value: { total: 100 }, version: 101 });
    });

    test("a page goes on where the one before ended, although items came and went between", async () => {
      const pk = aPartition();
      await store.batchPut(["a", "b", "c", "d", "e"].map((sk) => anItem({ pk, sk })));
      const first = await store.query({ pk, limit: 2 });
      const seen = first.items.map(({ sk }) => sk);
      const last = seen.at(-1) ?? "";
      await commit(store, [
        { kind: "delete", key: { pk, sk: last } },
        put(anItem({ pk, sk: "aa" })),
      ]);
      const rest = await everything({ pk, limit: 2 }, (query) =>
        store.query({ ...query, cursor: query.cursor ?? first.cursor }),
      );
      expect([...seen, ...rest.map(({ sk }) => sk)].filter((sk) => sk !== "aa")).toEqual([
        "a",
        "b",
        "c",
        "d",
        "e",
      ]);
    });

    test("an index lists an item under its other key, then no longer", async () => {
      const pk = aPartition();
      const tenant = aPartition();
      const indexes = { byTenant: { pk: tenant, sk: "2" } };
      const items = ["a", "b", "c"].map((sk) => anItem({ pk, sk, indexes }));
      const other = anItem({ pk, sk: "d", indexes: { byTenant: { pk: tenant, sk: "1" } } });
      await store.batchPut([...items, other, anItem({ pk, sk: "unlisted" })]);
      const query = { pk: tenant, limit: 2 };
      const found = await eventually(store, "byTenant", query, ({ length }) => length === 4);
      expect(found[0]).toEqual({ ...other, version: 1 });
      expect(
        found
          .slice(1)
          .map(({ sk }) => sk)
          .sort(),
      ).toEqual(["a", "b", "c"]);
      expect(
        await everything({ pk: tenant, limit: 9 }, (page) => store.queryIndex("byState", page)),
      ).toEqual([]);

      await commit(store, [{ kind: "delete", key: items[0]! }, put(anItem({ pk, sk: "b" }))]);
      const left = await eventually(store, "byTenant", query, ({ length }) => length === 2);
      expect(left.map(({ sk }) => sk)).toEqual(["d", "c"]);
    });

    test("from its expiry on an item is nowhere, and as good as absent", async () => {
      const pk = aPartition();
      const seconds = Math.ceil(body.clock.now / 1000) + 60;
      const brief = anItem({
        pk,
        sk: "b",
        expiresAt: seconds,
        indexes: { byState: { pk, sk: "b" } },
      });
      const lasting = anItem({ pk, sk: "c", indexes: { byState: { pk, sk: "c" } } });
      await commit(store, [put(brief), put(lasting)]);
      body.clock.now = seconds * 1000 - 1;
      expect(await store.get(brief)).toEqual({ ...brief, version: 1 });
      body.clock.now = seconds * 1000;
      expect(await store.getMany([brief, lasting])).toEqual([
        undefined,
        { ...lasting, version: 1 },
      ]);
      const skOf = (items: readonly { sk: string }[]) => items.map(({ sk }) => sk);
      expect(skOf(await everything({ pk, limit: 1 }, (query) => store.query(query)))).toEqual([
        "c",
      ]);
      const listed = await eventually(
        store,
        "byState",
        { pk, limit: 1 },
        ({ length }) => length > 0,
      );
      expect(skOf(listed)).toEqual(["c"]);
      const check = { kind: "check", key: brief, condition: { exists: true } } as const;
      const update = { kind: "update", key: lasting, set: {} } as const;
      expect(await commit(store, [update, check])).toEqual({ kind: "condition", failed: [1] });
      expect(
        await commit(store, [put({ ...brief, expiresAt: undefined }, { absent: true })]),
      ).toEqual({ kind: "committed" });
      expect((await store.get(brief))?.value).toEqual(brief.value);
    });

    test("batchPut takes any number and replaces what was there", async () => {
      const pk = aPartition();
      const items = Array.from({ length: 1234 }, (_, n) =>
        anItem({ pk, sk: String(n).padStart(4, "0"), value: { n } }),
      );
      await store.batchPut(items.slice(0, 3));
      await store.batchPut(items);
      await store.batchPut([]);
      const found = await everything({ pk, limit: 1000 }, (query) => store.query(query));
      expect(found.map(({ value }) => value.n)).toEqual(items.map((_, n) => n));
    });

    test("sort keys are ordered by their UTF-8 bytes", async () => {
      const pk = aPartition();
      const inOrder = [
        " ",
        "B",
        "a",
        "a#",
        "aa",
        "z",
        "\u{e9}",
        "\u{7ff}",
        "\u{800}",
        "\u{ffff}",
        "\u{10000}",
        "\u{10ffff}",
      ];
      await store.batchPut([...inOrder].reverse().map((sk) => anItem({ pk, sk })));
      const found = await everything({ pk, limit: 5 }, (query) => store.query(query));
      expect(found.map(({ sk }) => sk)).toEqual(inOrder);
      const above = await everything({ pk, from: "\u{ffff}", limit: 5 }, (query) =>
        store.query(query),
      );
      expect(above.map(({ sk }) => sk)).toEqual(inOrder.slice(-3));
    });

    test.each([
      ["\u{d7ff}", ["\u{d7ff}", "\u{d7ff}x"]],
      ["\u{10ffff}", ["\u{10ffff}", "\u{10ffff}\u{10ffff}"]],
      ["a\u{10ffff}", ["a\u{10ffff}x"]],
      [
        "",
        [
          "a",
          "a\u{10ffff}x",
          "b",
          "\u{d7ff}",
          "\u{d7ff}x",
          "\u{e000}",
          "\u{10ffff}",
          "\u{10ffff}\u{10ffff}",
        ],
      ],
    ])("a prefix finds what begins so, to the last character: %j", async (prefix, expected) => {
      const pk = aPartition();
      const keys = [
        "a",
        "a\u{10ffff}x",
        "b",
        "\u{d7ff}",
        "\u{d7ff}x",
        "\u{e000}",
        "\u{10ffff}",
        "\u{10ffff}\u{10ffff}",
      ];
      await store.batchPut(keys.map((sk) => anItem({ pk, sk })));
      for (const reverse of [false, true]) {
        const found = await everything({ pk, prefix, reverse, limit: 2 }, (query) =>
          store.query(query),
        );
        const inOrder = reverse ? [...expected].reverse() : expected;
        expect(found.map(({ sk }) => sk)).toEqual(inOrder);
      }
    });
  });
}
