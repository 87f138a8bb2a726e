import fc from "fast-check";
import { expect, test } from "vitest";
import { essentialCount, mostInstances, toleratedFailures } from "#shared/zapp/count.ts";
import { addressesWanted, expandForInstance, labelOf } from "#shared/zapp/instance.ts";
import { readZapp } from "#shared/zapp/read.ts";
import type { Sweep } from "#shared/zapp/service.ts";
import { sweepPoint, sweepPoints, sweepSize } from "#shared/zapp/sweep.ts";
import type { ArrayService, Service } from "#shared/zapp.ts";
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
} from "./a-zapp.ts";

function services(
  written: readonly Fields[],
  zapp: Fields = {},
  parameters: Fields = {},
): readonly Service[] {
  const document = aZapp({ services: written, ...zapp });
  const reading = readZapp(document, { ...setting, parameters });
  expect(reading.faults).toEqual([]);
  return reading.zapp?.services ?? [];
}

const sweep = { macro: ["a", "b", "c"], energy: [5, 10] };

test("a product runs every combination once, the last list fastest", () => {
  const product: Sweep = { kind: "product", axes: sweep };
  expect(sweepPoints(product)).toEqual([
    { macro: "a", energy: 5 },
    { macro: "a", energy: 10 },
    { macro: "b", energy: 5 },
    { macro: "b", energy: 10 },
    { macro: "c", energy: 5 },
    { macro: "c", energy: 10 },
  ]);
});

test("a list of points runs exactly those", () => {
  const points: Sweep = { kind: "points", points: [{ x: 1 }, { x: 5 }] };
  expect([sweepSize(points), sweepPoint(points, 1)]).toEqual([2, { x: 5 }]);
});

test("every point of a product is different when the values are", () => {
  const axis = fc.uniqueArray(fc.integer(), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom("a", "b", "c", "d"), axis, { minKeys: 1 }),
      (axes) => {
        const points = sweepPoints({ kind: "product", axes });
        const product = Object.values(axes).reduce((size, values) => size * values.length, 1);
        expect(new Set(points.map((point) => JSON.stringify(point))).size).toBe(product);
      },
    ),
  );
});

test("each instance gets its point of the sweep in command, environment, paths, files and label", () => {
  const [service] = services([
    {
      ...without(anArray(), "count"),
      sweep,
      label: "${sweep.macro}@${sweep.energy}",
      command: ["./go", "${sweep.macro}", "--e=${sweep.energy}"],
      environment: { E: "${sweep.energy}" },
      outputs: [{ path: "${sweep.macro}/*.csv" }],
      files: { "run.mac": "/gun/energy ${sweep.energy} MeV" },
    },
  ]) as [ArrayService];
  expect(expandForInstance(service, { index: 3 })).toMatchObject({
    command: { kind: "exec", words: ["./go", "b", "--e=10"] },
    environment: { E: "10" },
    outputs: [{ path: "b/*.csv", to: "results" }],
    files: { "run.mac": "/gun/energy 10 MeV" },
    label: "b@10",
  });
  expect(labelOf(service, 3)).toBe("b@10");
});

test("without a label a child is called by its point, without a sweep by nothing", () => {
  const [swept, copied, single] = services([
    { ...without(anArray({ name: "a" }), "count"), sweep },
    anArray({ name: "b" }),
    aService({ name: "c" }),
  ]);
  expect([swept, copied, single].map((service) => service && labelOf(service, 2))).toEqual([
    "macro=b energy=5",
    undefined,
    undefined,
  ]);
});

test("a template of the sweep may stand in the defaults", () => {
  const [service] = services([{ name: "a", run: "array", program: ".", sweep }], {
    defaults: { environment: { E: "${sweep.energy}" }, script: "echo ${E}" },
  });
  expect(service && expandForInstance(service, { index: 1 })).toMatchObject({
    environment: { E: "10" },
    command: { kind: "script", text: "echo ${E}" },
  });
});

test("addresses of earlier services are given to later ones", () => {
  const [, job] = services([
    aServer({ name: "db" }),
    aService({
      after: ["db"],
      command: "psql -h ${address:db}",
      environment: { DB: "${address:db}:5432" },
    }),
  ]) as [Service, Service];
  expect(addressesWanted(job)).toEqual([
    { service: "db", field: "command" },
    { service: "db", field: "environment" },
  ]);
  expect(expandForInstance(job, { index: 0, addresses: { db: "10.0.0.7" } })).toMatchObject({
    command: { kind: "shell", text: "psql -h 10.0.0.7" },
    environment: { DB: "10.0.0.7:5432" },
  });
  expect(() => expandForInstance(job, { index: 0 })).toThrow("${address:db} must be known");
});

test("literals come out as the program shall see them, and a script is never touched", () => {
  const [command, script] = services([
    aService({ name: "a", command: "echo $${HOME} $${sweep.x} $$" }),
    { ...without(aService({ name: "b" }), "command"), script: "echo ${HOME} $${x}" },
  ]).map((service) => expandForInstance(service, { index: 0 }).command);
  expect(command).toEqual({ kind: "shell", text: "echo ${HOME} ${sweep.x} $$" });
  expect(script).toEqual({ kind: "script", text: "echo ${HOME} $${x}" });
});

test("a parameter's value is never taken for a template, whatever it contains", () => {
  const nasty = fc.string({ unit: fc.constantFrom("$", "{", "}", "sweep.x", "address:a", "x") });
  fc.assert(
    fc.property(nasty, nasty, (one, two) => {
      const [service] = services(
        [aService({ command: ["${one}", "a${one}${two}b", "$${one}"] })],
        { parameters: { one: { type: "string" }, two: { type: "string" } } },
        { one, two },
      ) as [Service];
      expect(expandForInstance(service, { index: 0 }).command).toEqual({
        kind: "exec",
        words: [one, `a${one}${two}b`, "${one}"],
      });
    }),
  );
});

test("essential and most instances of each way to run", () => {
  const all = services(
    [
      aService({ name: "once" }),
      anArray({ name: "array", count: 96 }),
      aGang({ name: "gang" }),
      aWorker({ name: "worker", count: { min: 2, max: 8 } }),
      aServer({ name: "forever", count: { essential: 1, total: 3 } }),
    ],
    { queues: { documents: {} } },
  );
  expect(all.map(essentialCount)).toEqual([1, 0, 4, 2, 1]);
  expect(all.map(mostInstances)).toEqual([1, 96, 4, 8, 3]);
});

test("tolerated failures are a number, or a share rounded down", () => {
  const tolerated = (bent: Fields) =>
    toleratedFailures(services([anArray({ count: 96, ...bent })])[0] as ArrayService);
  expect([
    tolerated({}),
    tolerated({ tolerate: 2 }),
    tolerated({ tolerate: "5%" }),
    tolerated({ tolerate: "100%" }),
  ]).toEqual([0, 2, 4, 96]);
});
