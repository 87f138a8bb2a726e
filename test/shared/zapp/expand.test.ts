// What a description becomes when its parameters are given: every default written out, one unit each, templates replaced.
import { expect, test } from "vitest";
import { readZapp } from "#shared/zapp/read.ts";
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

test("what is expanded is read back from its JSON as it was", () => {
  const zapp = expanded(aQueueZapp());
  expect(Zapp.parse(JSON.parse(JSON.stringify(zapp)))).toEqual(zapp);
});
