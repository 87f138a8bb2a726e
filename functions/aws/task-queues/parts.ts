// What the task queues of the AWS body stand on: the work table, SQS, S3 for what is large, a clock.
import type { Store } from "#functions/store.ts";
import type { QueueRef, TaskQueueHost } from "#functions/task-queues.ts";
import type { Log } from "#functions/world.ts";
import type { TaskMessages } from "./messages.ts";

/** Texts too large for an item, by key. */
export interface LargeTexts {
  put(key: string, text: string): Promise<void>;
  get(key: string): Promise<string>;
  /** All whose keys begin so. */
  delete(prefix: string): Promise<void>;
}

/** What `feed` is woken with: a chunk that waits to be sent, or a queue of which messages seem to be lost. */
export type FeedMessage =
  | { readonly ref: QueueRef; readonly chunk: string }
  | { readonly ref: QueueRef; readonly isShort: true };

export interface TaskQueueParts extends TaskQueueHost {
  /** The work table. */
  readonly store: Store;
  readonly messages: TaskMessages;
  readonly texts: LargeTexts;
  /** `tenant#zapp` of an execution; undefined where there is none. */
  readonly ownerOf: (executionId: string) => Promise<string | undefined>;
  /** Names of SQS queues begin so; the owner's hash and the queue's follow. */
  readonly queuePrefix: string;
  /** Asks for a chunk to be sent soon; may fail, or be forgotten: the sweep asks again. */
  readonly wake: (message: FeedMessage) => Promise<void>;
  readonly pause: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** Unique; sorts by time. */
  readonly newId: () => string;
  readonly log?: Log;
  /** Outcomes of so many milliseconds share a transaction, but for the first. */
  readonly flushMilliseconds: number;
}
