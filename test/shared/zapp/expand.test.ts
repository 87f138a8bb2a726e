import { expect, test } from "vitest";
import { expandZapp } from "#shared/zapp/expand.ts";
import { readZapp } from "#shared/zapp/read.ts";
import { validateZapp } from "#shared/zapp/validate.ts";
import { Zapp } from "#shared/zapp.ts";
import {
  aGang,
  anArray,
  aQueueZapp,
  aServer,
  aService,
  aZapp,
  type Fields,
  setting,
  without,
} from "./a-zapp.ts";

function expanded(document: unknown, parameters: Fields = {}): Zapp {
  const { zapp, faults } = readZapp(document, { ...setting, parameters });
  expect(faults).toEqual([]);
  return zapp as Zapp;
}

const serviceOf = (document: unknown, parameters: Fields = {}) =>
  expanded(document, parameters).services[0];
const once = (bent: Fields, zapp: Fields = {}) => aZapp({ services: [aService(bent)], ...zapp });

test("a service that says nothing more gets every default", () => {
  expect(expanded(aZapp())).toEqual({
    version: 4,
    name: "my-zapp",
    title: "my-zapp",
    description: "",
    parameters: {},
    secretParameters: [],
    queues: {},
    services: [
      {
        name: "main",
        run: "once",
        count: 1,
        program: ".",
        command: { kind: "exec", words: ["./go"] },
        environment: {},
        secrets: {},
        resources: { cpu: 1, memoryMib: 2048, gpu: 0 },
        capacity: "on-demand",
        inputs: [],
        outputs: [],
        files: {},
        volumes: [],
        needs: [],
        after: [],
        retry: { attempts: 3, backoffSeconds: 10, on: ["interrupted", "lost"], exits: [] },
        pull: "pinned",
      },
    ],
    routes: [],
    uses: {},
  });
});

test("a worker is on spot capacity, leaves when idle and has a queue with a lease", () => {
  const zapp = expanded(aQueueZapp());
  expect(zapp.queues).toEqual({ documents: { leaseSeconds: 60, maxAttempts: 3 } });
  expect(zapp.services[0]).toMatchObject({
    capacity: "spot",
    count: { min: 0, max: 8 },
    idleSeconds: 20,
    backlogPerWorker: 10,
  });
});

test("each way to run has its count", () => {
  const sweep = { macro: ["a", "b", "c"], energy: [5, 10] };
  const zapp = expanded(
    aZapp({
      services: [
        anArray({ name: "copies", count: 7, tolerate: "5%", atOnce: 2 }),
        { ...without(anArray({ name: "product" }), "count"), sweep },
        {
          ...without(anArray({ name: "points" }), "count"),
          sweep: [{ x: 1 }, { x: 2 }],
          tolerate: 1,
        },
        aGang({ name: "gang", nodes: 4, ranksPerNode: 2 }),
        aGang({ name: "auto", nodes: "auto", ranks: 12 }),
        aServer({ name: "server", count: { essential: 1, total: 3 } }),
        aServer({ name: "single" }),
      ],
    }),
  );
  expect(zapp.services).toMatchObject([
    { count: 7, tolerate: { percent: 5 }, atOnce: 2 },
    { count: 6, sweep: { kind: "product", axes: sweep }, tolerate: { count: 0 } },
    { count: 2, sweep: { kind: "points", points: [{ x: 1 }, { x: 2 }] }, tolerate: { count: 1 } },
    { count: 4, nodes: 4, ranks: { perNode: 2 }, startWithinSeconds: 600, onLostNode: "restart" },
    { count: 1, nodes: "auto", ranks: { total: 12 } },
    { count: { essential: 1, total: 3 } },
    { count: { essential: 1, total: 1 }, ports: [] },
  ]);
});

