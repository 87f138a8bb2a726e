// A table writer: a worker of the queue `rows`. All writers of an execution fill one table; when it is whole, one of them keeps it.
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { run } from "../worker/zoe-worker.mjs";
import { type Row, rowOf } from "./row.ts";
import { openTable } from "./table.ts";
import { together } from "./together.ts";

const { TABLE = "file", ZOE_EXECUTION_ID = "alone", ZOE_OUTPUT_DIR = "." } = process.env;
const tables = join(process.env.ZOE_CACHE_DIR ?? ".", "tables");
const folder = join(tables, ZOE_EXECUTION_ID);
forgetOldTables();
mkdirSync(folder, { recursive: true });

const table = openTable(TABLE, folder);
const add = together((rows: readonly Row[]) => table.add(rows));
const { done, reason } = await run(
  async (task) => {
    const row = rowOf(task);
    await add(row);
    return { id: row.id, table: TABLE };
  },
  { concurrency: 64 },
);
if (reason === "drained") await keepOnce();
table.close();
console.log(`Wrote ${done} rows; leaving: ${reason}.`);

/** The rows are all there: whoever is first leaves the table as a result. */
async function keepOnce(): Promise<void> {
  const copy = await table.copyTo(ZOE_OUTPUT_DIR);
  try {
    mkdirSync(join(folder, "kept"));
  } catch {
    rmSync(copy);
  }
}

/** What lies in the shared folder is of no use once it is kept. */
function forgetOldTables(): void {
  const oldest = Date.now() - 7 * 24 * 3600 * 1000;
  mkdirSync(tables, { recursive: true });
  for (const name of readdirSync(tables)) {
    const since = statSync(join(tables, name), { throwIfNoEntry: false })?.mtimeMs ?? oldest;
    if (since < oldest) rmSync(join(tables, name), { recursive: true, force: true });
  }
}
