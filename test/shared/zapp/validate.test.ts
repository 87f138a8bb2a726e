import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseYaml, withLines } from "#functions/api/yaml.ts";
import { validateZapp } from "#shared/zapp/validate.ts";
import { aGang, anArray, aQueueZapp, aServer, aService, aWorker, aZapp } from "./a-zapp.ts";

/** The example of the format's page. */
const classifier = `
version: 4
name: document-classifier            # 3-64 of a-z 0-9 -, unique in the catalogue
title: Document classifier
description: Sorts scientific abstracts into topics.

parameters:                          # the web form and the command line's help come from it
  workers: { type: integer, default: 8, minimum: 1, maximum: 1000, description: Most workers at once }

queues:
  documents: { lease: 60s, maxAttempts: 3 }

services:
  - name: classifier
    run: worker                      # once | array | gang | worker | forever
    queue: documents                 # where it leases from
    image: zoe/document-classifier
    program: .
    command: [node, worker.ts]
    count: { min: 0, max: "\${workers}" }
    backlogPerWorker: 50
    idle: 20s
    resources: { cpu: 0.25, memory: 512MiB }
    capacity: spot
`;

test("the example of the format's page is valid, without a warning", () => {
  const { zapp, faults, warnings } = validateZapp(parseYaml(classifier).value);
  expect({ faults, warnings }).toEqual({ faults: [], warnings: [] });
  expect(zapp?.services?.[0]).toMatchObject({
    run: "worker",
    count: { min: 0, max: "${workers}" },
  });
});

test("all faults are told at once, in the order of the text, each with its line", () => {
  const text = readFileSync("test/shared/zapp/many-faults.yaml", "utf8");
  const yaml = parseYaml(text);
  const { faults } = validateZapp(yaml.value);
  const marked = text
    .split("\n")
    .flatMap((line, index) => (line.includes("# wrong") ? [index + 1] : []));
  expect(withLines(faults, yaml).map((fault) => fault.line)).toEqual(marked);
});

test("a fault of the shape hides none of the references", () => {
  const zapp = aQueueZapp({ queue: "document", unknown: 1, after: ["nobody"] }, { name: "X" });
  expect(validateZapp(zapp).faults.map(({ pointer }) => pointer)).toEqual([
    "/name",
    "/services/0/queue",
    "/services/0/unknown",
    "/services/0/after/0",
  ]);
});

test("a fault that defaults bring is told once, where it was written", () => {
  const services = [aService({ name: "a" }), aService({ name: "b" })];
  const zapp = aZapp({
    services,
    defaults: { environment: { X: "${nobody}" }, retry: { attempts: 0 } },
  });
  expect(validateZapp(zapp).faults.map(({ pointer }) => pointer)).toEqual([
    "/defaults/environment/X",
    "/defaults/retry/attempts",
  ]);
});

test("of thousands of faults the first 200 are told", () => {
  const fields = Object.fromEntries(Array.from({ length: 3000 }, (_, n) => [`field-${n}`, 1]));
  const { faults } = validateZapp(aZapp(fields));
  expect([faults.length, faults[0]?.pointer, faults[199]?.pointer]).toEqual([
    200,
    "/field-0",
    "/field-199",
  ]);
});

test("names that no check expects break none", () => {
  const odd = { toString: 1, valueOf: 1 };
  const zapp = aZapp({
    parameters: { "a(": { type: "string" } },
    queues: { documents: {} },
    services: [
      aWorker({
        queue: odd,
        shareMax: { group: odd, max: 1 },
        ports: [{ name: odd }, { name: odd }],
      }),
      { ...aService(), script: "echo ${a(}", after: [odd, odd] },
    ],
    routes: [{ from: odd, else: odd }, odd, 5],
  });
  expect(validateZapp(zapp).faults.length).toBeGreaterThan(5);
});

test("what objects inherit is no name of theirs", () => {
  const zapp = aZapp({
    queues: { constructor: {} },
    services: [aWorker({ queue: "constructor" }), aService({ command: ["${toString}"] })],
  });
  expect(validateZapp(zapp).faults.map(({ pointer }) => pointer)).toEqual([
    "/services/1/command/0",
  ]);
});

