// What a durable write costs: transactions a second by concurrent callers, beside SQLite alone on the same bytes; and what a read costs.
//   node bench/store.ts [--small]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Action, Store } from "#functions/store.ts";
import { openWriting } from "#local/database/connection.ts";
import { openDatabase } from "#local/database/database.ts";
import { sqliteStore } from "#local/store/sqlite-store.ts";

const isSmall = process.argv.includes("--small");
const TRANSACTIONS = isSmall ? 500 : 30_000;
const CALLERS = [1, 32, 64, 256];
const PUTS = [1, 5];
const folder = mkdtempSync(join(tmpdir(), "zoe-bench-"));

interface Figure {
  readonly perSecond: number;
  /** The longest that the event loop stood still. */
  readonly longestMs: number;
  /** Of one core, spent by the main thread and the writer's together. */
  readonly cpuPercent: number;
}

const value = {
  state: "queued",
  tenant: "physics",
  user: "ada",
  asks: [{ cpu: 2, memoryMib: 4096 }],
  text: "x".repeat(150),
};

function transaction(n: number, puts: number): readonly Action[] {
  return Array.from({ length: puts }, (_, at) => ({
    kind: "put" as const,
    item: {
      pk: `exe#exe_${String(n).padStart(12, "0")}`,
      sk: `part#${at}`,
      value: { ...value, n },
      ...(at === 0 && {
        indexes: { byTenant: { pk: `tenant#${n % 4}`, sk: String(n).padStart(12, "0") } },
      }),
    },
  }));
}

/** Runs `act` so many times, by so many callers at once. */
async function measured(
  callers: number,
  count: number,
  act: (n: number) => Promise<unknown>,
): Promise<Figure> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const cpu = process.cpuUsage();
  const start = performance.now();
  let next = 0;
  delay.enable();
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (next < count) await act(next++);
    }),
  );
  delay.disable();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return {
    perSecond: count / seconds,
    longestMs: delay.max / 1e6,
    cpuPercent: (user + system) / 1e4 / seconds,
  };
}

async function ofStore(callers: number, puts: number): Promise<Figure> {
  const database = openDatabase(join(folder, `store-${callers}-${puts}.db`), { now: Date.now });
  const store = sqliteStore(database, { now: Date.now });
  const count = callers === 1 ? TRANSACTIONS / 10 : TRANSACTIONS;
  await store.transact(transaction(count, puts));
  const figure = await measured(callers, count, (n) => store.transact(transaction(n, puts)));
  await database.close();
  return figure;
}

/** The yardstick: the same rows into a plain table, so many transactions in one commit, nothing else. */
function ofSqlite(groupSize: number, puts: number): number {
  const database = openWriting(join(folder, `raw-${groupSize}-${puts}.db`));
  database.exec(
    "create table rows (pk text, sk text, json text); create unique index by_key on rows (pk, sk)",
  );
  const insert = database.prepare("insert into rows values (?, ?, ?)");
  const count = groupSize === 1 ? TRANSACTIONS / 10 : TRANSACTIONS;
  const start = performance.now();
  for (let n = 0; n < count; n += groupSize) {
    database.exec("begin immediate");
    for (let at = n; at < n + groupSize; at++)
      for (const action of transaction(at, puts))
        if (action.kind === "put")
          insert.run(action.item.pk, action.item.sk, JSON.stringify(action.item.value));
    database.exec("commit");
  }
  const perSecond = (count * 1000) / (performance.now() - start);
  database.close();
  return perSecond;
}

async function reads(): Promise<void> {
  const database = openDatabase(join(folder, "reads.db"), { now: Date.now });
  const store = sqliteStore(database, { now: Date.now });
  const items = Array.from({ length: TRANSACTIONS }, (_, n) => ({
    pk: `p${n % 10}`,
    sk: String(n).padStart(9, "0"),
    value: { ...value, n },
  }));
  await store.batchPut(items);
  const key = (n: number) => ({ pk: `p${n % 10}`, sk: String(n).padStart(9, "0") });
  const kinds: Record<string, (store: Store, n: number) => Promise<unknown>> = {
    get: (of, n) => of.get(key(n)),
    "getMany of 100": (of, n) => of.getMany(Array.from({ length: 100 }, (_, at) => key(n + at))),
    "query of 100": (of, n) => of.query({ ...key(n), from: key(n).sk, limit: 100 }),
  };
  for (const [name, read] of Object.entries(kinds)) {
    const figure = await measured(1, TRANSACTIONS / (name === "get" ? 1 : 20), (n) =>
      read(store, n),
    );
    console.log(`${name.padEnd(16)} ${rounded(figure.perSecond)} a second`);
  }
  await database.close();
}

function rounded(perSecond: number): string {
  return Math.round(perSecond).toLocaleString("en").padStart(8);
}

for (const puts of PUTS) {
  const alone = ofSqlite(1, puts);
  const grouped = ofSqlite(250, puts);
  console.log(`\nTransactions of ${puts} ${puts === 1 ? "put" : "puts"}, durable, a second`);
  console.log(`SQLite alone, a commit each        ${rounded(alone)}`);
  console.log(`SQLite alone, 250 in one commit    ${rounded(grouped)}`);
  for (const callers of CALLERS) {
    const { perSecond, longestMs, cpuPercent } = await ofStore(callers, puts);
    const yardstick = callers === 1 ? alone : grouped;
    console.log(
      `store, ${String(callers).padStart(3)} ${callers === 1 ? "caller " : "callers"}                ${rounded(perSecond)}  ${(perSecond / yardstick).toFixed(2)} of SQLite alone; event loop stood still ${longestMs.toFixed(0)} ms at most; ${cpuPercent.toFixed(0)} % CPU`,
    );
  }
}
console.log("\nReads, a second, one after the other");
await reads();
rmSync(folder, { recursive: true });
