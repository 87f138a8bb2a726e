// All that the sidecar's steps touch outside themselves, so that a test, or a thousand fault seeds, can be that outside.
import { join } from "node:path";
import type { Objects } from "#functions/objects.ts";
import type { openRuntime } from "#functions/runtime-api/runtime.ts";
import type { Store } from "#functions/store.ts";
import type { TaskQueues } from "#functions/task-queues.ts";
import type { Log } from "#functions/world.ts";
import { SHARED_FOLDER } from "#shared/container-group.ts";

export interface SidecarWorld {
  /** The work table, under the task role. */
  readonly store: Store;
  readonly objects: Pick<Objects, "get" | "put">;
  readonly tasks: TaskQueues;
  readonly log: Log;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly pause: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  readonly fetch: typeof fetch;
  /** The folder that the three containers share. */
  readonly folder: string;
  /** The folder in which the sidecar's image has the agent of gangs. */
  readonly agent: string;
  /** What ECS says of the task that this runs in. */
  readonly look: () => Promise<TaskLook>;
  /** What the program uses at this moment, where ECS says so. */
  readonly measure: () => Promise<Measure | undefined>;
  /** The runtime API's door. */
  readonly openRuntime: typeof openRuntime;
  /** Of the runtime API; 0: any free one. */
  readonly port: number;
}

export interface TaskLook {
  readonly taskArn: string;
  readonly containers: readonly ContainerLook[];
}

export interface Measure {
  /** Since it started. */
  readonly cpuSeconds: number;
  /** Now. */
  readonly memoryMib: number;
}

export interface ContainerLook {
  readonly name: string;
  readonly isStopped: boolean;
  /** Absent while it runs, and of one that never ran. */
  readonly exitCode?: number;
}

/** A path of the containers (`/zoe/work`), wherever their shared folder lies here. */
export function inside({ folder }: Pick<SidecarWorld, "folder">, path: string): string {
  return join(folder, path.slice(SHARED_FOLDER.length));
}
