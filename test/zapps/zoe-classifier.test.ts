// The classifier's own command line, as a program: through its door, with files as people have them.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";

const DOOR = join(import.meta.dirname, "../../zapps/document-classifier/zoe-classifier.mjs");
/** Each test starts programs, which takes long on a busy machine. */
vi.setConfig({ testTimeout: 30_000 });

const folder = mkdtempSync(join(tmpdir(), "zoe-classifier-"));
afterAll(() => rmSync(folder, { recursive: true }));

function zoeClassifier(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [DOOR, ...words], {
    encoding: "utf8",
    env: { ...process.env, ZOE_CACHE_DIR: folder },
  });
  return { status, stdout, stderr };
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

test("help names every command, with examples", () => {
  const { status, stdout } = zoeClassifier("--help");
  expect(status).toBe(0);
  for (const command of ["classify", "evaluate", "train", "convert", "sample"])
    expect(stdout).toMatch(new RegExp(`^  zoe-classifier ${command} `, "m"));
});

test("a feed becomes JSON lines", () => {
  const feed = `<feed><entry><id>http://arxiv.org/abs/2101.00001v2</id><title>On
    bread</title><summary>Dough.</summary><category term="q-bio.BM"/></entry></feed>`;
  expect(zoeClassifier("convert", file("feed.atom", feed)).stdout).toBe(
    '{"id":"2101.00001","title":"On bread","abstract":"Dough.","categories":"q-bio.BM"}\n',
  );
});

test("what was learned from own records judges others", () => {
  const line = (id: string, title: string, categories: string) =>
    JSON.stringify({ id, title, abstract: "", categories });
  const learned = file(
    "mine.jsonl",
    `${line("1", "dough", "q-bio.BM")}\n${line("2", "ovens", "cs.AR")}\n`,
  );
  const model = join(folder, "mine.json");
  expect(zoeClassifier("train", learned, "--out", model).stdout).toContain(
    "2 terms of 2 categories",
  );
  expect(JSON.parse(readFileSync(model, "utf8")).categories).toEqual(["q-bio.BM", "cs.AR"]);

  const others = file(
    "others.jsonl",
    `${line("3", "ovens", "cs.OS")}\n${line("4", "ovens", "q-bio.CB")}\n`,
  );
  expect(zoeClassifier("evaluate", others, "--model", model).stdout).toMatch(
    /^accuracy on main topics +50\.0 % +1 of 2$/m,
  );
});

test.each([
  [["bake"], "There is no command bake"],
  [["classify", "gone.jsonl"], "The file gone.jsonl cannot be read"],
  [["classify", "--fast"], "--fast"],
])("a mistake is told in a sentence: %j", (words, message) => {
  const { status, stderr } = zoeClassifier(...words);
  expect(stderr).toContain(message);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(status).toBe(2);
});
