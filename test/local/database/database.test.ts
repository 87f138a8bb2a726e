// The database file: private, upgraded, backed up while it works, closed in order.
import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { openDatabase } from "#local/database/database.ts";
import { migrate } from "#local/database/migrate.ts";
import type { DatabaseModule } from "#local/database/module.ts";
import { purgeExpired } from "#local/store/purge.ts";
import { sqliteStore } from "#local/store/sqlite-store.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const now = () => Date.UTC(2026, 0, 1);

function open(path = join(temporaryFolder(), "zoe.db")) {
  const database = openDatabase(path, { now });
  let isClosed = false;
  const close = async () => {
    if (!isClosed) await database.close();
    isClosed = true;
  };
  onTestFinished(close);
  return { path, database, store: sqliteStore(database, { now }), close };
}

const anItem = (sk: string, bend = {}) => ({ pk: "p", sk, value: { sk }, ...bend });
const put = (sk: string, bend = {}) => ({ kind: "put" as const, item: anItem(sk, bend) });

function rowsOf(path: string): number {
  const copy = new DatabaseSync(path, { readOnly: true });
  expect(copy.prepare("pragma integrity_check").get()).toEqual({ integrity_check: "ok" });
  const count = Number(copy.prepare("select count(*) as n from items").get()?.n);
  copy.close();
  return count;
}

test("what was written is there after closing and opening", async () => {
  const first = open();
  await first.store.transact([put("a")]);
  await first.close();
  const second = open(first.path);
  expect(await second.store.get({ pk: "p", sk: "a" })).toEqual({ ...anItem("a"), version: 1 });
});

test("its files are the owner's alone", async () => {
  const { path, database, store } = open();
  await store.transact([put("a")]);
  await database.backup(`${path}.backup`);
  const modes = readdirSync(join(path, "..")).map((name) => [
    name,
    statSync(join(path, "..", name)).mode & 0o777,
  ]);
  expect(modes).toHaveLength(4);
  expect(modes).toEqual(modes.map(([name]) => [name, 0o600]));
});

test("closing waits for the writes that were called before; later ones are refused", async () => {
  const { path, database, store, close } = open();
  const writes = Array.from({ length: 300 }, (_, n) => store.transact([put(String(n))]));
  await close();
  expect(new Set((await Promise.all(writes)).map(({ kind }) => kind))).toEqual(
    new Set(["committed"]),
  );
  await expect(store.transact([put("late")])).rejects.toMatchObject({ code: "unavailable" });
  expect(database.sizes().fileBytes).toBeGreaterThan(0);
  expect(rowsOf(path)).toBe(300);
});

test("a backup is a whole database of its moment, made while writes go on", async () => {
  const { path, database, store } = open();
  await store.transact([put("before")]);
  let isOver = false;
  const writing = (async () => {
    let count = 0;
    while (!isOver) await store.transact([put(`during-${count++}`)]);
    return count;
  })();
  await database.backup(`${path}.backup`);
  isOver = true;
  const written = await writing;
  const kept = rowsOf(`${path}.backup`);
  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThanOrEqual(written + 1);
  const restored = open(`${path}.backup`);
  expect(await restored.store.get({ pk: "p", sk: "before" })).toBeDefined();
});

test("a backup overwrites nothing", async () => {
  const { path, database } = open();
  writeFileSync(`${path}.backup`, "mine");
  await expect(database.backup(`${path}.backup`)).rejects.toMatchObject({ code: "conflict" });
});

test("sizes tell the bytes of the file and of its log", async () => {
  const { database, store } = open();
  const before = database.sizes();
  await store.transact([put("a", { value: { text: "x".repeat(50_000) } })]);
  expect(database.sizes().logBytes).toBeGreaterThan(before.logBytes + 50_000);
});

test("purging deletes what has expired, and nothing else", async () => {
  const { path, database, store, close } = open();
  const seconds = now() / 1000;
  const items = Array.from({ length: 1200 }, (_, n) =>
    anItem(String(n), { expiresAt: seconds + 10 }),
  );
  await store.batchPut([...items, anItem("later", { expiresAt: seconds + 11 }), anItem("never")]);
  expect(await purgeExpired(database, now() + 9_999)).toBe(0);
  expect(await purgeExpired(database, now() + 10_000)).toBe(1200);
  await close();
  expect(rowsOf(path)).toBe(2);
});

test("a folder that is not there is told in plain words", () => {
  expect(() => openDatabase(join(temporaryFolder(), "none", "zoe.db"), { now })).toThrow(/none/);
});

test("a file that is no database is refused and left as it is", () => {
  const path = join(temporaryFolder(), "zoe.db");
  writeFileSync(
    path,
    "this is a letter, not a database; it is long enough to be looked at ".repeat(20),
  );
  expect(() => openDatabase(path, { now })).toThrow(/no database of Zoe/);
});

const parts = (...migrations: readonly string[]): readonly DatabaseModule[] => [
  { name: "part", migrations, open: () => ({ operations: {} }) },
];

function migrated(...runs: readonly (readonly DatabaseModule[])[]): DatabaseSync {
  const database = new DatabaseSync(":memory:");
  onTestFinished(() => database.close());
  for (const modules of runs) migrate(database, modules, 1);
  return database;
}

test("an older file is taken to today's version, step by step and once", () => {
  const first = "create table t (a text)";
  const second = "alter table t add column b text; insert into t values ('x', 'y')";
  const database = migrated(parts(first), parts(first, second), parts(first, second));
  expect(database.prepare("select * from t").all()).toEqual([{ a: "x", b: "y" }]);
  expect(database.prepare("select module, version from migrations").all()).toEqual([
    { module: "part", version: 1 },
    { module: "part", version: 2 },
  ]);
});

test("an upgrade that fails leaves the file as it was", () => {
  const database = migrated(parts("create table t (a text)"));
  expect(() => migrate(database, parts("", "create table u (a text)", "nonsense"), 1)).toThrow();
  expect(() => database.prepare("select * from u")).toThrow(/no such table/);
});

test("a file of a newer version is refused with what to do", () => {
  const database = migrated(parts("create table t (a text)", "create table u (a text)"));
  expect(() => migrate(database, parts("create table t (a text)"), 1)).toThrow(
    /newer Zoe: its part "part" has schema version 2, this Zoe knows up to 1\. Start the newer Zoe/,
  );
});
