import { expect, test } from "vitest";
import { parseYaml, withLines } from "#functions/api/yaml.ts";
import { VisibleError } from "#shared/fault.ts";

const zapp = `version: 4
name: two
x-worker: &worker
  run: worker
  idle: 20s
services:
  - <<: *worker
    name: first
    queue: a
  - name: second
    <<: [*worker]
    queue: b
    count:
      max: 8
list: [1, 2,
  3]
`;

test("anchors and merge keys are resolved", () => {
  expect(parseYaml(zapp).value).toMatchObject({
    services: [
      { run: "worker", idle: "20s", name: "first" },
      { run: "worker", idle: "20s", name: "second", count: { max: 8 } },
    ],
  });
});

const lines: Record<string, number> = {
  "": 1,
  "/name": 2,
  "/services": 6,
  "/services/0/name": 8,
  "/services/1": 10,
  "/services/1/count/max": 14,
  "/list/0": 15,
  "/list/2": 16,
};

for (const [pointer, line] of Object.entries(lines)) {
  test(`"${pointer}" stands on line ${line}`, () =>
    expect(parseYaml(zapp).lineOf(pointer)).toBe(line));
}

test("what a merge key brought stands where it was written", () => {
  expect(parseYaml(zapp).lineOf("/services/0/idle")).toBe(5);
  expect(parseYaml(zapp).lineOf("/services/1/run")).toBe(4);
});

test("what is missing is looked for where it would have to stand", () => {
  expect(parseYaml(zapp).lineOf("/services/1/count/min")).toBe(13);
  expect(parseYaml(zapp).lineOf("/nothing/here")).toBe(1);
});

test("keys with slashes and tildes are found by their escaped pointer", () => {
  expect(parseYaml("a:\n  b/c~d: 1\n").lineOf("/a/b~1c~0d")).toBe(2);
});

test("faults get their lines", () => {
  const fault = { pointer: "/services/1/queue", detail: "no" };
  expect(withLines([fault], parseYaml(zapp))).toEqual([{ ...fault, line: 12 }]);
});

test("JSON is read too, with its lines", () => {
  const json = parseYaml('{\n  "version": 4,\n  "name": "x"\n}');
  expect(json.value).toEqual({ version: 4, name: "x" });
  expect(json.lineOf("/name")).toBe(3);
});

test("no, on and dates are plain texts", () => {
  expect(parseYaml("a: no\nb: on\nc: 2026-01-01\nd: 010").value).toEqual({
    a: "no",
    b: "on",
    c: "2026-01-01",
    d: 10,
  });
});

test("__proto__ is a key like any other", () => {
  const { value } = parseYaml("__proto__: { polluted: true }");
  expect(Object.hasOwn(value as object, "__proto__")).toBe(true);
  expect(({} as Record<string, unknown>).polluted).toBe(undefined);
});

const bomb = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
  .concat(
    [..."bcdefgh"].map(
      (name, n) => `${name}: &${name} [${Array(10).fill(`*${"abcdefgh"[n]}`).join(", ")}]`,
    ),
  )
  .join("\n");

const unreadable: Record<string, [text: string, detail: RegExp, line?: number]> = {
  "a key that is there twice": ["a: 1\nb: 2\na: 3", /unique/i, 3],
  "a tab for indentation": ["a:\n\tb: 1", /tab/i, 2],
  "a bracket that is never closed": ["a: [1, 2\nb: 3", /flow/i, 2],
  "two documents": ["a: 1\n---\nb: 2", /second one begins/, 2],
  "an empty text": ["", /empty text/],
  "an alias without its anchor": ["a: 1\nb: *nowhere", /nowhere/, 2],
  "a tag that nobody knows": ["a: !secret x", /tag/i, 1],
  "an alias bomb": [bomb, /aliases repeat/],
};

for (const [what, [text, detail, line]] of Object.entries(unreadable)) {
  test(`${what} is refused with its reason`, () => {
    const error = thrownBy(() => parseYaml(text));
    expect(error.code).toBe("invalid");
    expect(error.faults[0]?.detail).toMatch(detail);
    expect(error.faults[0]?.line).toBe(line);
  });
}

test("nesting without end is refused, wherever the parser gives up", () => {
  const error = thrownBy(() => parseYaml("[".repeat(30_000)));
  expect([error.code, error.message]).toEqual([
    "invalid",
    "The YAML can't be read: The YAML is nested too deeply to be read.",
  ]);
});

test("all that is unreadable is told at once", () => {
  expect(
    thrownBy(() => parseYaml("a: 1\na: 2\nb: 1\nb: 2")).faults.map((fault) => fault.line),
  ).toEqual([2, 4]);
});

test("a text above the limit is refused before it is read", () => {
  const error = thrownBy(() => parseYaml(`a: ${"x".repeat(65_536)}`));
  expect([error.code, error.message]).toEqual([
    "tooLarge",
    "Wanted at most 65536 bytes of YAML; got 65539.",
  ]);
});

function thrownBy(act: () => unknown): VisibleError {
  try {
    act();
  } catch (error) {
    if (error instanceof VisibleError) return error;
    throw error;
  }
  throw new Error("Nothing was thrown.");
}
