import fc from "fast-check";
import { expect, test } from "vitest";
import {
  checkParameters,
  parameterEnvironment,
  parameterFromText,
} from "#shared/zapp/parameters.ts";
import type { WrittenParameter } from "#shared/zapp/written-parameter.ts";

const declared: Record<string, WrittenParameter> = {
  workers: {
    type: "integer",
    default: 8,
    minimum: 1,
    maximum: 1000,
    description: "Most workers at once",
  },
  ratio: { type: "number", default: 0.5 },
  title: { type: "string", default: "x", pattern: "^[a-z]+$", maxLength: 5 },
  fast: { type: "boolean", default: false },
  topic: { type: "choice", choices: ["physics", 7], default: "physics" },
  macros: { type: "array", default: ["a"], minItems: 1, maxItems: 3 },
  sizes: { type: "array", items: "integer", default: [1] },
  points: { type: "array", items: "object", default: [{ x: 1 }] },
  scan: { type: "dataset", default: "head" },
  key: { type: "string", secret: true, minLength: 4 },
  name: { type: "string", description: "Who it is for" },
};
const given = { key: "abcd", name: "ada" };

test("defaults stand for what is not given, and secrets are kept apart", () => {
  expect(checkParameters({ parameters: declared }, { ...given, workers: 3 })).toEqual({
    faults: [],
    values: {
      workers: 3,
      ratio: 0.5,
      title: "x",
      fast: false,
      topic: "physics",
      macros: ["a"],
      sizes: [1],
      points: [{ x: 1 }],
      scan: "head",
      name: "ada",
    },
    secrets: { key: "abcd" },
  });
});

const wrong: Record<string, [given: object, pointer: string, detail: string]> = {
  "a text for a whole number": [
    { workers: "8" },
    "/parameters/workers",
    'Wanted a whole number from 1 to 1000; got "8".',
  ],
  "a fraction for a whole number": [{ workers: 1.5 }, "/parameters/workers", "got 1.5."],
  "a number below the minimum": [{ workers: 0 }, "/parameters/workers", "from 1 to 1000; got 0."],
  "null for a number": [{ ratio: null }, "/parameters/ratio", "Wanted a number; got null."],
  "a text that does not match": [{ title: "ABC" }, "/parameters/title", "that matches ^[a-z]+$"],
  "a text that is too long": [{ title: "abcdef" }, "/parameters/title", "of at most 5 characters"],
  "a text for true": [{ fast: "true" }, "/parameters/fast", 'Wanted true or false; got "true".'],
  "a choice that is none": [
    { topic: "7" },
    "/parameters/topic",
    'Wanted one of physics, 7; got "7".',
  ],
  "a text for a list": [{ macros: "a,b" }, "/parameters/macros", "a list of texts, 1 to 3 of them"],
  "too many items": [
    { macros: ["a", "b", "c", "d"] },
    "/parameters/macros",
    "1 to 3 of them; got 4.",
  ],
  "an item of another type": [
    { sizes: [1, "2"] },
    "/parameters/sizes/1",
    'Wanted a whole number; got "2".',
  ],
  "a point that is nested": [
    { points: [{ x: [1] }] },
    "/parameters/points/0",
    "an object of texts and numbers",
  ],
  "an empty dataset": [{ scan: "" }, "/parameters/scan", "the name of a dataset"],
  "an unknown parameter": [
    { worker: 3 },
    "/parameters/worker",
    'no parameter "worker"; did you mean "workers"?',
  ],
  "a name that objects inherit": [
    { constructor: 1 },
    "/parameters/constructor",
    'no parameter "constructor"',
  ],
};

for (const [fact, [bent, pointer, detail]] of Object.entries(wrong)) {
  test(`refused: ${fact}`, () => {
    const { faults } = checkParameters({ parameters: declared }, { ...given, ...bent });
    expect(faults.map((fault) => fault.pointer)).toEqual([pointer]);
    expect(faults[0]?.detail).toContain(detail);
  });
}

test("all that is wrong is told at once, what is missing with its meaning", () => {
  const { faults, values } = checkParameters(
    { parameters: declared },
    { key: "abc", workers: 0, x: 1 },
  );
  expect(faults).toEqual([
    { pointer: "/parameters/x", detail: expect.stringContaining("has no parameter") },
    { pointer: "/parameters/workers", detail: expect.stringContaining("got 0") },
    {
      pointer: "/parameters/key",
      detail: "Wanted a text of at least 4 characters; got something else.",
    },
    {
      pointer: "/parameters/name",
      detail: "Wanted a text (Who it is for); it is missing, and has no default.",
    },
  ]);
  expect(values).not.toHaveProperty("workers");
});