test("units are seconds and MiB inside", () => {
  const service = serviceOf(
    once({
      maxTime: "1h30m",
      resources: { cpu: 0.25, memory: "2GB", disk: "1TiB", sharedMemory: "64MiB" },
      retry: { attempts: 5, backoff: "PT1M", on: ["interrupted", { exit: 75 }] },
      checkpoint: { path: "state", every: "30s" },
    }),
  );
  expect(service).toMatchObject({
    maxTimeSeconds: 5400,
    resources: { cpu: 0.25, memoryMib: 1908, gpu: 0, diskMib: 1_048_576, sharedMemoryMib: 64 },
    retry: { attempts: 5, backoffSeconds: 60, on: ["interrupted"], exits: [75] },
    checkpoint: { path: "state", everySeconds: 30 },
  });
});

test("a retry without reasons means failures too", () => {
  expect(serviceOf(once({ retry: { attempts: 2 } }))?.retry).toMatchObject({
    attempts: 2,
    on: ["failed", "interrupted", "lost"],
  });
});

test("a list is executed, a text goes through the shell, a script stays as it is", () => {
  const script = "for f in *; do echo ${f} $${f}; done\n";
  const zapp = expanded(
    aZapp({
      services: [
        aService({ name: "list", command: ["sleep", 5, true] }),
        aService({ name: "text", command: "echo $HOME" }),
        { ...without(aService({ name: "script" }), "command"), script },
        { name: "image", run: "once", image: "busybox" },
      ],
    }),
  );
  expect(zapp.services.map((service) => service.command)).toEqual([
    { kind: "exec", words: ["sleep", "5", "true"] },
    { kind: "shell", text: "echo $HOME" },
    { kind: "script", text: script },
    undefined,
  ]);
});

test("templates are replaced everywhere, and a whole value keeps its type", () => {
  const parameters = {
    n: { type: "integer" },
    memory: { type: "string" },
    where: { type: "choice", choices: ["spot", "on-demand"] },
    queue: { type: "string" },
    keep: { type: "boolean" },
  };
  const zapp = expanded(
    aQueueZapp(
      {
        queue: "${queue}",
        count: { min: "${n}", max: "${n}" },
        image: "zoe/${queue}:${n}",
        resources: { cpu: "${n}", memory: "${memory}" },
        capacity: "${where}",
        command: ["go", "${n}", "--user=${user.name}@${tenant.name}"],
        environment: { RUN: "${execution.id} ${execution.name}", N: "${n}" },
        volumes: [{ name: "v", path: "v", readOnly: "${keep}" }],
      },
      { parameters },
    ),
    { n: 3, memory: "1GiB", where: "on-demand", queue: "documents", keep: true },
  );
  expect(zapp.services[0]).toMatchObject({
    queue: "documents",
    count: { min: 3, max: 3 },
    image: "zoe/documents:3",
    resources: { cpu: 3, memoryMib: 1024 },
    capacity: "on-demand",
    command: { kind: "exec", words: ["go", "3", "--user=ada@lab"] },
    environment: { RUN: "exe_1 first try", N: "3" },
    volumes: [{ readOnly: true }],
  });
  expect(zapp.parameters).toMatchObject({ n: 3, keep: true });
});

test("a list parameter becomes a sweep, and a list of objects its points", () => {
  const { run, program, command } = anArray();
  const zapp = expanded(
    aZapp({
      parameters: {
        macros: { type: "array" },
        points: { type: "array", items: "object", default: [{ x: 1 }, { x: 2 }, { x: 3 }] },
      },
      services: [
        { name: "a", run, program, command, sweep: { macro: "${macros}" } },
        { name: "b", run, program, command, sweep: "${points}", label: "${sweep.x}" },
      ],
    }),
    { macros: ["a.mac", "b.mac"] },
  );
  expect(zapp.services).toMatchObject([
    { count: 2, sweep: { axes: { macro: ["a.mac", "b.mac"] } } },
    { count: 3, sweep: { points: [{ x: 1 }, { x: 2 }, { x: 3 }] } },
  ]);
});

