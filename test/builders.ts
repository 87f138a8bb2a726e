// One valid thing of each kind, to be bent by tests; and a world of memory in which steps can be run one at a time.
import type { Backend, InstanceEvent } from "#functions/backend.ts";
import type { MessageQueue } from "#functions/queue.ts";
import type { Instance, Waiting } from "#functions/records.ts";
import { DEFAULT_SETTINGS, type Settings } from "#functions/settings.ts";
import type { Store } from "#functions/store.ts";
import type { World } from "#functions/world.ts";
import { type Part, SimulatedBackend } from "#local/backends/simulated.ts";
import { memoryTaskQueues } from "#local/memory-task-queues.ts";
import { memoryStore } from "#local/store/memory-store.ts";
import type { Execution } from "#shared/execution.ts";
import type { Outcome } from "#shared/instance.ts";
import type { DecideMessage, LaunchMessage, TickMessage } from "#shared/message.ts";
import type { Ask, Placement } from "#shared/placement.ts";
import type { Amount, Capabilities } from "#shared/pool.ts";
import type { Principal } from "#shared/principal.ts";
import type { Submission } from "#shared/submission.ts";

/** 1 January 2026. */
export const NOON = Date.UTC(2026, 0, 1, 12);

export const SUCCEEDED: Outcome = { kind: "succeeded" };
export const FAILED: Outcome = {
  kind: "failed",
  code: "exit",
  reason: "It ended with code 1.",
  exitCode: 1,
};

export function anAmount(bend: Partial<Amount> = {}): Amount {
  return { instances: 1, cpu: 1, memoryMib: 100, gpu: 0, ...bend };
}

export function anAsk(bend: Partial<Ask> = {}): Ask {
  return {
    ...{ service: "main", run: "once", backend: "simulated", capacity: "on-demand" },
    ...{ shape: anAmount(), essential: 1, count: 1, want: 1, ready: true, after: [], tolerate: 0 },
    retry: { attempts: 1, backoffSeconds: 0, on: ["failed"], exits: [] },
    ...bend,
  };
}

export function anArray(bend: Partial<Ask> = {}): Ask {
  return anAsk({ service: "child", run: "array", essential: 0, count: 10, want: 4, ...bend });
}

export function aWorker(bend: Partial<Ask> = {}): Ask {
  const own = { queue: "tasks", essential: 0, count: 3, want: 1, capacity: "spot" } as const;
  return anAsk({ service: "puller", run: "worker", ...own, ...bend });
}

export function aWaiting(id: string, bend: Partial<Waiting> = {}): Waiting {
  return {
    ...{ executionId: id, tenant: "alpha", user: "ann", priority: 50, createdAt: NOON },
    ...{ zapp: "sim", asks: [anAsk()], ...bend },
  };
}

export function aPlacement(id: string, bend: Partial<Placement> = {}): Placement {
  return {
    ...anAsk(),
    ...{ executionId: id, tenant: "alpha", user: "ann", priority: 50, createdAt: NOON },
    ...{ next: 1, live: 1, running: 0, succeeded: 0, failed: 0, cancelled: 0, retrying: 0 },
    ...{ slots: 0, strikes: 0, stopped: false, cpuSeconds: 0, wallSeconds: 0, peakMemoryMib: 0 },
    ...bend,
  };
}

export function anInstance(bend: Partial<Instance> = {}): Instance {
  const id = { executionId: "exe_1", service: "main", index: 0, generation: 1 };
  return { ...id, state: "placed", changedAt: NOON, ...bend };
}

export function anExecution(bend: Partial<Execution> = {}): Execution {
  return {
    ...{ id: "exe_1", tenant: "alpha", user: "ann", zapp: "sim", name: "sim", labels: {} },
    ...{ priority: 50, state: "queued", createdAt: NOON, round: 1, engine: "simulated" },
    ...{ services: ["main"], queues: [], ...bend },
  };
}

export function aPrincipal(bend: Partial<Principal> = {}): Principal {
  return { tenant: "alpha", user: "ann", role: "user", scope: "submit", ...bend };
}

export function aSubmission(description: unknown, bend: Partial<Submission> = {}): Submission {
  return { description, parameters: {}, labels: {}, priority: 50, ...bend };
}

