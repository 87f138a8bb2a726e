// The backend contract over every backend that can be had on one machine.

import type { LaunchRequest } from "#functions/backend.ts";
import { type Part, SimulatedBackend } from "#local/backends/simulated.ts";
import { aRequest, CAPACITY, openProcessBody } from "#test/local/process-body.ts";
import {
  type BackendBody,
  backendContract,
  EventLog,
  type Play,
  type RequestOptions,
} from "./backend.ts";
import { commandFor } from "./plays.ts";

for (const memoryLimit of [undefined, "sampler"] as const) {
  backendContract(
    memoryLimit ? "process, looking at memory" : "process",
    async () => {
      const body = await openProcessBody(memoryLimit && { memoryLimit });
      return { ...body, request: (play, options) => aProgram(play, options) };
    },
    { capacity: CAPACITY, admits: true, memoryLimits: true, timeLimits: true },
  );
}

function aProgram(play: Play, { instance, shape, maxTimeSeconds }: RequestOptions = {}) {
  const resources = { cpu: 0.05, memoryMib: 64, gpu: 0, ...shape };
  return aRequest(commandFor(play), {
    ...(instance && { instance }),
    service: { resources, ...(maxTimeSeconds !== undefined && { maxTimeSeconds }) },
  });
}

backendContract("simulated", async () => openSimulated(), {
  ...{ capacity: CAPACITY, admits: false, memoryLimits: false, timeLimits: true },
});

function openSimulated(): BackendBody {
  const events = new EventLog();
  const plays = new Map<LaunchRequest["instance"], Play>();
  const backend = new SimulatedBackend({
    name: "simulated",
    capabilities: {
      ...{ engine: "simulated", runs: ["array"], capacity: CAPACITY, largest: CAPACITY },
      ...{ features: [], remembers: true, catalogueOnly: false },
    },
    now: Date.now,
    later: (ms, act) => setTimeout(act, ms),
    tell: (event) => events.add(event),
    cast: ({ instance }) => partFor(plays.get(instance) ?? { does: "succeed" }),
    graceMs: 5,
  });
  const request = (play: Play, options?: RequestOptions) => {
    const made = aProgram(play, options);
    plays.set(made.instance, play);
    return made;
  };
  return { backend, events, request, close: async () => {} };
}

function partFor(play: Play): Part {
  const launched = { reply: "launched", startsAfterMs: 1 } as const;
  switch (play.does) {
    case "succeed":
      return { ...launched, play: (stage) => stage.end({ kind: "succeeded" }) };
    case "fail": {
      const { exitCode } = play;
      const outcome = { kind: "failed", code: "exit", reason: "It failed.", exitCode } as const;
      return { ...launched, play: (stage) => stage.end(outcome) };
    }
    case "ignoreStops":
      return { ...launched, play: (stage) => stage.onStop(() => {}) };
    case "stay":
    case "takeMemory":
      return launched;
  }
}
