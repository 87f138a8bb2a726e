// What the process engine can do on this machine.
import { machineCapacity } from "#local/backends/engine/admission.ts";
import { type MemoryLimitWay, tellMemoryLimitWay } from "#local/memory-limit.ts";
import type { Amount, Capabilities } from "#shared/pool.ts";

const FEATURES = [
  "programs",
  "inputs",
  "outputs",
  "remoteOutputs",
  "files",
  "secrets",
  "retry",
  "after",
  "pull",
  "maxTime",
  "routes",
] as const;

export function capabilitiesOf(
  limit: MemoryLimitWay,
  capacity: Partial<Amount> = {},
): Capabilities {
  const whole = machineCapacity(capacity);
  return {
    engine: "process",
    runs: ["once", "array", "gang", "worker"],
    capacity: whole,
    largest: { ...whole, instances: 1 },
    features: FEATURES,
    remembers: true,
    catalogueOnly: true,
    notes: [tellMemoryLimitWay(limit)],
  };
}
