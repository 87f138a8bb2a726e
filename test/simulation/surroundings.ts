// Everything around the hosts of one run: time, faults, queues, store and backend as they really are, and who is told when something is wrong.
import type { InstanceEvent } from "#functions/backend.ts";
import { DEFAULT_SETTINGS } from "#functions/settings.ts";
import type { World } from "#functions/world.ts";
import { SimulatedBackend } from "#local/backends/simulated.ts";
import { memoryTaskQueues } from "#local/memory-task-queues.ts";
import { memoryStore } from "#local/store/memory-store.ts";
import type { DecideMessage, LaunchMessage, TickMessage } from "#shared/message.ts";
import type { Capabilities } from "#shared/pool.ts";
import { Chaos } from "./chaos.ts";
import type { Coverage } from "./coverage.ts";
import { Mailbox } from "./mailbox.ts";
import { Picture, type Write, watched } from "./picture.ts";
import { castBy } from "./programs.ts";
import { Random } from "./random.ts";
import type { Scenario } from "./scenario.ts";
import { Time } from "./time.ts";
import { Witness } from "./witness.ts";
import { simulatedZapps } from "./zapps.ts";

/** 1 January 2026: ids and keys carry times of thirteen digits. */
export const START = Date.UTC(2026, 0, 1);

export interface Surroundings {
  readonly scenario: Scenario;
  readonly time: Time;
  readonly chaos: Chaos;
  readonly picture: Picture;
  readonly witness: Witness;
  readonly backend: SimulatedBackend;
  readonly mailboxes: Mailboxes;
  /** The ports as they are, that wait for nobody's turn. */
  readonly world: World;
  readonly isStorm: () => boolean;
  readonly startedAt: number;
  readonly violate: (invariant: number, text: string) => void;
  readonly trace: (line: () => string) => void;
  /** A step threw something that no step should throw. */
  readonly complain: (where: string, error: unknown) => void;
  /** When the last sweep that went through began. */
  readonly sweeps: { lastBegan: number };
}

export interface Mailboxes {
  readonly decide: Mailbox<DecideMessage>;
  readonly launch: Mailbox<LaunchMessage>;
  readonly observe: Mailbox<InstanceEvent>;
  readonly tick: Mailbox<TickMessage>;
}

export interface Listeners {
  readonly written: (write: Write) => void;
  readonly told: (event: InstanceEvent) => void;
  readonly trace: (line: () => string) => void;
  readonly complain: (where: string, error: unknown) => void;
  readonly violate: (invariant: number, text: string) => void;
}

export function surroundingsOf(
  scenario: Scenario,
  coverage: Coverage,
  listeners: Listeners,
): Surroundings {
  const { seed, stormMs } = scenario;
  const time = new Time(new Random(seed, "turns"), START);
  const isStorm = () => time.now < START + stormMs;
  const { trace } = listeners;
  const chaos = new Chaos(seed, scenario.faults, { isStorm, trace });
  const picture = new Picture();
  const mailboxes = mailboxesOf(seed, time, chaos);
  const tasks = memoryTaskQueues({
    now: () => time.now,
    onChange: ({ executionId }, change) => {
      if (change !== "progress") void mailboxes.tick.send([{ executionId }]);
    },
  });
  const isDraining = (id: string) => picture.executions.get(id)?.draining === true;
  const backend = new SimulatedBackend({
    name: "simulated",
    capabilities: capabilitiesOf(scenario),
    now: () => time.now,
    later: (ms, act) => time.later(ms, act),
    tell: (event) => {
      trace(() => `backend tells ${JSON.stringify(event)}`);
      listeners.told(event);
      void mailboxes.observe.send([event]);
    },
    isHeard: () => !chaos.happens("unseen", 3),
    cast: castBy({ seed, time, chaos, tasks, isDraining, trace }),
    graceMs: 10_000,
    neglectsGangs: scenario.neglectsGangs,
  });
  const store = watched(storeOf(scenario, time, chaos), picture, listeners.written);
  const world: World = {
    ...{ store, queues: mailboxes, tasks, backends: [backend] },
    ...smallPorts(scenario, time),
  };
  const { complain, violate } = listeners;
  const sweeps = { lastBegan: 0 };
  return {
    ...{ scenario, time, chaos, picture, backend, mailboxes, world },
    witness: new Witness(picture, coverage),
    ...{ isStorm, trace, complain, violate, sweeps, startedAt: START },
  };
}

function storeOf({ staleOperations, seed }: Scenario, time: Time, chaos: Chaos) {
  const random = new Random(seed, "store");
  const kind = { sharesItems: true, staleOperations };
  const store = memoryStore({ now: () => time.now, random: () => random.next(), ...kind });
  const short = new Random(seed, "pages");
  return {
    get: store.get.bind(store),
    getMany: store.getMany.bind(store),
    queryIndex: store.queryIndex.bind(store),
    batchPut: store.batchPut.bind(store),
    query: (query: Parameters<typeof store.query>[0]) =>
      store.query(
        chaos.happens("shortPage") ? { ...query, limit: short.between(1, query.limit) } : query,
      ),
    transact: async (actions: Parameters<typeof store.transact>[0]) =>
      chaos.happens("conflict") ? { kind: "conflict" as const } : store.transact(actions),
  };
}

function mailboxesOf(seed: number, time: Time, chaos: Chaos): Mailboxes {
  const box = <M>(name: string, loss: "lose" | "loseEvent") =>
    new Mailbox<M>(name, loss, { time, chaos, random: new Random(seed, `mail ${name}`) });
  return {
    decide: box("decide", "lose"),
    launch: box("launch", "lose"),
    observe: box("observe", "loseEvent"),
    tick: box("tick", "lose"),
  };
}

function capabilitiesOf({ pool, remembers }: Scenario): Capabilities {
  const { instances, cpu } = pool;
  const memoryMib = 100 * instances;
  return {
    engine: "simulated",
    runs: ["once", "array", "gang", "worker"],
    capacity: { instances, cpu, memoryMib, gpu: 0 },
    largest: { instances: 1, cpu: 2, memoryMib: 100, gpu: 0 },
    features: ["programs", "retry", "after", "maxTime", "routes"],
    remembers,
    catalogueOnly: false,
  };
}

function smallPorts(scenario: Scenario, time: Time) {
  let serial = 0;
  const { placedPerCycle, headsPerShare, patienceSeconds, retentionDays } = scenario;
  return {
    objects: {
      put: () => Promise.reject(new Error("No step puts objects.")),
      get: async () => undefined,
      stat: async () => undefined,
      list: async () => ({ objects: [] }),
      delete: async () => 0,
    },
    logs: { read: async () => ({ text: "", next: 0, done: true }), forget: async () => {} },
    secrets: {
      put: async () => {},
      names: async () => [],
      value: async () => undefined,
      delete: async () => {},
    },
    ...{ builtIn: ZAPPS, frameworks: new Map() },
    settings: {
      ...DEFAULT_SETTINGS,
      ...{ placedPerCycle, headsPerShare, patienceSeconds, retentionDays },
    },
    host: "nobody",
    now: () => time.now,
    newId: (kind: string) => `${kind}_${time.now.toString(36)}${String(serial++).padStart(5, "0")}`,
    log: { info: () => {}, warn: () => {}, error: () => {} },
  };
}

const ZAPPS = simulatedZapps();
