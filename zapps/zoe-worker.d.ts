// The types of worker/zoe-worker.mjs, for workers written in TypeScript: the library itself stays one plain file.

declare module "*/zoe-worker.mjs" {
  export interface Task {
    readonly id: string;
    /** Failures before this attempt. */
    readonly attempts: number;
    /** Aborted when the worker is asked to stop: finish, or throw to give up. */
    readonly signal: AbortSignal;
  }

  export interface RunOptions {
    readonly concurrency?: number;
    readonly max?: number;
    readonly patienceSeconds?: number;
    readonly url?: string;
  }

  export interface Summary {
    readonly done: number;
    readonly failed: number;
    /** Why it left: drained, idle, retired, tasksDone, draining or stopped. */
    readonly reason: string;
  }

  export function run(
    handler: (payload: unknown, task: Task) => unknown,
    options?: RunOptions,
  ): Promise<Summary>;
}
