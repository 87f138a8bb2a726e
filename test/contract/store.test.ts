// The store's contract over every body of it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "#local/database/database.ts";
import { type MemoryStoreOptions, memoryStore } from "#local/store/memory-store.ts";
import { sqliteStore } from "#local/store/sqlite-store.ts";
import { seededRandom } from "./seeded-random.ts";
import { storeContract } from "./store.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

const START = Date.UTC(2026, 0, 1);

storeContract("SQLite", async () => {
  const folder = mkdtempSync(join(tmpdir(), "zoe-store-"));
  const clock = { now: START };
  const now = () => clock.now;
  const database = openDatabase(join(folder, "zoe.db"), { now });
  return {
    store: sqliteStore(database, { now }),
    clock,
    async close() {
      await database.close();
      rmSync(folder, { recursive: true });
    },
  };
});

async function inMemory(faults: Omit<MemoryStoreOptions, "now"> = {}): Promise<StoreUnderTest> {
  const clock = { now: START };
  return { store: memoryStore({ now: () => clock.now, ...faults }), clock, close: async () => {} };
}

storeContract("memory", () => inMemory());

storeContract("memory, unkind", () =>
  inMemory({
    random: seededRandom(7),
    staleOperations: 12,
    conflictRate: 0.2,
    shortPageRate: 0.5,
  }),
);
