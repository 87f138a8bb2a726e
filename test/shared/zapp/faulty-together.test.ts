import { expect, test } from "vitest";
import { validateZapp } from "#shared/zapp/validate.ts";
import {
  aGang,
  anArray,
  aQueueZapp,
  aServer,
  aService,
  aWorker,
  aZapp,
  type Fields,
  without,
} from "./a-zapp.ts";

const once = (bent: Fields, zapp: Fields = {}) => aZapp({ services: [aService(bent)], ...zapp });
const array = (bent: Fields, zapp: Fields = {}) => aZapp({ services: [anArray(bent)], ...zapp });
const gang = (bent: Fields) => aZapp({ services: [aGang(bent)] });
const two = (first: Fields, second: Fields) =>
  aZapp({ services: [aServer({ name: "one", ...first }), aService({ name: "two", ...second })] });
const routed = (routes: readonly Fields[], queues: readonly string[] = ["documents", "physics"]) =>
  aZapp({
    queues: Object.fromEntries(queues.map((name) => [name, {}])),
    services: queues.map((name) => aWorker({ name, queue: name })),
    routes,
  });
const a = (parameter: Fields) =>
  aZapp({ parameters: { a: parameter }, services: [aService({ command: ["./go", "${a}"] })] });

/** Each has one fault, which shows only when two places are seen together. */
const faulty: Record<string, [document: unknown, pointer: string, detail: string]> = {
  "two services of one name": [
    two({}, { name: "one" }),
    "/services/1/name",
    'already a service "one", at /services/0/name',
  ],
  "two ports of one number": [
    aZapp({
      services: [
        aServer({
          ports: [
            { name: "a", port: 80 },
            { name: "b", port: 80 },
          ],
        }),
      ],
    }),
    "/services/0/ports/1/port",
    "already a port 80",
  ],
  "a queue called drop": [
    aQueueZapp({ queue: "drop" }, { queues: { drop: {} } }),
    "/queues/drop",
    "means something else",
  ],
  "two parameters of one variable": [
    once(
      { command: ["${a-b}", "${a_b}"] },
      { parameters: { "a-b": { type: "string" }, a_b: { type: "string" } } },
    ),
    "/parameters/a_b",
    "both reach programs as ZOE_PARAM_A_B",
  ],
  "Zoe's own variable is set": [
    once({ environment: { ZOE_WORK_DIR: "x" } }),
    "/services/0/environment/ZOE_WORK_DIR",
    "Zoe's own",
  ],
  "a variable is set twice": [
    once({ environment: { KEY_NAME: "x" }, secrets: { KEY_NAME: "y" } }),
    "/services/0/environment/KEY_NAME",
    "already set from a secret",
  ],
  "neither image nor program": [
    aZapp({ services: [without(aService(), "program")] }),
    "/services/0",
    "`image` (for containers) or `program`",
  ],
  "command and script": [
    once({ script: "echo" }),
    "/services/0/script",
    "either `command` or `script`; got both",
  ],
  "a program without a command": [
    aZapp({ services: [without(aService(), "command")] }),
    "/services/0",
    "Wanted `command` or `script`",
  ],
  "a program outside": [
    once({ program: "../other" }),
    "/services/0/program",
    "inside the zapp's own",
  ],
  "a program at the root": [
    once({ program: "/usr/bin" }),
    "/services/0/program",
    "inside the zapp's own",
  ],
  "an input outside the work folder": [
    once({ inputs: [{ from: "upload", to: "../x" }] }),
    "/services/0/inputs/0/to",
    "below the instance's own work folder",
  ],
  "an output at the root": [
    once({ outputs: [{ path: "/tmp/*" }] }),
    "/services/0/outputs/0/path",
    'got "/tmp/*"',
  ],
  "an output to a folder": [
    once({ outputs: [{ path: "*", to: "archive" }] }),
    "/services/0/outputs/0/to",
    "`results`, or an address such as s3://bucket/folder",
  ],
  "a file outside": [
    once({ files: { "a/../../b": "x" } }),
    "/services/0/files/a~1..~1..~1b",
    "below the instance's own work folder",
  ],
  "a volume that climbs": [
    once({ volumes: [{ name: "v", path: "/data/../etc" }] }),
    "/services/0/volumes/0/path",
    "without .. in it",
  ],
  "a checkpoint at home": [
    once({ checkpoint: { path: "~/state", every: "1m" } }),
    "/services/0/checkpoint/path",
    'got "~/state"',
  ],
  "an array without a count": [
    aZapp({ services: [without(anArray(), "count")] }),
    "/services/0/count",
    "got neither",
  ],
  "an array with count and sweep": [array({ sweep: { a: [1] } }), "/services/0/count", "got both"],
  "a sweep of nothing": [
    aZapp({ services: [{ ...without(anArray(), "count"), sweep: {} }] }),
    "/services/0/sweep",
    "an empty object",
  ],
  "a sweep with an empty list": [
    aZapp({ services: [{ ...without(anArray(), "count"), sweep: { a: [1], b: [] } }] }),
    "/services/0/sweep/b",
    "Wanted at least one value",
  ],
  "a sweep with a list in a list": [
    aZapp({ services: [{ ...without(anArray(), "count"), sweep: { a: [1, [2]] } }] }),
    "/services/0/sweep/a/1",
    "got a list",
  ],
  "a sweep with a text for a list": [
    aZapp({ services: [{ ...without(anArray(), "count"), sweep: { a: "1,2" } }] }),
    "/services/0/sweep/a",
    'a list of values, or a template of one; got "1,2"',
  ],
  "a sweep of too many runs": [
    aZapp({
      services: [
        { ...without(anArray(), "count"), sweep: { a: Array(200).fill(1), b: Array(51).fill(1) } },
      ],
    }),
    "/services/0/sweep",
    "at most 10000 runs; got 200 x 51 = 10200",
  ],
  "points of different names": [
    aZapp({ services: [{ ...without(anArray(), "count"), sweep: [{ a: 1 }, { b: 1 }] }] }),
    "/services/0/sweep/1",
    "the same names as in the first object, a; got b",
  ],
  "fewer ranks than nodes": [
    gang({ ranks: 3 }),
    "/services/0/ranks",
    "at least one rank for each of the 4 nodes; got 3",
  ],
  "ranks and ranksPerNode": [
    gang({ ranks: 8, ranksPerNode: 2 }),
    "/services/0/ranksPerNode",
    "got both",
  ],
  "more workers at least than at most": [
    aQueueZapp({ count: { min: 9, max: 8 } }),
    "/services/0/count/min",
    "at most max, which is 8; got 9",
  ],
  "more essential than in all": [
    aZapp({ services: [aServer({ count: { essential: 3, total: 2 } })] }),
    "/services/0/count/essential",
    "at most total, which is 2",
  ],
  "a health check of two kinds": [
    aZapp({ services: [aServer({ health: { http: "/", port: 80, tcp: 80 } })] }),
    "/services/0/health",
    "got http and tcp",
  ],
  "a health check of no kind": [
    aZapp({ services: [aServer({ health: {} })] }),
    "/services/0/health",
    "got none",
  ],
  "an http check without a port": [
    aZapp({ services: [aServer({ health: { http: "/" } })] }),
    "/services/0/health/port",
    "it is missing",
  ],
  "a right to nothing": [
    once({ needs: [{ bucket: "inputs" }] }),
    "/services/0/needs/0",
    "{ bucket: name, access: read }",
  ],
  "a worker of an unknown queue": [
    aQueueZapp({ queue: "document" }),
    "/services/0/queue",
    'There is no queue "document"; did you mean "documents"?',
  ],
  "a worker without any queue": [
    aZapp({ services: [aWorker()] }),
    "/services/0/queue",
    "there are none here",
  ],
  "a route from an unknown queue": [
    routed([{ from: "x1", else: "physics" }]),
    "/routes/0/from",
    'no queue "x1"; there are documents, physics.',
  ],
  "a route to an unknown queue": [
    routed([{ from: "documents", by: "/topic", to: { Physics: "fysics" } }]),
    "/routes/0/to/Physics",
    'did you mean "physics"?',
  ],
  "a route with another unknown queue": [
    routed([{ from: "documents", by: "/topic", to: { Physics: "physics" }, else: "rest" }]),
    "/routes/0/else",
    'There is no queue "rest"',
  ],
  "a route that tells nothing apart": [
    routed([{ from: "documents" }]),
    "/routes/0/by",
    "Wanted `by` and `to`, or `else`",
  ],
  "a route with values but no pointer": [
    routed([{ from: "documents", to: { a: "physics" } }]),
    "/routes/0/by",
    "it is missing",
  ],
  "a route with a pointer but no values": [
    routed([{ from: "documents", by: "/a", else: "physics" }]),
    "/routes/0/to",
    "it is missing",
  ],
  "a route back to its own queue": [
    routed([{ from: "documents", else: "documents" }]),
    "/routes/0/else",
    "documents -> documents",
  ],
  "routes in a circle": [
    routed([
      { from: "documents", by: "/t", to: { "a/b": "physics" } },
      { from: "physics", else: "documents" },
    ]),
    "/routes/1/else",
    "documents -> physics -> documents",
  ],
  "after an unknown service": [
    two({}, { after: ["on"] }),
    "/services/1/after/0",
    'no service "on"; did you mean "one"?',
  ],
  "after each other": [
    two({ after: ["two"] }, { after: ["one"] }),
    "/services/1/after/0",
    "one -> two -> one",
  ],
  "after itself": [two({ after: ["one"] }, {}), "/services/0/after/0", "one -> one"],
  "after the same service twice": [
    two({}, { after: ["one", "one"] }),
    "/services/1/after/1",
    'already a mention of "one"',
  ],
  "an unknown template": [
    once({ command: ["${worker}"] }, { parameters: {} }),
    "/services/0/command/0",
    'no parameter or other name "worker"; there are execution.id',
  ],
  "a misspelt template": [
    once({ command: ["${worker} ${workers}"] }, { parameters: { workers: { type: "integer" } } }),
    "/services/0/command/0",
    'did you mean "workers"?',
  ],
  "a shell's braces in a command": [
    once({ command: "for i in 1; do echo ${i}; done" }),
    "/services/0/command",
    "Write $${i} for the characters themselves.",
  ],
  "a template that is never closed": [
    once({ command: ["${worker"] }),
    "/services/0/command/0",
    "never closed",
  ],
  "a template in a name": [
    once({ files: { "${execution.id}.txt": "x" } }),
    "/services/0/files/${execution.id}.txt",
    "in values only",
  ],
  "a secret parameter in a template": [
    once({ command: ["${key}"] }, { parameters: { key: { type: "string", secret: true } } }),
    "/services/0/command/0",
    "the program finds it in $ZOE_PARAM_KEY",
  ],
  "a sweep's value without a sweep": [
    once({ command: ["${sweep.a}"] }),
    "/services/0/command/0",
    "the service has none",
  ],
  "an unknown sweep's value": [
    aZapp({
      services: [
        { ...without(anArray(), "count"), sweep: { energy: [1] }, command: ["${sweep.enregy}"] },
      ],
    }),
    "/services/0/command/0",
    'did you mean "energy"?',
  ],
  "a sweep's value where it comes too late": [
    aZapp({
      services: [{ ...without(anArray(), "count"), sweep: { a: [1] }, image: "x:${sweep.a}" }],
    }),
    "/services/0/image",
    "it works in command, environment",
  ],
  "the address of an unknown service": [
    two({}, { command: ["${address:on}"] }),
    "/services/1/command/0",
    'did you mean "one"?',
  ],
  "an address without after": [
    two({}, { command: ["${address:one}"] }),
    "/services/1/command/0",
    "add it to `after`",
  ],
  "an address of one's own": [
    two({}, { command: ["${address:two}"] }),
    "/services/1/command/0",
    "no address of its own",
  ],
  "a password in the environment": [
    once({ environment: { DB_PASSWORD: "hunter22" } }),
    "/services/0/environment/DB_PASSWORD",
    "secrets: { DB_PASSWORD: my-secret }",
  ],
  "an access key in the environment": [
    once({ environment: { WHO: "AKIAIOSFODNN7EXAMPLE" } }),
    "/services/0/environment/WHO",
    "`zoe secret`",
  ],
  "random bytes in the environment": [
    once({ environment: { WHO: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" } }),
    "/services/0/environment/WHO",
    "looks like a key",
  ],
  "a key in a command": [
    once({ command: "curl -u ghp_0123456789abcdefghijABCDEFGHIJ456789" }),
    "/services/0/command",
    "looks like a key",
  ],
  "a model service's key in a command": [
    once({ command: "ask --key sk-proj-0123456789abcdefABCDEF" }),
    "/services/0/command",
    "looks like a key",
  ],
  "a password in an address": [
    once({ inputs: [{ from: "https://ada:secret@host/x", to: "x" }] }),
    "/services/0/inputs/0/from",
    "looks like a key",
  ],
  "a private key in a file": [
    once({ files: { id: "-----BEGIN OPENSSH PRIVATE KEY-----\nx" } }),
    "/services/0/files/id",
    "looks like a key",
  ],
  "a password in the defaults": [
    aZapp({ defaults: { environment: { API_TOKEN: "abcdef123" } } }),
    "/defaults/environment/API_TOKEN",
    "looks like a key",
  ],
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

for (const [fact, [document, pointer, detail]] of Object.entries(faulty)) {
  test(`refused: ${fact}`, () => {
    const { faults, zapp } = validateZapp(document);
    expect(faults.map((fault) => fault.pointer)).toEqual([pointer]);
    expect(faults[0]?.detail).toContain(detail);
    expect(zapp).toBe(undefined);
  });
}

test("no refusal repeats a key", () => {
  const secret = /hunter22|AKIAIOSFODNN7EXAMPLE|wJalr|ghp_|ada:secret|abcdef123/;
  const details = Object.values(faulty).flatMap(([document]) => validateZapp(document).faults);
  expect(details.filter(({ detail }) => secret.test(detail))).toEqual([]);
});
