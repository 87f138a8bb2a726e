// Input of every kind becomes records, however it is cut on its way, and records become tasks that are put once.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { collectItems } from "#cli/client/pages.ts";
import { formatOf, type RecordFormat, readRecords } from "#cli/records/records.ts";
import { chunksOf, PUT_LIMITS } from "#cli/records/tasks.ts";

const folder = mkdtempSync(join(tmpdir(), "zoe-records-"));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;

async function read(content: string | Buffer, name = "input.jsonl", format?: RecordFormat) {
  const path = join(folder, `${files++}-${name}`);
  writeFileSync(path, content);
  const options = { stdin: Readable.from([]), ...(format && { format }) };
  return collectItems(readRecords(path, options));
}

const values = async (...words: Parameters<typeof read>) =>
  (await read(...words)).map(({ value }) => value);

const PAPERS = [
  { id: "1706.03762", title: 'Attention, "please"', abstract: "Line one.\nLine {two}, [three]." },
  { id: "quant-ph/0101001", title: "Ünïcödé ∫ 数学", abstract: "" },
];

const ATOM = `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom">
  <title>A search</title>
  <entry>
    <id>http://arxiv.org/abs/1706.03762v7</id>
    <title>Attention Is All
      You Need</title>
    <summary>  We propose &lt;transformers&gt; &amp; more: &#946;, <![CDATA[a < b]]>.  </summary>
    <author><name>A. Vaswani</name></author><author><name>N. Shazeer</name></author>
    <category term="cs.LG" scheme="x"/><category term="cs.CL" scheme="x"/>
    <arxiv:primary_category term="cs.CL" scheme="x"/>
  </entry>
  <entry><id>http://arxiv.org/abs/math/0309136v1</id><title>B</title><summary>C</summary><category term="math.NT"/></entry>
</feed>`;

test("JSON lines, with blank lines and without a last line break", async () => {
  const text = `${JSON.stringify(PAPERS[0])}\n\n  ${JSON.stringify(PAPERS[1])}`;
  expect(await read(text)).toEqual([
    { value: PAPERS[0], line: 1 },
    { value: PAPERS[1], line: 3 },
  ]);
});

test("a JSON array, on one line or over many", async () => {
  expect(await values(JSON.stringify(PAPERS), "a.json")).toEqual(PAPERS);
  expect(await read(`\n${JSON.stringify(PAPERS, undefined, 2)}\n`, "b.json")).toMatchObject([
    { value: PAPERS[0], line: 3 },
    { value: PAPERS[1], line: 8 },
  ]);
});

test("JSON objects over several lines each, one after the other", async () => {
  expect(
    await values(PAPERS.map((paper) => JSON.stringify(paper, undefined, 2)).join("\n")),
  ).toEqual(PAPERS);
});

test("an empty input and an empty list have no records", async () => {
  expect(await values("")).toEqual([]);
  expect(await values(" [ ] ", "c.json")).toEqual([]);
});

test("compressed input is told by what it is, not by its name", async () => {
  const packed = gzipSync(JSON.stringify(PAPERS[0]));
  expect(await values(packed, "odd-name.jsonl")).toEqual([PAPERS[0]]);
  expect(await values(gzipSync("id,n\na,1\n"), "table.csv.gz")).toEqual([{ id: "a", n: "1" }]);
});

test("CSV with quotes, separators and line breaks in cells; texts keep their zeros", async () => {
  const csv = '\ufeffid,title,n\r\n007,"a ""b"", c\nd",1\r\n8,,2\r\n';
  expect(await read(csv, "t.csv")).toEqual([
    { value: { id: "007", title: 'a "b", c\nd', n: "1" }, line: 2 },
    { value: { id: "8", title: "", n: "2" }, line: 4 },
  ]);
  expect(await values("a;b\n1;2\n", "t.csv")).toEqual([{ a: "1", b: "2" }]);
  expect(await values("a\tb\n1,5\t2", "t.tsv")).toEqual([{ a: "1,5", b: "2" }]);
});

test("an Atom feed gives arXiv's own fields, the primary category first", async () => {
  expect(await values(ATOM, "feed.xml")).toEqual([
    {
      id: "1706.03762",
      title: "Attention Is All You Need",
      abstract: "We propose <transformers> & more: β, a < b.",
      categories: "cs.CL cs.LG",
      authors: "A. Vaswani, N. Shazeer",
    },
    { id: "math/0309136", title: "B", abstract: "C", categories: "math.NT" },
  ]);
});

const BROKEN: Readonly<Record<string, readonly [string, string, RegExp]>> = {
  "a line that is no JSON": ['{"a":1}\n{"a":}\n', "x.jsonl", /Line 2 is not valid JSON/],
  "a list that ends in the middle": ['[{"a":1},\n{"a":', "x.json", /ends in the middle/],
  "a row with too many cells": [
    "a,b\n1,2\n1,2,3\n",
    "x.csv",
    /Line 3 .* 3 cells where the header has 2/,
  ],
  "a column without a name": ["a,,c\n1,2,3\n", "x.csv", /column 2 has no name/],
  "a column named twice": ["a,a\n1,2\n", "x.csv", /names "a" twice/],
  "a quote that does not end": ['a\n"b\n', "x.csv", /a quote that does not end/],
  "a feed that ends in the middle": [
    "<feed><entry><id>1</id>",
    "x.xml",
    /ends in the middle of an entry/,
  ],
  "a page that is no feed": ["<html></html>", "x.xml", /has no <feed>/],
  "what is nothing of all this": ["hello there", "x.txt", /Say which it is with --input-format/],
};

