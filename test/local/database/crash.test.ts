// A process killed without warning: what it acknowledged is there, and of every transaction all or nothing.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { openDatabase } from "#local/database/database.ts";
import { sqliteStore } from "#local/store/sqlite-store.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const PROGRAM = `
  const { openDatabase } = await import("#local/database/database.ts");
  const { sqliteStore } = await import("#local/store/sqlite-store.ts");
  const store = sqliteStore(openDatabase(process.argv[1], { now: Date.now }), { now: Date.now });
  let next = 0;
  const put = (pk, n) => ({ kind: "put", item: { pk, sk: String(n), value: { n } } });
  await Promise.all(Array.from({ length: 20 }, async () => {
    for (;;) {
      const n = next++;
      await store.transact([put("left", n), put("right", n)]);
      process.stdout.write(n + "\\n");
    }
  }));
`;

async function acknowledged(child: ChildProcess, most: number): Promise<readonly number[]> {
  const seen: number[] = [];
  for await (const line of createInterface({ input: child.stdout! })) {
    seen.push(Number(line));
    if (seen.length === most) child.kill("SIGKILL");
  }
  return seen;
}

test("after kill -9 every acknowledged transaction is there, and none by half", {
  timeout: 30_000,
}, async () => {
  const path = join(temporaryFolder(), "zoe.db");
  const child = spawn(process.execPath, ["--input-type=module", "-e", PROGRAM, path], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exit = once(child, "exit");
  const seen = await acknowledged(child, 500);
  await exit;
  expect(seen.length).toBeGreaterThanOrEqual(500);

  const now = Date.now;
  const database = openDatabase(path, { now });
  const store = sqliteStore(database, { now });
  const found = { left: new Set<number>(), right: new Set<number>() };
  for (const pk of ["left", "right"] as const) {
    let cursor: string | undefined;
    do {
      const page = await store.query({ pk, limit: 1000, cursor });
      for (const { value } of page.items) found[pk].add(Number(value.n));
      cursor = page.cursor;
    } while (cursor !== undefined);
  }
  await database.close();
  expect(seen.filter((n) => !found.left.has(n))).toEqual([]);
  expect(found.left).toEqual(found.right);
});
