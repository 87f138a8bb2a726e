// Tells the host that a queue changed: at once, and then at most ten times a second for each kind of change.
import type { QueueRef, TaskQueueChange, TaskQueueHost } from "#functions/task-queues.ts";

const QUIET_MILLISECONDS = 100;

export class Changes {
  readonly #tell: NonNullable<TaskQueueHost["onChange"]>;
  /** Told a moment ago; whether there is more to tell. */
  readonly #recent = new Map<string, { isDue: boolean }>();

  constructor(tell: NonNullable<TaskQueueHost["onChange"]>) {
    this.#tell = tell;
  }

  happened(ref: QueueRef, change: TaskQueueChange): void {
    const key = `${change} ${ref.executionId} ${ref.queue}`;
    const recent = this.#recent.get(key);
    if (recent) {
      recent.isDue = true;
      return;
    }
    this.#tell(ref, change);
    this.#recent.set(key, { isDue: false });
    setTimeout(() => this.#over(key, ref, change), QUIET_MILLISECONDS).unref();
  }

  #over(key: string, ref: QueueRef, change: TaskQueueChange): void {
    const isDue = this.#recent.get(key)?.isDue ?? false;
    this.#recent.delete(key);
    if (isDue) this.happened(ref, change);
  }

  /** Tells nothing any more. */
  end(): void {
    for (const recent of this.#recent.values()) recent.isDue = false;
  }
}
