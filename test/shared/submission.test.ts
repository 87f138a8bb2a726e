import { expect, test } from "vitest";
import { readSubmission, readSubmissions } from "#shared/submission.ts";
import { aService, aZapp } from "#test/shared/zapp/a-zapp.ts";

test("a submission by name gets what it does not say", () => {
  expect(readSubmission({ zapp: "hello" })).toEqual({
    faults: [],
    submission: { zapp: "hello", parameters: {}, labels: {}, priority: 50 },
  });
});

test("a submission says all that belongs to one run", () => {
  const written = {
    description: aZapp({
      parameters: { n: { type: "integer" } },
      services: [aService({ command: ["${n}"] })],
    }),
    parameters: { n: 3 },
    name: "first try",
    labels: { "project/a": "b c" },
    priority: 100,
    deadline: "2026-03-01T12:00:00+01:00",
    maxCostUsd: 9.5,
    maxTime: "2h",
  };
  const { description, parameters, name, labels } = written;
  expect(readSubmission(written).submission).toEqual({
    ...{ description, parameters, name, labels, priority: 100, maxCostUsd: 9.5 },
    deadline: { kind: "at", at: 1_772_362_800_000 },
    maxTimeSeconds: 7200,
  });
});

test("a deadline may be so long from now", () => {
  expect(readSubmission({ zapp: "hello", deadline: "10m" }).submission?.deadline).toEqual({
    kind: "within",
    seconds: 600,
  });
});

const wrong: Record<string, [bent: unknown, pointer: string, detail: string]> = {
  "a list for one submission": [[], "", "a submission, an object with zapp, description"],
  "neither zapp nor description": [{}, "", "got neither"],
  "zapp and description": [{ zapp: "hello", description: aZapp() }, "", "got both"],
  "a zapp that can't be a name": [{ zapp: "Hello" }, "/zapp", "lowercase letters"],
  "an unknown field": [
    { zapp: "hello", parameter: {} },
    "/parameter",
    'did you mean "parameters"?',
  ],
  "parameters that are a list": [{ zapp: "hello", parameters: [] }, "/parameters", "an empty list"],
  "an empty name": [{ zapp: "hello", name: "" }, "/name", "1 to 100 characters"],
  "a name of two lines": [{ zapp: "hello", name: "a\nb" }, "/name", "in one line"],
  "a label's name with a space": [
    { zapp: "hello", labels: { "a b": "c" } },
    "/labels/a b",
    "letters, digits and . _ / -",
  ],
  "a label that is a number": [{ zapp: "hello", labels: { a: 1 } }, "/labels/a", "got 1"],
  "21 labels": [
    {
      zapp: "hello",
      labels: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`l${n}`, "x"])),
    },
    "/labels",
    "at most 20 of them; got 21",
  ],
  "a priority of 101": [{ zapp: "hello", priority: 101 }, "/priority", "from 0 to 100; got 101"],
  "a priority in words": [{ zapp: "hello", priority: "high" }, "/priority", 'got "high"'],
  "a deadline in words": [
    { zapp: "hello", deadline: "tomorrow" },
    "/deadline",
    "or a duration from now such as 10m",
  ],
  "a deadline without a time zone": [
    { zapp: "hello", deadline: "2026-03-01T12:00:00" },
    "/deadline",
    "2026-03-01T12:00:00Z",
  ],
  "a deadline of now": [{ zapp: "hello", deadline: "0s" }, "/deadline", 'got "0s"'],
  "a cost of nothing": [{ zapp: "hello", maxCostUsd: 0 }, "/maxCostUsd", "a number above 0; got 0"],
  "a time limit as a number": [{ zapp: "hello", maxTime: 60 }, "/maxTime", "the bare number 60"],
};

for (const [fact, [written, pointer, detail]] of Object.entries(wrong)) {
  test(`refused: ${fact}`, () => {
    const { faults, submission } = readSubmission(written);
    expect(faults.map((fault) => fault.pointer)).toEqual([pointer]);
    expect(faults[0]?.detail).toContain(detail);
    expect(submission).toBe(undefined);
  });
}

test("what is wrong with the submission and its description is told at once, where it was sent", () => {
  const description = aZapp({ services: [aService({ maxTime: 5 })] });
  const { faults } = readSubmission({ description, priority: -1 });
  expect(faults.map(({ pointer }) => pointer)).toEqual([
    "/description/services/0/maxTime",
    "/priority",
  ]);
});

test("parameters of an ad hoc description are checked with it", () => {
  const description = aZapp({
    parameters: { n: { type: "integer" } },
    services: [aService({ command: ["${n}"] })],
  });
  const { faults } = readSubmission({ description, parameters: { n: "x" }, name: "" });
  expect(faults.map(({ pointer }) => pointer)).toEqual(["/parameters/n", "/name"]);
});

test("each of a list is read by itself", () => {
  const read = readSubmissions([{ zapp: "hello" }, { zapp: "X" }]);
  expect("length" in read && read.map(({ faults }) => faults.length)).toEqual([0, 1]);
});

test("a list of more than 1,000 is refused", () => {
  const refusal = { pointer: "", detail: "Wanted 1 to 1000 submissions in one list; got 1001." };
  expect(readSubmissions(Array(1001).fill({ zapp: "hello" }))).toEqual(refusal);
  expect(readSubmissions([])).toMatchObject({ detail: expect.stringContaining("got 0") });
});
