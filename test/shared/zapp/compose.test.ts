// Frameworks: what a description becomes that uses one, and what is wrong with it otherwise.
import { expect, test } from "vitest";
import { Framework } from "#shared/zapp/framework.ts";
import { readZapp } from "#shared/zapp/read.ts";
import { validateZapp } from "#shared/zapp/validate.ts";

const frameworks = new Map([
  [
    "ranks",
    Framework.parse({
      ...{ name: "ranks", title: "Ranks", description: "" },
      parameters: {
        nodes: { type: "integer", default: 4, minimum: 1, maximum: 64 },
        perNode: { type: "integer", default: 1 },
        command: { type: "string" },
      },
      service: {
        ...{ name: "ranks", run: "gang", image: "ranks", nodes: "${nodes}" },
        ...{ ranksPerNode: "${perNode}", command: "launch ${command}" },
        environment: { A: "framework", B: "framework" },
      },
    }),
  ],
  [
    "fleet",
    Framework.parse({
      ...{ name: "fleet", title: "Fleet", description: "" },
      parameters: { workers: { type: "integer", default: 8 } },
      queues: { tasks: { lease: "30s" } },
      service: {
        ...{ name: "worker", run: "worker", queue: "tasks", image: "worker" },
        count: { max: "${workers}" },
      },
    }),
  ],
]);

const setting = {
  execution: { id: "exe_1", name: "test" },
  user: { name: "ada" },
  tenant: { name: "default" },
  frameworks,
};
const aZapp = (fields: object) => ({ version: 4, name: "user-of-it", ...fields });
const read = (fields: object, parameters: object = {}) =>
  readZapp(aZapp(fields), { ...setting, parameters });
const faultsOf = (fields: object) => validateZapp(aZapp(fields), frameworks).faults;

test("a framework alone brings its service, and offers its parameters", () => {
  const { zapp, faults } = read({ uses: { ranks: {} } }, { nodes: 2, command: "solve" });
  expect(faults).toEqual([]);
  expect(zapp?.parameters).toEqual({ nodes: 2, perNode: 1, command: "solve" });
  expect(zapp?.services[0]).toMatchObject({
    ...{ name: "ranks", run: "gang", nodes: 2, ranks: { perNode: 1 } },
    command: { kind: "shell", text: "launch solve" },
  });
  expect(zapp?.uses).toEqual({});
});

test("what the zapp fixes is not offered", () => {
  const uses = { ranks: { perNode: 2, command: "solve ${input}" } };
  const parameters = { input: { type: "string", default: "a.dat" } };
  const { zapp } = read({ uses, parameters });
  expect(zapp?.parameters).toEqual({ input: "a.dat", nodes: 4 });
  expect(zapp?.services[0]).toMatchObject({
    ...{ ranks: { perNode: 2 }, command: { text: "launch solve a.dat" } },
  });
  expect(read({ uses, parameters }, { perNode: 3 }).faults[0]?.pointer).toBe("/parameters/perNode");
});

test("a service that names it says the rest itself, and its own words go first", () => {
  const service = {
    ...{ name: "ring", run: "gang", framework: "ranks", ranks: 7, script: "ring" },
    environment: { B: "own" },
  };
  const { zapp, faults } = read({ uses: { ranks: {} }, services: [service] });
  expect(faults).toEqual([]);
  expect(zapp?.parameters).toEqual({ nodes: 4 });
  expect(zapp?.services).toHaveLength(1);
  expect(zapp?.services[0]).toMatchObject({
    ...{ name: "ring", image: "ranks", ranks: { total: 7 }, command: { kind: "script" } },
    environment: { A: "framework", B: "own" },
  });
});

test("a parameter that the zapp declares itself is its own", () => {
  const parameters = { nodes: { type: "integer", default: 2, maximum: 3 } };
  const fields = { uses: { ranks: { command: "x" } }, parameters };
  expect(read(fields).zapp?.parameters).toEqual({ nodes: 2, perNode: 1 });
  expect(read(fields, { nodes: 9 }).faults[0]?.detail).toContain("at most 3");
});

test("a framework brings the queues that its service leases from, unless the zapp has them", () => {
  expect(read({ uses: { fleet: {} } }).zapp?.queues).toMatchObject({ tasks: { leaseSeconds: 30 } });
  const own = { uses: { fleet: {} }, queues: { tasks: { lease: "90s" } } };
  expect(read(own).zapp?.queues).toMatchObject({ tasks: { leaseSeconds: 90 } });
});

const faulty: Readonly<Record<string, readonly [object, string, string]>> = {
  "a framework that is unknown": [{ uses: { rank: {} } }, "/uses/rank", "ranks"],
  "a parameter that it has not": [
    { uses: { ranks: { node: 2 } } },
    "/uses/ranks/node",
    "did you mean",
  ],
  "a value that does not fit": [
    { uses: { ranks: { nodes: 65 } } },
    "/uses/ranks/nodes",
    "from 1 to 64; got 65",
  ],
  "a service of a framework that is not used": [
    {
      uses: { ranks: {} },
      services: [{ name: "one", run: "once", image: "x", framework: "fleet" }],
    },
    "/services/0/framework",
    "under `uses`",
  ],
  "what a framework's service can't be": [
    {
      uses: { ranks: { command: "x" } },
      services: [{ name: "one", run: "once", framework: "ranks" }],
    },
    "/services/0/framework",
    "run: gang",
  ],
};

test.each(Object.entries(faulty))(
  "%s is a fault at its own place",
  (_, [fields, pointer, said]) => {
    const faults = faultsOf(fields);
    expect(faults[0]?.pointer).toBe(pointer);
    expect(faults[0]?.detail.toLowerCase()).toContain(said.toLowerCase());
  },
);

test("where no framework is known, each is a fault", () => {
  expect(validateZapp(aZapp({ uses: { ranks: {} } }), new Map()).faults).toMatchObject([
    { pointer: "/uses/ranks" },
  ]);
});
