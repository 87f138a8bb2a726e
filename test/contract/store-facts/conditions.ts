// Conditions of the store: which hold, what a failed one prevents, and who wins where many write at once.
import { beforeAll, expect, test } from "vitest";
import type { Action, NewItem, Store } from "#functions/store.ts";
import { commit, everything, type StoreUnderTest } from "#test/contract/store-under-test.ts";
import { anItem, aPartition, put } from "./an-item.ts";

export function conditionFacts(opened: () => StoreUnderTest): void {
  let store: Store;
  beforeAll(() => {
    store = opened().store;
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
}