test("defaults lie under every service: maps merge, lists of data add up, all else is replaced", () => {
  const zapp = expanded(
    aZapp({
      inputs: [{ from: "upload", to: "all" }],
      retry: { attempts: 7 },
      defaults: {
        environment: { A: "default", B: "default" },
        resources: { cpu: 2, memory: "1GiB" },
        inputs: [{ from: "upload", to: "some" }],
        retry: { backoff: "1s" },
        command: ["./default"],
        pull: "newest",
      },
      services: [
        without(
          aService({
            name: "one",
            environment: { B: "own" },
            resources: { memory: "2GiB" },
            inputs: [{ from: "upload", to: "own" }],
            pull: "pinned",
          }),
          "command",
        ),
        { name: "two", run: "once", program: ".", script: "true" },
      ],
    }),
  );
  expect(zapp.services[0]).toMatchObject({
    environment: { A: "default", B: "own" },
    resources: { cpu: 2, memoryMib: 2048 },
    inputs: [{ to: "all" }, { to: "some" }, { to: "own" }],
    retry: { attempts: 7, backoffSeconds: 1 },
    command: { kind: "exec", words: ["./default"] },
    pull: "pinned",
  });
  expect(zapp.services[1]).toMatchObject({
    command: { kind: "script", text: "true" },
    pull: "newest",
  });
});

test("routes say where every result goes", () => {
  const queues = { documents: {}, physics: {} };
  const route = (written: Fields) =>
    expanded(aQueueZapp({}, { queues, routes: [{ from: "documents", ...written }] })).routes[0];
  expect(route({ by: "/topic", to: { Physics: "physics" } })).toEqual({
    from: "documents",
    by: "/topic",
    to: { Physics: "physics" },
    otherwise: { kind: "deadLetter" },
    task: "input",
  });
  expect(route({ by: "/topic", to: {}, else: "drop" })?.otherwise).toEqual({ kind: "drop" });
  expect(route({ else: "physics", task: "merge" })).toMatchObject({
    to: {},
    otherwise: { kind: "queue", queue: "physics" },
    task: "merge",
  });
});

test("servers have a health check of one kind and ports, sessions a warning before their end", () => {
  const zapp = expanded(
    aZapp({
      idle: { after: "3h" },
      maxTime: "12h",
      services: [
        aServer({
          name: "a",
          health: { http: "/ok", port: 80 },
          ports: [{ name: "web", port: 80, proxy: "http" }],
        }),
        aServer({ name: "b", health: { tcp: 5432 } }),
        aServer({
          name: "c",
          health: { command: ["pg_isready"] },
          needs: [{ zoe: "submit" }, { bucket: "in", access: "read" }],
        }),
      ],
    }),
  );
  expect(zapp).toMatchObject({
    idle: { afterSeconds: 10_800, warnSeconds: 900 },
    maxTimeSeconds: 43_200,
    services: [
      { health: { kind: "http", path: "/ok", port: 80 }, ports: [{ proxy: "http" }] },
      { health: { kind: "tcp", port: 5432 } },
      {
        health: { kind: "command", words: ["pg_isready"] },
        needs: [
          { kind: "zoe", access: "submit" },
          { kind: "bucket", bucket: "in", access: "read" },
        ],
      },
    ],
  });
});

test("a cost model is in seconds", () => {
  const zapp = expanded(
    aZapp({
      parameters: { scan: { type: "dataset" } },
      costModel: {
        unit: "histories",
        measured: { input: "scan", bytesPerUnit: 52 },
        stages: [{ name: "solve", fixed: "180s", perUnit: { "g5.xlarge": 8e-6 }, serial: "9s" }],
        memoryPerUnit: 60,
      },
    }),
    { scan: "head" },
  );
  expect(zapp.costModel?.stages).toEqual([
    { name: "solve", fixedSeconds: 180, perUnit: { "g5.xlarge": 8e-6 }, serialSeconds: 9 },
  ]);
});

test("a secret parameter is named in what is stored, and its value is not", () => {
  const document = aZapp({ parameters: { key: { type: "string", secret: true } } });
  const { zapp, secrets } = readZapp(document, { ...setting, parameters: { key: "s3cret" } });
  expect(secrets).toEqual({ key: "s3cret" });
  expect(zapp?.secretParameters).toEqual(["key"]);
  expect(JSON.stringify(zapp)).not.toContain("s3cret");
});

test("what is expanded is read back from its JSON as it was", () => {
  const zapp = expanded(aQueueZapp());
  expect(Zapp.parse(JSON.parse(JSON.stringify(zapp)))).toEqual(zapp);
});

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
