// The unkind answers of the store's twin: they do come, by seed, and only as far as asked.
import { expect, test } from "vitest";
import type { Action } from "#functions/store.ts";
import { memoryStore } from "#local/store/memory-store.ts";
import { seededRandom } from "#test/contract/seeded-random.ts";

const now = () => 0;

function put(n: number): Action {
  const sk = String(n).padStart(3, "0");
  return {
    kind: "put",
    item: { pk: "p", sk, value: { n }, indexes: { byState: { pk: "listed", sk } } },
  };
}

/** What a store answers to the same calls: kinds of replies, and how many items its index and its pages show. */
async function answers(seed: number): Promise<readonly (string | number)[]> {
  const store = memoryStore({
    ...{
      now,
      random: seededRandom(seed),
      staleOperations: 20,
      conflictRate: 0.3,
      shortPageRate: 0.5,
    },
  });
  const seen: (string | number)[] = [];
  for (let n = 0; n < 50; n++) {
    seen.push((await store.transact([put(n)])).kind);
    seen.push((await store.queryIndex("byState", { pk: "listed", limit: 1000 })).items.length);
  }
  return seen;
}

test("the same seed gives the same answers, another seed others", async () => {
  expect(await answers(1)).toEqual(await answers(1));
  expect(await answers(1)).not.toEqual(await answers(2));
});

test("conflicts come as often as asked, and write nothing", async () => {
  const store = memoryStore({ now, random: seededRandom(3), conflictRate: 0.3 });
  let conflicts = 0;
  for (let n = 0; n < 1000; n++) {
    const { kind } = await store.transact([
      put(n % 100),
      { kind: "update", key: { pk: "p", sk: "count" }, add: { n: 1 } },
    ]);
    expect(kind).not.toBe("committed");
    if (kind === "conflict") conflicts++;
  }
  expect(conflicts).toBeGreaterThan(230);
  expect(conflicts).toBeLessThan(370);
  expect((await store.query({ pk: "p", limit: 1 })).items).toEqual([]);
});

test("an index is late by at most so many operations, base rows never are", async () => {
  const store = memoryStore({ now, random: seededRandom(4), staleOperations: 5 });
  let wasLate = 0;
  for (let n = 0; n < 100; n++) {
    await store.transact([put(n)]);
    expect(await store.get({ pk: "p", sk: String(n).padStart(3, "0") })).toBeDefined();
    const listed = await store.queryIndex("byState", { pk: "listed", limit: 1000 });
    if (listed.items.length < n + 1) wasLate++;
    expect(listed.items.length).toBeGreaterThanOrEqual(n - 2);
  }
  expect(wasLate).toBeGreaterThan(20);
});

test("an index may show an item as it was before", async () => {
  const store = memoryStore({ now, random: () => 0.99, staleOperations: 3 });
  await store.transact([put(1)]);
  for (let look = 0; look < 3; look++)
    await store.queryIndex("byState", { pk: "listed", limit: 1 });
  await store.transact([{ kind: "update", key: { pk: "p", sk: "001" }, set: { n: "new" } }]);
  const [listed] = (await store.queryIndex("byState", { pk: "listed", limit: 1 })).items;
  expect(listed).toMatchObject({ version: 1, value: { n: 1 } });
});

test("an index never goes back to an older state of an item", async () => {
  const store = memoryStore({ now, random: seededRandom(5), staleOperations: 8 });
  let seen = 0;
  for (let n = 0; n < 200; n++) {
    await store.transact([put(1)]);
    const [listed] = (await store.queryIndex("byState", { pk: "listed", limit: 1 })).items;
    expect(listed?.version ?? 0).toBeGreaterThanOrEqual(seen);
    seen = listed?.version ?? 0;
  }
  expect(seen).toBeGreaterThan(190);
});
