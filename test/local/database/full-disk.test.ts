// A disk that is really full, or read-only: a small file system of the test's own, where the machine lets us mount one.
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { openDatabase } from "#local/database/database.ts";
import { fileObjects } from "#local/objects/file-objects.ts";
import { sqliteStore } from "#local/store/sqlite-store.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const now = Date.now;
const MIB = 1024 * 1024;

function mount(folder: string): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "zoe-test", folder], {
      stdio: "ignore",
    });
    return true;
  } catch {
    return false;
  }
}

/** Undefined where mounting is not allowed. */
function smallDisk(): string | undefined {
  const folder = join(temporaryFolder(), "disk");
  mkdirSync(folder);
  if (!mount(folder)) return undefined;
  onTestFinished(() => void execFileSync("umount", ["--lazy", folder]));
  return folder;
}

const put = (sk: string, bytes = 10) => ({
  kind: "put" as const,
  item: { pk: "p", sk, value: { text: "x".repeat(bytes) } },
});

test("writes on a full disk are refused in plain words; reads go on, and writes too once there is room", async (context) => {
  const disk = smallDisk();
  if (!disk) return context.skip("mounting is not allowed here");
  const path = join(disk, "zoe.db");
  const database = openDatabase(path, { now });
  const store = sqliteStore(database, { now });
  await store.transact([put("before")]);
  writeFileSync(join(disk, "ballast"), "x".repeat(3 * MIB));

  const writes = Array.from({ length: 20 }, (_, n) => store.transact([put(`large-${n}`, 200_000)]));
  const settled = await Promise.allSettled(writes);
  const refused = settled.filter(({ status }) => status === "rejected");
  expect(refused.length).toBeGreaterThan(0);
  for (const one of refused)
    expect(one).toMatchObject({
      reason: { code: "unavailable", message: expect.stringContaining("the disk is full") },
    });
  expect(await store.get({ pk: "p", sk: "before" })).toBeDefined();
  for (const [n, { status }] of settled.entries())
    expect(Boolean(await store.get({ pk: "p", sk: `large-${n}` }))).toBe(status === "fulfilled");

  rmSync(join(disk, "ballast"));
  expect(await store.transact([put("after", 100_000)])).toEqual({ kind: "committed" });
  await database.close();
  const looked = new DatabaseSync(path, { readOnly: true });
  expect(looked.prepare("pragma integrity_check").get()).toEqual({ integrity_check: "ok" });
  looked.close();
});

test("a read-only disk is told in plain words at the start", async (context) => {
  const disk = smallDisk();
  if (!disk) return context.skip("mounting is not allowed here");
  execFileSync("mount", ["-o", "remount,ro", disk]);
  expect(() => openDatabase(join(disk, "zoe.db"), { now })).toThrow(/read-only/);
});

test("an object that finds no room leaves nothing behind, and the next one has its place", async (context) => {
  const disk = smallDisk();
  if (!disk) return context.skip("mounting is not allowed here");
  let files = 0;
  const objects = await fileObjects(disk, { newId: () => String(++files) });
  await objects.put("kept", new Uint8Array(MIB));
  await expect(objects.put("large", new Uint8Array(8 * MIB))).rejects.toMatchObject({
    code: "unavailable",
  });
  expect((await objects.list("", { limit: 10 })).objects.map(({ key }) => key)).toEqual(["kept"]);
  await objects.put("fits", new Uint8Array(2 * MIB));
});
