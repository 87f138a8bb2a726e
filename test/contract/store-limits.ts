// What every body of the store refuses.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Action, STORE_LIMITS, type Store } from "#functions/store.ts";
import { commit, type OpenStore, type StoreUnderTest } from "./store-under-test.ts";

const pk = "limits";

function put(sk: string, text = ""): Action {
  return { kind: "put", item: { pk, sk, value: { text } } };
}

function puts(count: number, text?: string): Action[] {
  return Array.from({ length: count }, (_, n) => put(String(n), text));
}

const { actions, itemBytes, skBytes, pkBytes, page, keysPerGet } = STORE_LIMITS;
/** Bytes of an item's keys and of the JSON around its text. */
const FRAME = pk.length + 1 + JSON.stringify({ text: "" }).length;

const allowed: Record<string, (store: Store) => Promise<unknown>> = {
  "100 actions": (store) => commit(store, puts(actions)),
  "an item of 392 KB": (store) => commit(store, [put("x", "x".repeat(itemBytes - FRAME))]),
  "a transaction of nearly 4 MB": (store) => commit(store, puts(10, "x".repeat(itemBytes - FRAME))),
  "a sort key of 1,024 bytes": (store) => commit(store, [put("ä".repeat(skBytes / 2))]),
  "a partition key of 2,048 bytes": (store) => store.query({ pk: "x".repeat(pkBytes), limit: 1 }),
  "a page of 1,000": (store) => store.query({ pk, limit: page }),
  "100 keys": (store) => store.getMany(Array.from({ length: keysPerGet }, () => ({ pk, sk: "x" }))),
};

const refused: Record<string, (store: Store) => Promise<unknown>> = {
  "no action": (store) => commit(store, []),
  "101 actions": (store) => commit(store, puts(actions + 1)),
  "an item twice": (store) =>
    commit(store, [put("x"), { kind: "check", key: { pk, sk: "x" }, condition: { exists: true } }]),
  "an item over 392 KB": (store) => commit(store, [put("x", "x".repeat(itemBytes - FRAME + 1))]),
  "an item over 392 KB of wide characters": (store) =>
    commit(store, [put("x", "\u{ffff}".repeat(itemBytes / 3))]),
  "an item over 392 KB in a batch": (store) =>
    store.batchPut([{ pk, sk: "x", value: { text: "x".repeat(itemBytes) } }]),
  "a transaction over 4 MB": (store) => commit(store, puts(11, "x".repeat(itemBytes - FRAME - 1))),
  "an empty partition key": (store) =>
    commit(store, [{ kind: "put", item: { pk: "", sk: "x", value: {} } }]),
  "an empty sort key": (store) => commit(store, [put("")]),
  "a sort key over 1,024 bytes": (store) => commit(store, [put(`${"ä".repeat(skBytes / 2)}x`)]),
  "half a character in a key": (store) => commit(store, [put("\ud800")]),
  "a NUL in a key": (store) => commit(store, [put("a\0b")]),
  "an index key over 1,024 bytes": (store) =>
    store.batchPut([
      { pk, sk: "x", value: {}, indexes: { byState: { pk, sk: "x".repeat(skBytes + 1) } } },
    ]),
  "an update that adds and sets one field": (store) =>
    commit(store, [{ kind: "update", key: { pk, sk: "x" }, add: { a: 1 }, set: { a: 1 } }]),
  "a page of 0": (store) => store.query({ pk, limit: 0 }),
  "a page of 1,001": (store) => store.query({ pk, limit: page + 1 }),
  "a page of an index of 1,001": (store) => store.queryIndex("byState", { pk, limit: page + 1 }),
  "a prefix with a range": (store) => store.query({ pk, prefix: "a", from: "b", limit: 1 }),
  "101 keys": (store) =>
    store.getMany(Array.from({ length: keysPerGet + 1 }, () => ({ pk, sk: "x" }))),
  "a cursor of its own": (store) => store.query({ pk, limit: 1, cursor: "x" }),
  "a cursor that is other JSON": (store) =>
    store.query({ pk, limit: 1, cursor: Buffer.from('{"a":1}').toString("base64url") }),
};

export function storeLimits(name: string, open: OpenStore): void {
  describe(`${name}: limits`, () => {
    let body: StoreUnderTest;
    beforeAll(async () => {
      body = await open();
    });
    afterAll(() => body.close());

    test.each(Object.entries(allowed))("takes %s", async (_, act) => {
      await expect(act(body.store)).resolves.toBeDefined();
    });

    test.each(Object.entries(refused))("refuses %s", async (_, act) => {
      await expect(act(body.store)).rejects.toThrow(/[a-z].*\.$/);
    });

    test("an update that makes an item too large is refused, and nothing of its transaction is written", async () => {
      const key = { pk, sk: "grows" };
      const half = "x".repeat(itemBytes * 0.6);
      await commit(body.store, [{ kind: "put", item: { ...key, value: { a: half } } }]);
      const grow: Action = { kind: "update", key, set: { b: half } };
      await expect(commit(body.store, [put("beside"), grow])).rejects.toThrow(
        `at most ${itemBytes} bytes`,
      );
      expect(await body.store.get({ pk, sk: "beside" })).toBeUndefined();
      expect(await body.store.get(key)).toMatchObject({ version: 1, value: { a: half } });
    });
  });
}