const warned: Record<string, [document: unknown, pointer: string, detail: string]> = {
  "a queue that nobody empties": [
    aQueueZapp({}, { queues: { documents: {}, spare: {} } }),
    "/queues/spare",
    "it has no effect",
  ],
  "a routed queue that nobody empties": [
    aQueueZapp(
      {},
      { queues: { documents: {}, spare: {} }, routes: [{ from: "documents", else: "spare" }] },
    ),
    "/queues/spare",
    "never done",
  ],
  "a parameter that nothing uses": [
    aZapp({ parameters: { n: { type: "integer" } } }),
    "/parameters/n",
    "no template ${n}, no script $ZOE_PARAM_N",
  ],
  "a parameter whose variable only begins another's": [
    aZapp({
      parameters: { n: { type: "integer" }, name: { type: "string" } },
      services: [{ name: "s", run: "once", program: ".", script: "echo $ZOE_PARAM_NAME" }],
    }),
    "/parameters/n",
    "Nothing here uses",
  ],
  "a template in a script": [
    aZapp({
      parameters: { n: { type: "integer" } },
      services: [{ name: "s", run: "once", program: ".", script: "echo ${n} $ZOE_PARAM_N" }],
    }),
    "/services/0/script",
    "The parameter is $ZOE_PARAM_N.",
  ],
  "more at once than there are": [
    aZapp({ services: [anArray({ atOnce: 4 })] }),
    "/services/0/atOnce",
    "no effect on 4 copies",
  ],
  "a lost node of one": [
    aZapp({ services: [aGang({ nodes: 1, onLostNode: "fail" })] }),
    "/services/0/onLostNode",
    "one node",
  ],
  "data dealt out to nobody": [
    aZapp({ services: [aService({ inputs: [{ from: "upload", to: "x", shardBy: "rank" }] })] }),
    "/services/0/inputs/0/shardBy",
    "only a gang has ranks",
  ],
  "a retry of one attempt": [
    aZapp({ services: [aService({ retry: { attempts: 1, backoff: "5s" } })] }),
    "/services/0/retry/backoff",
    "no effect with attempts: 1",
  ],
  "a group of one": [
    aQueueZapp({ shareMax: { group: "all", max: 3 } }),
    "/services/0/shareMax",
    'No other service is in the group "all"',
  ],
  "an idle limit without people": [
    aZapp({ idle: { after: "3h" } }),
    "/idle",
    "no service has run: forever",
  ],
};

for (const [fact, [document, pointer, detail]] of Object.entries(warned)) {
  test(`warned of: ${fact}`, () => {
    const { faults, warnings, zapp } = validateZapp(document);
    expect(faults).toEqual([]);
    expect(warnings.map((warning) => warning.pointer)).toEqual([pointer]);
    expect(warnings[0]?.detail).toContain(detail);
    expect(zapp).not.toBe(undefined);
  });
}

const plain: Record<string, unknown> = {
  "a parameter that a script reads": aZapp({
    parameters: { n: { type: "integer" } },
    services: [{ name: "s", run: "once", program: ".", script: 'echo "${ZOE_PARAM_N:-1}"' }],
  }),
  "a secret parameter, which no template may use": aZapp({
    parameters: { key: { type: "string", secret: true } },
  }),
  "a token made of the execution's id": aZapp({
    services: [aService({ environment: { CLUSTER_TOKEN: "${execution.id}" } })],
  }),
  "a file that holds a password's path": aZapp({
    services: [
      aService({ environment: { PASSWORD_FILE: "secrets/db.txt", TOKEN_TTL: "3600000" } }),
    ],
  }),
  "long paths and digests": aZapp({
    services: [
      aService({
        environment: { DATA: "/data/Geant4/11.2/share/Cross-Sections/EPDL97", SHA: "a".repeat(64) },
      }),
    ],
  }),
  "a chain of addresses": aZapp({
    services: [
      aServer({ name: "db" }),
      aServer({ name: "api", after: ["db"] }),
      aService({
        name: "job",
        after: ["api"],
        command: ["./go", "${address:db}", "${address:api}"],
      }),
    ],
  }),
  "names that only begin like keys": aZapp({
    services: [aService({ command: "pip install sk-learn-contrib-pipelines-2 task-queue" })],
  }),
  "a framework alone": { version: 4, name: "mpi-ring", uses: { openmpi: { ranksPerNode: 2 } } },
  "numbers and booleans in commands and environment": aZapp({
    services: [aService({ command: ["sleep", 5, true], environment: { N: 5, DEBUG: false } })],
  }),
};

for (const [fact, document] of Object.entries(plain)) {
  test(`neither refused nor warned of: ${fact}`, () => {
    const { faults, warnings } = validateZapp(document);
    expect({ faults, warnings }).toEqual({ faults: [], warnings: [] });
  });
}