test.each(Object.entries(BROKEN))("is told with its place: %s", async (_, [text, name, wanted]) => {
  await expect(values(text, name)).rejects.toThrow(wanted);
});

test("a file that is not there, a folder, and bytes that are no text are told", async () => {
  const all = (path: string) => collectItems(readRecords(path, { stdin: Readable.from([]) }));
  await expect(all(join(folder, "none"))).rejects.toThrow(/There is no file/);
  await expect(all(folder)).rejects.toThrow(/is a folder/);
  await expect(values(Buffer.from([0x7b, 0xff, 0xfe]), "x.jsonl")).rejects.toThrow(
    /not valid UTF-8/,
  );
  const torn = gzipSync("x".repeat(10_000)).subarray(0, 20);
  await expect(values(torn, "x.jsonl")).rejects.toThrow(/can't be unpacked/);
});

test("stdin is read where the file is -", async () => {
  const stdin = Readable.from([Buffer.from('{"a":'), Buffer.from("1}")]);
  const records = await collectItems(readRecords("-", { stdin }));
  expect(records).toEqual([{ value: { a: 1 }, line: 1 }]);
});

test("the name tells a table, the first character all else", () => {
  expect(formatOf("a.CSV", "{")).toBe("csv");
  expect(formatOf(undefined, "  <feed")).toBe("atom");
  expect(formatOf("a.txt", "[1")).toBe("jsonl");
  expect(formatOf("a.jsonl", "3\n4")).toBe("jsonl");
  expect(formatOf("a.txt", "3")).toBeUndefined();
});

test("records are the same wherever the input is cut on its way", async () => {
  const texts = {
    jsonl: PAPERS.map((paper) => `${JSON.stringify(paper)}\n`).join(""),
    json: JSON.stringify(PAPERS, undefined, 1),
    csv: 'id,t\n1,"a,\n""b"\n2,c\n',
    atom: ATOM,
  } as const;
  const streamed = (text: string, cuts: readonly number[]) => {
    const bytes = Buffer.from(text);
    const ends = [...cuts.map((cut) => cut % bytes.length), bytes.length].sort((a, b) => a - b);
    return Readable.from(
      ends
        .map((end, at) => bytes.subarray(ends[at - 1] ?? 0, end))
        .filter(({ length }) => length > 0),
    );
  };
  const cases = fc.tuple(
    fc.constantFrom(...(Object.keys(texts) as (keyof typeof texts)[])),
    fc.array(fc.nat(), { maxLength: 8 }),
  );
  await fc.assert(
    fc.asyncProperty(cases, async ([format, cuts]) => {
      const read = (stdin: Readable) => collectItems(readRecords("-", { stdin, format }));
      expect(await read(streamed(texts[format], cuts))).toEqual(
        await read(streamed(texts[format], [])),
      );
    }),
    { numRuns: 200 },
  );
});

async function tasksOf(values: readonly unknown[]) {
  const records = (async function* () {
    for (const [at, value] of values.entries()) yield { value, line: at + 1 };
  })();
  return collectItems(chunksOf(records));
}

const parsed = (lines: string) =>
  lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

test("a record's own id names its task; without one its content does, and a repeat is a task of its own", async () => {
  const [chunk] = await tasksOf([{ id: "a", n: 1 }, { id: 7 }, { n: 2 }, { n: 2 }, "text"]);
  const tasks = parsed(chunk?.lines ?? "");
  expect(tasks.map(({ payload }) => payload)).toEqual([
    { id: "a", n: 1 },
    { id: 7 },
    { n: 2 },
    { n: 2 },
    "text",
  ]);
  const ids = tasks.map(({ id }) => id);
  expect(ids.slice(0, 2)).toEqual(["a", "7"]);
  expect(ids[3]).toBe(`${ids[2]}#2`);
  const again = await tasksOf([{ n: 2 }]);
  expect(parsed(again[0]?.lines ?? "")[0].id).toBe(ids[2]);
});

test("chunks stay below what one put takes, and together are all records", async () => {
  const many = await tasksOf(Array.from({ length: 25_000 }, (_, n) => ({ n })));
  expect(many.map(({ tasks }) => tasks)).toEqual([10_000, 10_000, 5000]);
  const large = await tasksOf(
    Array.from({ length: 200 }, (_, n) => ({ n, text: "é".repeat(30_000) })),
  );
  for (const { lines } of large)
    expect(Buffer.byteLength(lines)).toBeLessThanOrEqual(PUT_LIMITS.bytes);
  expect(large.reduce((sum, { tasks }) => sum + tasks, 0)).toBe(200);
});

test("a record that is too large for a task is told with its line", async () => {
  await expect(tasksOf([{}, { text: "x".repeat(70_000) }])).rejects.toThrow(
    /record of line 2 .* at most 65536/,
  );
});
