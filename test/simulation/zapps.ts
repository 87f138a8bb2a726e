// The zapps that the simulation runs: one of each kind of life, bent by parameters. What their programs do is in programs.ts.
import type { BuiltInZapp } from "#functions/world.ts";

const integer = (value: number) => ({ type: "integer", default: value });
const common = { program: ".", command: ["play"] };
const small = { cpu: 1, memory: "100MiB" };
const parameters = {
  /** Which submission it is: programs draw their behaviour from it. */
  ordinal: integer(0),
  count: integer(3),
  most: integer(2),
  tolerate: integer(0),
  attempts: integer(2),
  min: integer(0),
  max: integer(3),
  cpu: integer(1),
  lease: { type: "string", default: "20s" },
  limit: { type: "string", default: "300s" },
  within: { type: "string", default: "60s" },
  onLostNode: { type: "string", default: "restart" },
  /** 1: its programs never end by themselves. */
  hangs: integer(0),
};

const retry = { attempts: "${attempts}", backoff: "3s", on: ["failed", "interrupted", "lost"] };
const sized = { ...common, resources: { cpu: "${cpu}", memory: "100MiB" } };
const array = { run: "array", count: "${count}", atOnce: "${most}", tolerate: "${tolerate}" };
const gang = {
  ...{ run: "gang", nodes: "${count}", startWithin: "${within}", onLostNode: "${onLostNode}" },
};
const worker = {
  ...{ ...common, run: "worker", resources: small, idle: "15s", backlogPerWorker: 2 },
  count: { min: "${min}", max: "${max}" },
};
const queue = { lease: "${lease}", maxAttempts: 2 };

/** Each begins with the same parameters; a description names only those it uses. */
const bodies: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  once: { services: [{ ...sized, name: "main", run: "once", retry, maxTime: "${limit}" }] },
  array: { services: [{ ...sized, ...array, name: "child", retry, maxTime: "${limit}" }] },
  chain: {
    services: [
      { ...common, resources: small, name: "first", run: "once", retry },
      { ...common, resources: small, name: "second", run: "once", after: ["first"], retry },
      { ...sized, ...array, name: "third", after: ["first", "second"], retry },
    ],
  },
  gang: { services: [{ ...sized, ...gang, name: "ranks", retry, maxTime: "${limit}" }] },
  gangs: {
    queues: { tasks: queue },
    services: [
      { ...common, resources: small, name: "first", run: "once", retry },
      { ...common, ...gang, resources: small, name: "second", after: ["first"], retry },
      { ...worker, name: "puller", queue: "tasks" },
    ],
  },
  worker: {
    queues: { tasks: queue },
    services: [{ ...worker, name: "puller", queue: "tasks" }],
  },
  retiring: {
    queues: { tasks: queue },
    services: [{ ...worker, name: "puller", queue: "tasks", maxTasks: 2, maxTime: "${limit}" }],
  },
  routed: {
    queues: { tasks: queue, left: queue, right: queue },
    services: [
      { ...worker, name: "sorter", queue: "tasks", shareMax: { group: "all", max: "${most}" } },
      { ...worker, name: "lefty", queue: "left", shareMax: { group: "all", max: "${most}" } },
      { ...worker, name: "righty", queue: "right", shareMax: { group: "all", max: "${most}" } },
    ],
    routes: [
      {
        from: "tasks",
        by: "/side",
        to: { left: "left", right: "right" },
        else: "deadLetter",
        task: "merge",
      },
    ],
  },
  mixed: {
    queues: { tasks: queue },
    services: [
      { ...common, resources: small, name: "main", run: "once", retry },
      { ...worker, name: "puller", queue: "tasks", after: ["main"] },
    ],
  },
};

export const ZAPP_NAMES = Object.keys(bodies);

/** The queues that people put tasks into. */
export const OPEN_QUEUE = "tasks";

export function hasQueue(zapp: string): boolean {
  return bodies[zapp]?.queues !== undefined;
}

export function simulatedZapps(): ReadonlyMap<string, BuiltInZapp> {
  return new Map(ZAPP_NAMES.map((name) => [fullName(name), zappOf(name)]));
}

export function fullName(name: string): string {
  return `sim-${name}`;
}

function zappOf(name: string): BuiltInZapp {
  const body = bodies[name] ?? {};
  const text = JSON.stringify(body);
  const used = Object.entries(parameters).filter(([parameter]) =>
    text.includes(`\${${parameter}}`),
  );
  const document = {
    ...{ version: 4, name: fullName(name), title: name, description: "Simulated." },
    parameters: { ordinal: parameters.ordinal, ...Object.fromEntries(used) },
    ...body,
  };
  return { name: fullName(name), version: "1", text, document, programRoot: "/none" };
}

/** Only those that the zapp knows. */
export function parametersFor(name: string, wanted: Readonly<Record<string, number | string>>) {
  const text = JSON.stringify(bodies[name] ?? {});
  return Object.fromEntries(
    Object.entries(wanted).filter(
      ([parameter]) => parameter === "ordinal" || text.includes(`\${${parameter}}`),
    ),
  );
}
