// What the container engine can do with the runtime of this machine.
import { machineCapacity } from "#local/backends/engine/admission.ts";
import type { Amount, Capabilities } from "#shared/pool.ts";
import type { ContainerRuntime } from "./runtime.ts";

const FEATURES = [
  "images",
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
  "volumes",
  "gpu",
  "sharedMemory",
] as const;

export function capabilitiesOf(
  { cpu, memoryMib, gpus, name, version, socket, lacks }: Omit<ContainerRuntime, "docker">,
  capacity: Partial<Amount> = {},
  images?: readonly string[],
): Capabilities {
  const machine = machineCapacity({});
  const whole: Amount = {
    ...machine,
    cpu: Math.min(cpu, machine.cpu),
    memoryMib: Math.min(memoryMib, machine.memoryMib),
    gpu: gpus,
    ...capacity,
  };
  return {
    engine: "container",
    runs: ["once", "array", "gang", "worker"],
    capacity: whole,
    largest: { ...whole, instances: 1 },
    features: FEATURES,
    remembers: true,
    catalogueOnly: false,
    notes: [`${name} ${version} at ${socket}`, ...lacks.map((lack) => `${name}: ${lack}`)],
    ...(images && { images }),
  };
}
