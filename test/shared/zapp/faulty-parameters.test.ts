// Parameters whose own fields do not go together, and maxima that nothing can keep.
import { anArray, aService, aWorker, aZapp, type Fields } from "./a-zapp.ts";
import { expectRefused, type Refused } from "./refused.ts";

const a = (parameter: Fields) =>
  aZapp({ parameters: { a: parameter }, services: [aService({ command: ["./go", "${a}"] })] });

const faulty: Refused = {
  "a default out of bounds": [
    a({ type: "integer", default: 9, maximum: 8 }),
    "/parameters/a/default",
    "wanted a whole number of at most 8; got 9",
  ],
  "a minimum above the maximum": [
    a({ type: "number", minimum: 2, maximum: 1 }),
    "/parameters/a/minimum",
    "at most maximum, which is 1",
  ],
  "a default that is no choice": [
    a({ type: "choice", choices: ["x", "y"], default: "z" }),
    "/parameters/a/default",
    "one of x, y",
  ],
  "a choice that is there twice": [
    a({ type: "choice", choices: ["x", "x"] }),
    "/parameters/a/choices/1",
    "there twice",
  ],
  "a default item of another type": [
    a({ type: "array", items: "integer", default: [1, "x"] }),
    "/parameters/a/default/1",
    'wanted a whole number; got "x"',
  ],
  "a pattern that is none": [
    a({ type: "string", pattern: "(" }),
    "/parameters/a/pattern",
    "can't be read as one",
  ],
  "a pattern that may take for ever": [
    a({ type: "string", pattern: "^(a+)+$" }),
    "/parameters/a/pattern",
    "could take for ever",
  ],
  "a secret with a default": [
    aZapp({ parameters: { a: { type: "string", secret: true, default: "x" } } }),
    "/parameters/a/default",
    "can't have a default",
  ],
  "a cost model of no dataset": [
    aZapp({
      parameters: { scan: { type: "string", default: "x" } },
      services: [aService({ command: ["${scan}"] })],
      costModel: {
        unit: "u",
        measured: { input: "scan", bytesPerUnit: 1 },
        stages: [{ name: "s" }],
      },
    }),
    "/costModel/measured/input",
    'no parameter of type dataset "scan"',
  ],
  "a group of two maxima": [
    aZapp({
      queues: { documents: {} },
      services: [5, 6].map((max) => aWorker({ name: `w${max}`, shareMax: { group: "all", max } })),
    }),
    "/services/1/shareMax/max",
    'the same maximum for all services of the group "all", which is 5; got 6',
  ],
  "too many instances of all services": [
    aZapp({
      services: [anArray({ count: 9_999 }), aService({ name: "x" }), aService({ name: "y" })],
    }),
    "/services",
    "at most 10000 instances of all services together; got 10001",
  ],
  "a default that the description can't run with": [
    aZapp({
      parameters: { n: { type: "integer", default: 0 } },
      services: [anArray({ count: "${n}" })],
    }),
    "/services/0/count",
    "from 1 to 10000; got 0",
  ],
};

expectRefused(faulty);
