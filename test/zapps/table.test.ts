// The table of the split classifier: whole, and every row once, however often and by however many it is written.
import { spawn } from "node:child_process";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { COLUMNS, type Row, rowOf } from "#zapps/document-classifier-split/row.ts";
import { openTable, type Table } from "#zapps/document-classifier-split/table.ts";
import { together } from "#zapps/document-classifier-split/together.ts";

/** Some tests start programs, which takes long on a busy machine. */
vi.setConfig({ testTimeout: 30_000 });

const ZAPP = join(import.meta.dirname, "../../zapps/document-classifier-split");

let folder = "";
let out = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "zoe-table-"));
  out = join(folder, "out");
  mkdirSync(out);
});
afterEach(() => rmSync(folder, { recursive: true }));

const row = (id: string, title = `Title of ${id}`): Row =>
  rowOf({
    id,
    title,
    answer: null,
    predicted: "physics",
    confidence: 0.5,
    subtopic: "s",
    worker: "w",
  });
const rows = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => row(`doc-${from + index}`));

const READ: Readonly<Record<string, (path: string) => string[]>> = {
  file: (path) =>
    readFileSync(path, "utf8")
      .trimEnd()
      .split("\n")
      .slice(1)
      .map((line) => line.split(",")[0] ?? ""),
  sqlite: (path) =>
    new DatabaseSync(path, { readOnly: true })
      .prepare("SELECT id FROM classified ORDER BY rowid")
      .all()
      .map(({ id }) => String(id)),
};

describe.each(["file", "sqlite"])("a table kept as %s", (kind) => {
  const kept = async (table: Table) => READ[kind]?.(await table.copyTo(out));
  const ids = (from: number, to: number) => rows(from, to).map(({ id }) => id);

  test("has a row once that is written twice", async () => {
    const table = openTable(kind, folder);
    await table.add(rows(0, 3));
    await table.add([...rows(1, 4), ...rows(1, 4)]);
    expect(await kept(table)).toEqual(ids(0, 4));
    table.close();
  });

  test("has all rows of two writers who know nothing of each other", async () => {
    const [one, other] = [openTable(kind, folder), openTable(kind, folder)];
    await Promise.all([one.add(rows(0, 60)), other.add(rows(40, 100)), one.add(rows(90, 120))]);
    expect((await kept(other))?.toSorted()).toEqual(ids(0, 120).toSorted());
    one.close();
    other.close();
  });

  test("keeps apart writers that are programs of their own", async () => {
    const program = join(folder, "writer.ts");
    writeFileSync(
      program,
      `import { openTable } from "${ZAPP}/table.ts";
       const table = openTable("${kind}", "${folder}");
       for (let id = 0; id < 80; id++)
         await table.add([{ id: "doc-" + id, title: "t", answer: null, predicted: "p", confidence: 1, subtopic: "s", worker: "w" }]);
       table.close();`,
    );
    const ends = await Promise.all([1, 2, 3].map(() => runProgram(program)));
    expect(ends).toEqual([0, 0, 0]);
    const table = openTable(kind, folder);
    expect((await kept(table))?.toSorted()).toEqual(ids(0, 80).toSorted());
    table.close();
  });

  test("goes on where a writer died", async () => {
    const first = openTable(kind, folder);
    await first.add(rows(0, 2));
    first.close();
    const second = openTable(kind, folder);
    await second.add(rows(1, 5));
    expect(await kept(second)).toEqual(ids(0, 5));
    second.close();
  });
});

function runProgram(path: string): Promise<number | null> {
  const program = spawn(process.execPath, [path], { stdio: "inherit" });
  return new Promise((resolve) => program.on("close", resolve));
}

describe("a CSV file", () => {
  test("names its columns, and quotes what would break a line", async () => {
    const table = openTable("file", folder);
    await table.add([row("a,1", 'On "quoted",\nand broken')]);
    await table.add([row("a,1", "again")]);
    expect(readFileSync(await table.copyTo(out), "utf8")).toBe(
      `${COLUMNS.join(",")}\n"a,1","On ""quoted"", and broken",,physics,0.5,s,w\n`,
    );
    table.close();
  });

  test("loses a line that its writer died over, and gets it again", async () => {
    const table = openTable("file", folder);
    await table.add(rows(0, 2));
    appendFileSync(join(folder, "table.csv"), "doc-2,Half a ti");
    await table.add(rows(2, 3));
    const lines = readFileSync(await table.copyTo(out), "utf8")
      .trimEnd()
      .split("\n");
    expect(lines.map((line) => line.split(",")[0])).toEqual(["id", "doc-0", "doc-1", "doc-2"]);
    table.close();
  });
});

test("another kind of table is refused by name", () => {
  expect(() => openTable("paper", folder)).toThrow('got "paper"');
});

test("what has no id is no row", () => {
  expect(() => rowOf({ title: "t" })).toThrow("Wanted a row with an id");
});

test("what comes while something is written goes together into the next write", async () => {
  const writes: (readonly number[])[] = [];
  const add = together(async (items: readonly number[]) => {
    writes.push(items);
    if (items.includes(3)) throw new Error("full");
  });
  await Promise.all([add(1), add(2)]);
  await expect(Promise.all([add(3), add(4)])).rejects.toThrow("full");
  await add(5);
  expect(writes).toEqual([[1, 2], [3, 4], [5]]);
});
