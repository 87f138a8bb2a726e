// What the demo makes of results: a verdict on every document, wrong ones first, and how often they are right.
import { expect, test } from "vitest";
import { baselinesIn } from "#cli/demo/documents.ts";
import { readDemoOptions } from "#cli/demo/options.ts";
import { showScores, showVerdicts } from "#cli/demo/picture.ts";
import { scoresOf, type Verdict, verdictsOf, wrongFirst } from "#cli/demo/verdicts.ts";
import { Terminal } from "#cli/show/terminal.ts";
import type { ResultAnswer } from "#shared/api/queue.ts";

const documents = ["a", "b", "c"].map((id, at) => ({
  value: { id, title: `Title ${id}` },
  line: at + 1,
}));

function aResult(task: string, bent: Partial<ResultAnswer> = {}): ResultAnswer {
  const result = { id: task, answer: "physics", predicted: "physics" };
  return {
    queue: "documents",
    task,
    ok: true,
    attempts: 1,
    worker: "classifier-0.1",
    at: 1,
    result,
    ...bent,
  };
}

test("a document without a result, and one that failed, are told so", () => {
  const failed = aResult("b", { ok: false, error: "unreadable", result: undefined });
  const [good, bad, missing] = verdictsOf(documents, [aResult("a"), failed]);
  expect(good).toEqual({
    title: "Title a",
    worker: "classifier-0",
    answer: "physics",
    predicted: "physics",
  });
  expect(bad?.error).toBe("unreadable");
  expect(missing?.error).toBe("There is no result.");
});

test("what a later queue says of a document is laid over what an earlier one said", () => {
  const later = aResult("f00", {
    ...{ queue: "physics", worker: "physics-1.1" },
    result: { id: "a", subtopic: "quantum physics" },
  });
  const [verdict] = verdictsOf(documents, [aResult("a"), later]);
  expect(verdict).toMatchObject({
    worker: "physics-1",
    predicted: "physics",
    subtopic: "quantum physics",
  });
});

const aVerdict = (answer: string | undefined, predicted: string, error?: string): Verdict => ({
  ...{ title: `${answer} as ${predicted}`, worker: "w-0", predicted },
  ...(answer !== undefined && { answer }),
  ...(error !== undefined && { error }),
});

test("failed ones stand first, then wrong ones, then the others; each by topic", () => {
  const sorted = wrongFirst([
    aVerdict("physics", "physics"),
    aVerdict("biology", "biology"),
    aVerdict("physics", "biology"),
    aVerdict("biology", "physics"),
    aVerdict("biology", "", "failed"),
  ]);
  expect(sorted.map(({ title }) => title)).toEqual([
    "biology as ",
    "biology as physics",
    "physics as biology",
    "biology as biology",
    "physics as physics",
  ]);
});

test("accuracy is of those whose answer is known, over all and by topic", () => {
  const verdicts = [
    aVerdict("b", "b"),
    aVerdict("a", "a"),
    aVerdict("a", "b"),
    aVerdict(undefined, "a"),
  ];
  expect(scoresOf(verdicts)).toEqual([
    { name: "overall", right: 2, of: 3 },
    { name: "a", right: 1, of: 2 },
    { name: "b", right: 1, of: 1 },
  ]);
  expect(scoresOf([aVerdict(undefined, "a")])).toEqual([]);
});

test("baselines are read from what the classifier's own tool prints", () => {
  const text =
    "accuracy on main topics   92.0 %  92 of 100\nbaseline: counting keywords    59.0 %       59 of 100\n";
  expect(baselinesIn(text)).toEqual([{ name: "counting keywords", right: 59, of: 100 }]);
});

function shown(height: number | undefined, show: (terminal: Terminal) => void): string[] {
  let text = "";
  const write = (part: string) => {
    text += part;
  };
  const out = { isTTY: height !== undefined, columns: 90, ...(height && { rows: height }), write };
  show(new Terminal({ out, err: { write }, environment: { NO_COLOR: "1" } }));
  return text.split("\n");
}

const many = [
  ...Array.from({ length: 8 }, (_, n) => aVerdict("a", "b", n === 0 ? "it broke" : undefined)),
  ...Array.from({ length: 92 }, (_, n) => aVerdict(`topic ${n % 5}`, `topic ${n % 5}`)),
];

test("on a terminal all wrong ones are shown and some right ones of every topic; a pipe gets all", () => {
  const rows = shown(45, (terminal) => showVerdicts(terminal, many, false));
  expect(rows.filter((row) => row.startsWith("✗"))).toHaveLength(8);
  expect(rows.filter((row) => row.startsWith("✓"))).toHaveLength(19);
  for (const topic of [0, 1, 2, 3, 4]) expect(rows.join("\n")).toContain(`topic ${topic}`);
  expect(rows.join("\n")).toMatch(/and 73 more, none of them wrong/);
  for (const row of rows) expect(row.length).toBeLessThanOrEqual(90);
  const all = (height?: number) =>
    shown(height, (terminal) => showVerdicts(terminal, many, height !== undefined));
  for (const whole of [all(), all(45)])
    expect(whole.filter((row) => /^[✓✗] /.test(row))).toHaveLength(100);
});

test("scores stand beside the baselines, each with its bar", () => {
  const overall = { name: "overall", right: 92, of: 100 };
  const baseline = { name: "counting keywords", right: 50, of: 100 };
  const rows = shown(undefined, (terminal) => showScores(terminal, [overall], [baseline]));
  expect(rows.join("\n")).toMatch(
    /overall +92\.0 % +92 of 100 +█+[\s\S]*baseline: counting keywords +50\.0 % +50 of 100/,
  );
});

test("the flags of the demo are read, wrong ones told", () => {
  expect(readDemoOptions([])).toMatchObject({
    zapp: "document-classifier",
    workers: 8,
    isKept: false,
  });
  expect(readDemoOptions(["--workers", "3", "--keep"])).toMatchObject({ workers: 3, isKept: true });
  expect(readDemoOptions(["-h"])).toMatchObject({ kind: "help" });
  expect(() => readDemoOptions(["--workers", "none"])).toThrow(/a number for --workers/);
  expect(() => readDemoOptions(["--nonsense"])).toThrow(/--help/);
});
