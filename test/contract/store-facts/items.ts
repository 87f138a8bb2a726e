// One item in the store: what is read after it was put, updated or deleted.
import { beforeAll, expect, test } from "vitest";
import type { Store } from "#functions/store.ts";
import { commit, type StoreUnderTest } from "#test/contract/store-under-test.ts";
import { anItem, aPartition, put } from "./an-item.ts";

export function itemFacts(opened: () => StoreUnderTest): void {
  let store: Store;
  beforeAll(() => {
    store = opened().store;
  });

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
}