/** A whole description around services. */
export function aZapp(services: readonly object[], bend: object = {}): object {
  const words = { version: 4, name: "sim-zapp", title: "Simulated", description: "For tests." };
  const common = { program: ".", command: ["play"], resources: { cpu: 1, memory: "100MiB" } };
  return { ...words, services: services.map((service) => ({ ...common, ...service })), ...bend };
}

/** A queue that keeps what is sent, to be looked at or handed to a step. */
export class Outbox<M> implements MessageQueue<M> {
  sent: { readonly message: M; readonly delaySeconds: number }[] = [];

  async send(messages: readonly M[], { delaySeconds = 0 } = {}): Promise<void> {
    for (const message of messages) this.sent.push({ message, delaySeconds });
  }

  /** All that is there, which is then gone. */
  take(): M[] {
    const taken = this.sent.map(({ message }) => message);
    this.sent = [];
    return taken;
  }
}

export interface TestWorld {
  readonly world: World;
  readonly store: Store;
  readonly backend: SimulatedBackend;
  readonly decide: Outbox<DecideMessage>;
  readonly launch: Outbox<LaunchMessage>;
  readonly observe: Outbox<InstanceEvent>;
  readonly tick: Outbox<TickMessage>;
  /** Virtual milliseconds; timers that come due ring. */
  readonly pass: (ms: number) => void;
}

export interface WorldOptions {
  readonly capacity?: Partial<Amount>;
  readonly capabilities?: Partial<Capabilities>;
  readonly settings?: Partial<Settings>;
  readonly cast?: () => Part;
  readonly host?: string;
}

/** Instances start at once, and run until they are stopped, unless `cast` says otherwise. */
export function aWorld(options: WorldOptions = {}): TestWorld {
  const timers: { at: number; act: () => void }[] = [];
  let now = NOON;
  const later = (ms: number, act: () => void) => timers.push({ at: now + ms, act });
  const boxes = {
    decide: new Outbox<DecideMessage>(),
    launch: new Outbox<LaunchMessage>(),
    observe: new Outbox<InstanceEvent>(),
    tick: new Outbox<TickMessage>(),
  };
  const backend = new SimulatedBackend({
    name: "simulated",
    capabilities: capabilitiesOf(options),
    ...{ now: () => now, later, graceMs: 10_000 },
    tell: (event) => void boxes.observe.send([event]),
    cast: options.cast ?? (() => ({ reply: "launched", startsAfterMs: 0 })),
  });
  const store = memoryStore({ now: () => now, sharesItems: true });
  const world = worldOf(options, { store, backend, boxes, now: () => now });
  const pass = (ms: number) => {
    now += ms;
    for (const timer of timers.splice(0)) {
      if (timer.at <= now) timer.act();
      else timers.push(timer);
    }
  };
  return { world, store, backend, ...boxes, pass };
}

function capabilitiesOf({ capacity, capabilities }: WorldOptions): Capabilities {
  return {
    ...{ engine: "simulated", runs: ["once", "array", "gang", "worker"], catalogueOnly: false },
    capacity: { instances: 10, cpu: 10, memoryMib: 1000, gpu: 0, ...capacity },
    largest: { instances: 1, cpu: 4, memoryMib: 400, gpu: 0 },
    features: ["programs", "retry", "after", "maxTime", "routes"],
    ...{ remembers: true, ...capabilities },
  };
}

interface Parts {
  readonly store: Store;
  readonly backend: Backend;
  readonly boxes: World["queues"];
  readonly now: () => number;
}

function worldOf({ settings, host = "here" }: WorldOptions, parts: Parts): World {
  const { store, backend, boxes, now } = parts;
  let serial = 0;
  return {
    ...{ store, queues: boxes, tasks: memoryTaskQueues({ now }), backends: [backend] },
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
    ...{ builtIn: new Map(), frameworks: new Map() },
    settings: { ...DEFAULT_SETTINGS, ...settings },
    ...{ host, now, newId: (kind) => `${kind}_${String(++serial).padStart(6, "0")}` },
    log: { info: () => {}, warn: () => {}, error: () => {} },
  };
}
