// What is refused only when the parameters are known.
import { expect, test } from "vitest";
import { expandZapp } from "#shared/zapp/expand.ts";
import { readZapp } from "#shared/zapp/read.ts";
import { validateZapp } from "#shared/zapp/validate.ts";
import { anArray, aService, aZapp, type Fields, setting } from "./a-zapp.ts";

const once = (bent: Fields, zapp: Fields = {}) => aZapp({ services: [aService(bent)], ...zapp });
const parameters = { x: { type: "string" }, n: { type: "integer" }, list: { type: "array" } };
const wrong: Record<string, [bent: Fields, given: Fields, pointer: string, detail: string]> = {
  "a template for a number can't be given as one": [
    { resources: { cpu: "${x}" } },
    { x: "${n}" },
    "/services/0/resources/cpu",
    'got "${n}"',
  ],
  "a duration without a unit": [
    { maxTime: "${n}" },
    { n: 60 },
    "/services/0/maxTime",
    "the bare number 60",
  ],
  "a number out of range": [
    { resources: { gpu: "${n}" } },
    { n: 65 },
    "/services/0/resources/gpu",
    "from 0 to 64; got 65",
  ],
  "a choice that is none": [
    { capacity: "${x}" },
    { x: "cheap" },
    "/services/0/capacity",
    "spot, on-demand, filler",
  ],
  "a list inside a text": [
    { command: ["--all=${list}"] },
    { list: ["a"] },
    "/services/0/command/0",
    "can only stand alone",
  ],
  "a list for a word": [
    { command: ["${list}"] },
    { list: ["a"] },
    "/services/0/command/0",
    "got a list",
  ],
  "a program outside": [
    { program: "${x}" },
    { x: "../.." },
    "/services/0/program",
    "inside the zapp's own",
  ],
  "a key given as a plain parameter": [
    { environment: { WHO: "${x}" } },
    { x: "AKIAIOSFODNN7EXAMPLE" },
    "/services/0/environment/WHO",
    "looks like a key",
  ],
};

for (const [fact, [bent, given, pointer, detail]] of Object.entries(wrong)) {
  test(`with its parameters refused: ${fact}`, () => {
    const { zapp } = validateZapp(once(bent, { parameters }));
    const all = { x: "x", n: 1, list: [], ...given };
    const { faults } = expandZapp(zapp as never, { ...setting, parameters: all });
    expect(faults.map((fault) => fault.pointer)).toEqual([pointer]);
    expect(faults[0]?.detail).toContain(detail);
  });
}

test("too many runs of a sweep are refused when its lists are known", () => {
  const { run, program, command } = anArray();
  const document = aZapp({
    parameters: { a: { type: "array", items: "integer" } },
    services: [{ name: "a", run, program, command, sweep: { a: "${a}", b: "${a}" } }],
  });
  const { faults } = readZapp(document, {
    ...setting,
    parameters: { a: Array.from({ length: 101 }, (_, n) => n) },
  });
  expect(faults).toEqual([
    { pointer: "/services/0/sweep", detail: "Wanted at most 10000 runs; got 101 x 101 = 10201." },
  ]);
});

test("a sweep's value that the given points lack is refused", () => {
  const { run, program } = anArray();
  const document = aZapp({
    parameters: { points: { type: "array", items: "object" } },
    services: [{ name: "a", run, program, command: ["${sweep.energy}"], sweep: "${points}" }],
  });
  const { faults } = readZapp(document, { ...setting, parameters: { points: [{ enrgy: 1 }] } });
  expect(faults).toEqual([
    {
      pointer: "/services/0/command/0",
      detail: 'The sweep has no "energy"; did you mean "enrgy"?',
    },
  ]);
});

test("parameters that make a description too large are refused", () => {
  const list = Array.from({ length: 10_000 }, (_, n) => `a rather long file name, number ${n}`);
  const document = aZapp({ parameters: { x: { type: "array" } } });
  const { faults } = readZapp(document, { ...setting, parameters: { x: list } });
  expect(faults[0]?.detail).toContain("Give long lists as a dataset or as tasks.");
});