const wanted: [parameter: WrittenParameter, value: unknown, detail: string][] = [
  [{ type: "number", minimum: 2 }, 1, "Wanted a number of at least 2; got 1."],
  [{ type: "number", maximum: 2 }, 3, "Wanted a number of at most 2; got 3."],
  [{ type: "number" }, Number.POSITIVE_INFINITY, "Wanted a number; got Infinity."],
  [{ type: "string", minLength: 2 }, "a", 'Wanted a text of at least 2 characters; got "a".'],
  [
    { type: "string", minLength: 2, maxLength: 3 },
    "a",
    'Wanted a text of 2 to 3 characters; got "a".',
  ],
  [
    { type: "dataset" },
    "x".repeat(1001),
    `Wanted the name of a dataset; got "${"x".repeat(56)}...`,
  ],
];

for (const [parameter, value, detail] of wanted) {
  test(`said of ${parameter.type}: ${detail}`, () => {
    const { faults } = checkParameters({ parameters: { p: parameter } }, { p: value });
    expect(faults[0]?.detail.startsWith(detail)).toBe(true);
  });
}

test("bounds belong to what they bound", () => {
  const edges: [WrittenParameter, unknown][] = [
    [{ type: "number", minimum: 2, maximum: 2 }, 2],
    [{ type: "string", minLength: 2, maxLength: 2 }, "ab"],
    [{ type: "dataset" }, "x".repeat(1000)],
    [{ type: "string", pattern: "^x*$" }, "x".repeat(200)],
    [{ type: "array", minItems: 1, maxItems: 1 }, ["a"]],
  ];
  const faults = edges.flatMap(
    ([p, value]) => checkParameters({ parameters: { p } }, { p: value }).faults,
  );
  expect(faults).toEqual([]);
});

test("parameters that are no object are refused as a whole", () => {
  expect(checkParameters({ parameters: declared }, [1]).faults).toEqual([
    { pointer: "/parameters", detail: "Wanted an object with the parameters' values; got a list." },
  ]);
});

const typed: [parameter: WrittenParameter, text: string | string[], value: unknown][] = [
  [{ type: "integer" }, "8", 8],
  [{ type: "integer" }, "1e3", 1000],
  [{ type: "integer" }, "eight", "eight"],
  [{ type: "integer" }, "", ""],
  [{ type: "integer" }, "0x10", "0x10"],
  [{ type: "number" }, "-2.5", -2.5],
  [{ type: "boolean" }, "yes", true],
  [{ type: "boolean" }, "False", false],
  [{ type: "boolean" }, "maybe", "maybe"],
  [{ type: "string" }, "8", "8"],
  [{ type: "choice", choices: ["a", 7] }, "7", 7],
  [{ type: "array" }, "a, b,c", ["a", "b", "c"]],
  [{ type: "array" }, "a,b\nc d\n", ["a,b", "c d"]],
  [{ type: "array" }, ["a,b", "c"], ["a,b", "c"]],
  [{ type: "array", items: "integer" }, "1,2,x", [1, 2, "x"]],
  [{ type: "array", items: "number" }, "[1.5, 2]", [1.5, 2]],
  [{ type: "array", items: "object" }, '[{"x": 1}]', [{ x: 1 }]],
  [{ type: "array", items: "object" }, ['{"x": 1}', '{"x": 2}'], [{ x: 1 }, { x: 2 }]],
  [{ type: "dataset" }, "head", "head"],
];

for (const [parameter, text, value] of typed) {
  test(`typed as ${parameter.type}, ${JSON.stringify(text)} is ${JSON.stringify(value)}`, () => {
    expect(parameterFromText(parameter, text)).toEqual(value);
  });
}

test("every number comes back from its text", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
      expect(parameterFromText({ type: "number" }, String(number)) === number).toBe(true);
    }),
  );
});

test("programs find parameters in capitals, lists as JSON", () => {
  expect(parameterEnvironment({ "dry-run": true, maxTasks: 3, macros: ["a", "b"] })).toEqual({
    ZOE_PARAM_DRY_RUN: "true",
    ZOE_PARAM_MAXTASKS: "3",
    ZOE_PARAM_MACROS: '["a","b"]',
  });
});
