// What the command line shows fits where it is shown, and does nothing to the terminal that it was not asked to.
import { expect, test } from "vitest";
import { bar, progressLine, rateOver } from "#cli/show/bar.ts";
import { table } from "#cli/show/table.ts";
import { Terminal } from "#cli/show/terminal.ts";
import { cut, harmless, oneLine, pad, widthOf, wrap } from "#cli/show/text.ts";
import { age, bytes, duration, percent, rate } from "#cli/show/words.ts";

interface Book {
  readonly title: string;
  readonly author: string;
  readonly year: string;
}

const BOOKS: readonly Book[] = [
  { title: "On the Electrodynamics of Moving Bodies", author: "Einstein", year: "1905" },
  { title: "Short", author: "A very long list of very many authors", year: "2020" },
];

const COLUMNS = [
  { title: "TITLE", of: ({ title }: Book) => title, least: 10 },
  { title: "AUTHOR", of: ({ author }: Book) => author, least: 8, goes: 1 },
  { title: "YEAR", of: ({ year }: Book) => year, align: "right" as const },
];

test("a table is never wider than the terminal as long as its columns can give way", () => {
  for (let width = 16; width < 100; width++) {
    const lines = table(COLUMNS, BOOKS, { width });
    expect(Math.max(...lines.map(widthOf)), `at ${width}`).toBeLessThanOrEqual(width);
  }
});

test("a table for a pipe cuts nothing", () => {
  const text = table(COLUMNS, BOOKS, { width: Number.POSITIVE_INFINITY }).join("\n");
  for (const { title, author } of BOOKS) {
    expect(text).toContain(title);
    expect(text).toContain(author);
  }
});

test("where it is narrow the column that may go is gone, and the year is whole", () => {
  const text = table(COLUMNS, BOOKS, { width: 18 }).join("\n");
  expect(text).not.toContain("AUTHOR");
  expect(text).toContain("1905");
});

test("wide characters take two columns, combining ones none, colours nothing", () => {
  expect(widthOf("数学")).toBe(4);
  expect(widthOf("e\u0301tale")).toBe(5);
  expect(widthOf("\u001b[31mred\u001b[39m")).toBe(3);
  expect(pad("数学", 6)).toBe("数学  ");
});

test("a text is cut at a width of columns, not of characters", () => {
  expect(cut("数学数学", 5)).toBe("数学…");
  expect(cut("abcdef", 4)).toBe("abc…");
  expect(cut("abcd", 4)).toBe("abcd");
  expect(cut("abcd", 0)).toBe("");
});

test("what others wrote moves no cursor and rings no bell", () => {
  expect(oneLine("evil\u001b[2J\u0007\r\ntitle\u202e!")).toBe("evil� title�!");
  expect(harmless("\u001b[2J\u001b[32mok\u001b[0m\u0007")).toBe("\u001b[32mok\u001b[0m");
});

test("words are wrapped at the width", () => {
  expect(wrap("one two three four", 9)).toEqual(["one two", "three", "four"]);
});

test("a bar is empty at the start, full at the end, and as wide in between", () => {
  expect(bar(0, 10, 8)).toBe("░░░░░░░░");
  expect(bar(10, 10, 8)).toBe("████████");
  expect(bar(0, 0, 8)).toBe("░░░░░░░░");
  for (let done = 0; done <= 100; done++) expect(widthOf(bar(done, 100, 8))).toBe(8);
});

test("a line of progress tells what is done, failed, how fast, how long, and who works", () => {
  const line = progressLine(
    { done: 68, failed: 1, total: 100, perSecond: 31.4, etaSeconds: 1.02, workers: "8 workers" },
    100,
  );
  expect(line).toMatch(/█ ?.*68\/100 {2}1 failed {2}31\.4\/s {2}ETA 1\.0 s {2}8 workers$/);
  expect(widthOf(line)).toBeLessThanOrEqual(100);
});

test("there is no rate before there are two looks", () => {
  expect(rateOver([])).toBeUndefined();
  expect(rateOver([{ at: 5, done: 3 }])).toBeUndefined();
  expect(
    rateOver([
      { at: 0, done: 0 },
      { at: 2000, done: 50 },
    ]),
  ).toBe(25);
});

const WORDS: Readonly<Record<string, readonly [string, string]>> = {
  "tenths of seconds while they matter": [duration(4.06), "4.1 s"],
  "no 60 seconds": [duration(59.7), "1 min 00 s"],
  "hours and minutes": [duration(2 * 3600 + 5 * 60), "2 h 05 min"],
  "days and hours": [duration(76 * 3600), "3 d 4 h"],
  "an age in one word": [age(3 * 60_000), "3m"],
  "bytes alone": [bytes(1), "1 byte"],
  "a small figure with a digit": [bytes(1536), "1.5 KiB"],
  "a large figure without": [bytes(310 * 1024 ** 2), "310 MiB"],
  "a fast rate": [rate(1240), "1,240/s"],
  "a slow rate by the minute": [rate(0.05), "3.0/min"],
  "no share of nothing": [percent(0, 0), "–"],
};

test.each(Object.entries(WORDS))("numbers as people read them: %s", (_, [got, wanted]) => {
  expect(got).toBe(wanted);
});

function screen(isTTY: boolean) {
  const texts: string[] = [];
  return { isTTY, columns: 40, rows: 10, texts, write: (text: string) => texts.push(text) };
}

test("for a pipe there are neither colours nor a live region", () => {
  const [out, err] = [screen(false), screen(false)];
  const terminal = new Terminal({ out, err, environment: {} });
  terminal.draw(["progress"]);
  terminal.say(terminal.paint("red", "answer"));
  expect(out.texts).toEqual(["answer\n"]);
  expect(err.texts).toEqual([]);
});

test("a line of the answer goes above the live region, which is drawn again below", () => {
  const both = screen(true);
  const terminal = new Terminal({ out: both, err: both, environment: {} });
  terminal.draw(["progress"]);
  terminal.say("answer");
  expect(both.texts.at(-2)).toBe("answer\n");
  expect(both.texts.at(-1)).toBe("progress\n");
});

test("the live region is cut at the terminal's width, so that it can be taken away again", () => {
  const err = screen(true);
  new Terminal({ out: screen(false), err, environment: {} }).draw(["x".repeat(100)]);
  expect(err.texts.join("")).toContain(`${"x".repeat(38)}…`);
});

test("the cursor comes back when the live region goes", () => {
  const err = screen(true);
  const terminal = new Terminal({ out: screen(false), err, environment: {} });
  terminal.draw(["progress"]);
  terminal.draw([]);
  expect(err.texts.join("").endsWith("\u001b[?25h")).toBe(true);
});

test("NO_COLOR is obeyed", () => {
  const terminal = new Terminal({
    out: screen(true),
    err: screen(true),
    environment: { NO_COLOR: "1" },
  });
  expect(terminal.paint("red", "x") + terminal.paintNote("red", "y")).toBe("xy");
});
