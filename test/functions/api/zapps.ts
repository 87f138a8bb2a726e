// The catalogue of the API's tests: one zapp of each kind of life.
import { join } from "node:path";
import { readFrameworks } from "#functions/host/built-in.ts";
import type { BuiltInZapp } from "#functions/world.ts";

const common = {
  program: ".",
  command: ["play"],
  resources: { cpu: 1, memory: "100MiB" },
};

const documents = [
  {
    version: 4,
    name: "say-hello",
    title: "Says hello",
    description: "Once, to whom you like.",
    parameters: { whom: { type: "string", default: "world" } },
    services: [{ ...common, name: "hello", run: "once" }],
  },
  {
    version: 4,
    name: "sorter",
    queues: { papers: { lease: "60s", maxAttempts: 1 }, notes: {} },
    services: [
      { ...common, name: "reader", run: "worker", queue: "papers", count: { min: 1, max: 2 } },
      { ...common, name: "noter", run: "worker", queue: "notes", count: { min: 0, max: 1 } },
    ],
  },
  {
    version: 4,
    name: "many",
    parameters: { count: { type: "integer", default: 3 } },
    services: [{ ...common, name: "child", run: "array", count: "${count}" }],
  },
];

const entries = documents.map((document): [string, BuiltInZapp] => {
  const text = JSON.stringify(document);
  const zapp = { name: document.name, version: "v1", text, document, readme: "# Read me" };
  return [document.name, { ...zapp, programRoot: "/nowhere" }];
});

export const frameworks = readFrameworks(join(import.meta.dirname, "../../../zapps"));

export const builtIn: ReadonlyMap<string, BuiltInZapp> = new Map(entries);
