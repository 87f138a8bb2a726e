// Templates, sweeps and defaults: what parameters turn a description into.
import { expect, test } from "vitest";
import { readZapp } from "#shared/zapp/read.ts";
import type { Zapp } from "#shared/zapp.ts";
import { anArray, aQueueZapp, aService, aZapp, type Fields, setting, without } from "./a-zapp.ts";

function expanded(document: unknown, parameters: Fields = {}): Zapp {
  const { zapp, faults } = readZapp(document, { ...setting, parameters });
  expect(faults).toEqual([]);
  return zapp as Zapp;
}

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

test("a secret parameter is named in what is stored, and its value is not", () => {
  const document = aZapp({ parameters: { key: { type: "string", secret: true } } });
  const { zapp, secrets } = readZapp(document, { ...setting, parameters: { key: "s3cret" } });
  expect(secrets).toEqual({ key: "s3cret" });
  expect(zapp?.secretParameters).toEqual(["key"]);
  expect(JSON.stringify(zapp)).not.toContain("s3cret");
});
