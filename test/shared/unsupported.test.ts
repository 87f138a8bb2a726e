import { expect, test } from "vitest";
import { unsupportedBy } from "#shared/unsupported.ts";
import { readZapp } from "#shared/zapp/read.ts";
import {
  aGang,
  anArray,
  aServer,
  aService,
  aWorker,
  aZapp,
  type Fields,
  setting,
  without,
} from "./zapp/a-zapp.ts";

const features = [
  "programs",
  "inputs",
  "outputs",
  "files",
  "secrets",
  "retry",
  "after",
  "maxTime",
  "pull",
  "routes",
];
const processEngine = { engine: "process", runs: ["once", "array", "worker"], features } as const;

function refused(document: Fields, engine: Parameters<typeof unsupportedBy>[1] = processEngine) {
  const { zapp, faults } = readZapp(document, setting);
  expect(faults).toEqual([]);
  return zapp && unsupportedBy(zapp, engine, document);
}

test("all that the process engine can do is refused by none", () => {
  const document = aZapp({
    queues: { documents: {}, rows: {} },
    routes: [{ from: "documents", else: "rows" }],
    defaults: { retry: { attempts: 2 }, maxTime: "1h", pull: "newest" },
    services: [
      aService({
        inputs: [{ from: "upload", to: "x" }],
        outputs: [{ path: "*" }],
        files: { a: "b" },
      }),
      anArray({ name: "array", secrets: { KEY: "key" }, after: ["main"] }),
      aWorker(),
      aWorker({ name: "rows", queue: "rows", image: "also/an-image" }),
    ],
  });
  expect(refused(document)).toEqual([]);
});

const cases: Record<string, [document: Fields, pointer: string, detail: string]> = {
  gangs: [
    aZapp({ services: [aGang()] }),
    "/services/0/run",
    `can't run "main": it runs once, array, worker, and this is gang.`,
  ],
  servers: [aZapp({ services: [aServer()] }), "/services/0/run", "this is forever"],
  images: [
    aZapp({ services: [{ ...without(aService(), "program"), image: "busybox" }] }),
    "/services/0/program",
    'runs programs, and "main" has no `program`',
  ],
  volumes: [
    aZapp({ services: [aService({ volumes: [{ name: "v", path: "v" }] })] }),
    "/services/0/volumes",
    "The process engine has no volumes",
  ],
  "rights of its own": [
    aZapp({ services: [aService({ needs: [{ zoe: "submit" }] })] }),
    "/services/0/needs",
    "rights",
  ],
  checkpoints: [
    aZapp({ services: [aService({ checkpoint: { path: "x", every: "1m" } })] }),
    "/services/0/checkpoint",
    "no checkpoints",
  ],
  GPUs: [
    aZapp({ services: [aService({ resources: { gpu: 1 } })] }),
    "/services/0/resources/gpu",
    "no GPUs",
  ],
  "GPUs by default": [
    aZapp({ defaults: { resources: { gpu: 1 } } }),
    "/defaults/resources/gpu",
    "no GPUs",
  ],
  "disk space": [
    aZapp({ services: [aService({ resources: { disk: "1GiB" } })] }),
    "/services/0/resources/disk",
    "disk space",
  ],
  "filler capacity": [
    aZapp({ services: [aService({ capacity: "filler" })] }),
    "/services/0/capacity",
    "filler capacity",
  ],
  "results elsewhere": [
    aZapp({ services: [aService({ outputs: [{ path: "*", to: "s3://bucket" }] })] }),
    "/services/0/outputs",
    "elsewhere than to `results`",
  ],
  "a service's framework": [
    aZapp({ services: [aService({ framework: "openmpi" })] }),
    "/services/0/framework",
    "no frameworks",
  ],
  frameworks: [aZapp({ uses: { spark: {} } }), "/uses", "no frameworks"],
  "a cost model": [
    aZapp({
      parameters: { scan: { type: "dataset", default: "x" } },
      costModel: {
        unit: "u",
        measured: { input: "scan", bytesPerUnit: 1 },
        stages: [{ name: "s" }],
      },
    }),
    "/costModel",
    "sizing by a cost model",
  ],
  addresses: [
    aZapp({
      services: [
        aService({ name: "a" }),
        aService({ after: ["a"], environment: { A: "${address:a}" } }),
      ],
    }),
    "/services/1/environment",
    "addresses of other services",
  ],
};

for (const [what, [document, pointer, detail]] of Object.entries(cases)) {
  test(`refused by field and engine: ${what}`, () => {
    const faults = refused(document);
    expect(faults?.map((fault) => fault.pointer)).toEqual([pointer]);
    expect(faults?.[0]?.detail).toContain(detail);
  });
}

test("an engine that names a feature is not refused it", () => {
  const engine = { ...processEngine, features: [...features, "volumes"] };
  expect(refused(cases.volumes?.[0] ?? {}, engine)).toEqual([]);
});

test("an engine of containers wants images", () => {
  const engine = { engine: "container", runs: ["once"], features: ["images"] } as const;
  expect(refused(aZapp(), engine)).toMatchObject([
    {
      pointer: "/services/0/image",
      detail:
        'The container engine runs images, and "main" has no `image`: add one, or run it elsewhere.',
    },
  ]);
});
