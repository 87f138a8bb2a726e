// The rules of the tree that the linter cannot see: purity of shared/, lengths, first lines, names of files.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const LONGEST_FILE = 300;
const LONGEST_TEST = 500;
const MEDIAN_FILE = 100;
const FOLDERS = ["shared", "functions", "infra", "local", "sidecar", "cli", "web"];

interface Source {
  readonly path: string;
  readonly text: string;
  readonly lines: number;
}

const sources: readonly Source[] = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], {
  encoding: "utf8",
})
  .split("\n")
  .filter((path) => /\.(ts|mjs)$/.test(path))
  .map((path) => ({ path, text: readFileSync(path, "utf8") }))
  .map((source) => ({ ...source, lines: source.text.split("\n").length - 1 }));

const product = sources.filter(({ path }) => FOLDERS.includes(path.split("/")[0] ?? ""));

function offenders(list: readonly Source[], isWrong: (source: Source) => boolean): string[] {
  return list.filter(isWrong).map(({ path, lines }) => `${path} (${lines} lines)`);
}

test("there is a tree to look at", () => {
  expect(product.length).toBeGreaterThan(50);
});

test("shared/ asks no clock and no chance", () => {
  const impure = /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(/;
  const shared = product.filter(({ path }) => path.startsWith("shared/"));
  expect(offenders(shared, ({ text }) => impure.test(text))).toEqual([]);
});

test("steps ask the world for the time and for chance", () => {
  const impure = /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(/;
  const steps = product.filter(({ path }) => /^functions\/([a-z-]+\.ts|scheduler\/)/.test(path));
  expect(offenders(steps, ({ text }) => impure.test(text))).toEqual([]);
});

test("no file of the product is longer than 300 lines, no test longer than 500", () => {
  expect(offenders(product, ({ lines }) => lines > LONGEST_FILE)).toEqual([]);
  expect(offenders(sources, ({ lines }) => lines > LONGEST_TEST)).toEqual([]);
});

test("the median file is shorter than 100 lines", () => {
  const lengths = product.map(({ lines }) => lines).sort((a, b) => a - b);
  expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThan(MEDIAN_FILE);
});

test("every file of the product begins with a sentence that says what it is", () => {
  const says = /^(#![^\n]*\n)?\/\/ [A-Z`"(].{20,}/;
  expect(offenders(product, ({ text }) => !says.test(text))).toEqual([]);
});

test("no folder or file is a drawer", () => {
  const drawer = /(^|\/)(utils?|helpers?|misc|common|types|index)(\/|\.ts$)/;
  expect(offenders(product, ({ path }) => drawer.test(path))).toEqual([]);
});

test("the project speaks of itself alone", () => {
  const words = /(^|[^A-Za-z])\/(work|root|home)\/|registry\.npmjs|deb\.debian/;
  const others = sources.filter(({ path }) => path !== "test/tidy.test.ts");
  expect(offenders(others, ({ text }) => words.test(text))).toEqual([]);
});
