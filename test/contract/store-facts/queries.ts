// Many items of the store: pages, indexes, expiry, batches, and their order.
import { beforeAll, expect, test } from "vitest";
import type { Store } from "#functions/store.ts";
import {
  commit,
  eventually,
  everything,
  type StoreUnderTest,
} from "#test/contract/store-under-test.ts";
import { anItem, aPartition, put } from "./an-item.ts";

/** Keys at the ends of ranges, in the order of their bytes. */
const ENDS = [
  "a",
  "a\u{10ffff}x",
  "b",
  "\u{d7ff}",
  "\u{d7ff}x",
  "\u{e000}",
  "\u{10ffff}",
  "\u{10ffff}\u{10ffff}",
];

export function queryFacts(opened: () => StoreUnderTest): void {
  let body: StoreUnderTest;
  let store: Store;
  beforeAll(() => {
    body = opened();
    store = body.store;
  });

  test("a page goes on where the one before ended, although items came and went between", async () => {
    const pk = aPartition();
    await store.batchPut(["a", "b", "c", "d", "e"].map((sk) => anItem({ pk, sk })));
    const first = await store.query({ pk, limit: 2 });
    const seen = first.items.map(({ sk }) => sk);
    const last = seen.at(-1) ?? "";
    await commit(store, [{ kind: "delete", key: { pk, sk: last } }, put(anItem({ pk, sk: "aa" }))]);
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
    expect(await store.getMany([brief, lasting])).toEqual([undefined, { ...lasting, version: 1 }]);
    const skOf = (items: readonly { sk: string }[]) => items.map(({ sk }) => sk);
    expect(skOf(await everything({ pk, limit: 1 }, (query) => store.query(query)))).toEqual(["c"]);
    const listed = await eventually(store, "byState", { pk, limit: 1 }, ({ length }) => length > 0);
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
    ["", ENDS],
  ])("a prefix finds what begins so, to the last character: %j", async (prefix, expected) => {
    const pk = aPartition();
    await store.batchPut(ENDS.map((sk) => anItem({ pk, sk })));
    for (const reverse of [false, true]) {
      const found = await everything({ pk, prefix, reverse, limit: 2 }, (query) =>
        store.query(query),
      );
      const inOrder = reverse ? [...expected].reverse() : expected;
      expect(found.map(({ sk }) => sk)).toEqual(inOrder);
    }
  });
}
