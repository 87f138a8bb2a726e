// A world for the sidecar's steps: stores in memory, a folder of its own, a clock that runs as fast as it is waited for, and what ECS says of the task.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openRuntime } from "#functions/runtime-api/runtime.ts";
import { memoryTaskQueues } from "#local/memory-task-queues.ts";
import { memoryObjects } from "#local/objects/memory-objects.ts";
import { memoryStore } from "#local/store/memory-store.ts";
import type { InstanceSpec } from "#shared/container-group.ts";
import type { Instance } from "#sidecar/instance.ts";
import type { ContainerLook, Measure, SidecarWorld } from "#sidecar/world.ts";

export interface Stand {
  readonly world: SidecarWorld;
  readonly logged: string[];
  program: ContainerLook;
  measure: Measure | undefined;
  now: number;
  /** Called with the time, between any two waits. */
  meanwhile: (now: number) => void;
  remove(): void;
}

export function aStand(): Stand {
  const folder = mkdtempSync(join(tmpdir(), "zoe-sidecar-"));
  const logged: string[] = [];
  const note = (text: string) => void logged.push(text);
  const log = { info: note, warn: note, error: note };
  const now = () => stand.now;
  const world: SidecarWorld = {
    store: memoryStore({ now }),
    objects: memoryObjects({ now }),
    tasks: memoryTaskQueues({ now }),
    ...{ log, now, folder, agent: AGENT, fetch, openRuntime, port: 0 },
    look: async () => ({ taskArn: "arn:task/1", containers: [stand.program] }),
    measure: async () => stand.measure,
    // Whoever waits longest ends last: each wait is a step of the clock, one at a time.
    pause: (milliseconds, signal) => pauseOn(stand, milliseconds, signal),
  };
  const stand: Stand = {
    ...{ world, logged, now: 1_000_000 },
    program: { name: "program", isStopped: false },
    measure: undefined,
    meanwhile: () => {},
    remove: () => rmSync(folder, { recursive: true }),
  };
  return stand;
}

const STEP_MS = 500;
/** Its source stands for it where nothing runs it. */
export const AGENT = fileURLToPath(new URL("../../sidecar/gang", import.meta.url));

async function pauseOn(stand: Stand, milliseconds: number, signal?: AbortSignal): Promise<void> {
  const until = stand.now + milliseconds;
  while (stand.now < until && !signal?.aborted) {
    const before = stand.now;
    await new Promise((resolve) => setImmediate(resolve));
    if (signal?.aborted) return;
    // Of all that wait, the first to come round moves the clock.
    if (stand.now === before) {
      stand.now += Math.min(STEP_MS, until - stand.now);
      stand.meanwhile(stand.now);
    }
  }
}

export function aSpec(more: Partial<InstanceSpec> = {}): InstanceSpec {
  return {
    ...{ executionId: "exe_1", service: "main", generation: 1, index: 0, size: 1 },
    ...{ tenant: "lab", zapp: "hello", run: "once", isFenced: true, secret: "s".repeat(64) },
    stages: [{ inputs: [], outputs: [], files: {} }],
    starts: [],
    ...more,
  };
}

export function anInstance(more: Partial<InstanceSpec> = {}, runner = "arn:task/1"): Instance {
  const spec = aSpec(more);
  return { spec, index: spec.index, number: 0, runner };
}
