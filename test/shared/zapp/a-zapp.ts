// Builders: one valid thing, bent by the test.
export type Fields = Readonly<Record<string, unknown>>;

export function aWorker(bent: Fields = {}): Fields {
  return {
    name: "classifier",
    run: "worker",
    queue: "documents",
    program: ".",
    command: ["node", "worker.ts"],
    count: { max: 8 },
    ...bent,
  };
}

export function aService(bent: Fields = {}): Fields {
  return { name: "main", run: "once", program: ".", command: ["./go"], ...bent };
}

export function anArray(bent: Fields = {}): Fields {
  return aService({ run: "array", count: 4, ...bent });
}

export function aGang(bent: Fields = {}): Fields {
  return aService({ run: "gang", nodes: 4, ...bent });
}

export function aServer(bent: Fields = {}): Fields {
  return aService({ name: "server", run: "forever", image: "web", ...bent });
}

/** One service that runs once; or a worker with its queue, where queues are what is bent. */
export function aZapp(bent: Fields = {}): Fields {
  return { version: 4, name: "my-zapp", services: [aService()], ...bent };
}

export function aQueueZapp(worker: Fields = {}, bent: Fields = {}): Fields {
  return aZapp({ queues: { documents: {} }, services: [aWorker(worker)], ...bent });
}

/** Without the keys. */
export function without(fields: Fields, ...keys: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => !keys.includes(key)));
}

export const setting = {
  parameters: {},
  execution: { id: "exe_1", name: "first try" },
  user: { name: "ada" },
  tenant: { name: "lab" },
};
