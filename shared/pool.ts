// A pool: what a backend can hold at once, and what it can do. `decide` places by it.
import type { RunKind } from "./zapp.ts";

/** An amount of capacity: `cpu` in vCPU, `memoryMib` in MiB, `gpu` and `instances` in pieces. */
export interface Amount {
  readonly instances: number;
  readonly cpu: number;
  readonly memoryMib: number;
  readonly gpu: number;
}

export interface Capabilities {
  /** The engine's name as people know it: process, container, ecs, batch, simulated. */
  readonly engine: string;
  readonly runs: readonly RunKind[];
  /** What it can hold in all. */
  readonly capacity: Amount;
  /** The largest single instance. */
  readonly largest: Amount;
  /** Optional fields of a service that it can honour, as `unsupportedBy` (shared/zapp.ts) names them. */
  readonly features: readonly string[];
  /** Its instances are found by their ids alone: no id of its own has to be kept. */
  readonly remembers: boolean;
  /** May only run programs of the catalogue, unless an administrator sends them. */
  readonly catalogueOnly: boolean;
  /** Where images of zapps that did not come with Zoe may be from, as patterns (image.ts); without it, from anywhere. */
  readonly images?: readonly string[];
  /** What an administrator should know of it here, in whole sentences. */
  readonly notes?: readonly string[];
}
