// What the work table keeps of task queues, as items and back.
import type { Item, JsonObject, Key, NewItem } from "#functions/store.ts";
import type { QueueOptions } from "#functions/task-queues.ts";

/** One queue: how it was made, whether it takes more, where its messages are. */
export interface QueueMeta {
  readonly name: string;
  readonly options: QueueOptions;
  readonly closed: boolean;
  /** The number of the next task that gets an id of ours. */
  readonly next: number;
  /** Of its SQS queue, once it was placed. */
  readonly url: string | undefined;
  /** What was put before it was placed is on its way. */
  readonly isFed: boolean;
}

export function metaItem(key: Key, name: string, options: QueueOptions): NewItem {
  return { ...key, value: { name, options: JSON.stringify(options), closed: false, next: 0 } };
}

export function metaOf({ value }: Item): QueueMeta {
  return {
    name: String(value.name),
    options: JSON.parse(String(value.options)) as QueueOptions,
    closed: value.closed === true,
    next: Number(value.next),
    url: textOf(value.url),
    isFed: value.isFed === true,
  };
}

/** Where a payload lies: a task of a chunk, or the task's own item. */
export type Place = { readonly chunk: string; readonly index: number } | undefined;

export function placeOf(value: JsonObject): Place {
  const chunk = textOf(value.chunk);
  return chunk === undefined ? undefined : { chunk, index: Number(value.index) };
}

/** A task with a given id points into its chunk; one that a route made carries its payload. */
export type TaskRecord =
  | { readonly chunk: string; readonly index: number }
  | { readonly payload: string };

export function taskItem(key: Key, record: TaskRecord): NewItem {
  return { ...key, value: { ...record } };
}

export interface OutcomeRecord {
  readonly task: string;
  readonly ok: boolean;
  /** JSON text. */
  readonly output?: string;
  readonly error?: string;
  readonly attempts: number;
  readonly worker: string;
  readonly at: number;
  readonly from: Place;
  /** The row of the log that lists it. */
  readonly row: string;
}

export function outcomeItem(key: Key, { from, ...outcome }: OutcomeRecord): NewItem {
  return { ...key, value: { ...outcome, ...from } };
}

export function outcomeOf({ value }: Item): OutcomeRecord {
  const [output, error] = [textOf(value.output), textOf(value.error)];
  return {
    task: String(value.task),
    ok: value.ok === true,
    ...(output !== undefined && { output }),
    ...(error !== undefined && { error }),
    attempts: Number(value.attempts),
    worker: String(value.worker),
    at: Number(value.at),
    from: placeOf(value),
    row: String(value.row),
  };
}

/** Of a task that failed, is suspected of killing, or was redriven. */
export interface Trouble {
  readonly attempts: number;
  /** Redrives so far: messages of earlier rounds are void. */
  readonly round: number;
  /** The worker that it was started alone on, and that has not told an end. */
  readonly startedBy: string | undefined;
  /** Starts whose end nobody told. */
  readonly silent: number;
  /** Of the item; 0: there is none. */
  readonly version: number;
}

export const NO_TROUBLE: Trouble = {
  attempts: 0,
  round: 0,
  startedBy: undefined,
  silent: 0,
  version: 0,
};

export function troubleOf(item: Item | undefined): Trouble {
  if (!item) return NO_TROUBLE;
  const { value, version } = item;
  return {
    attempts: Number(value.attempts),
    round: Number(value.round),
    startedBy: textOf(value.startedBy),
    silent: Number(value.silent),
    version,
  };
}

export function troubleItem(key: Key, trouble: Omit<Trouble, "version">): NewItem {
  const { attempts, round, startedBy, silent } = trouble;
  return { ...key, value: { attempts, round, silent, ...(startedBy && { startedBy }) } };
}

/** What a worker runs alone: enough to end it from elsewhere. */
export interface StartRecord {
  readonly task: string;
  readonly receipt: string;
  readonly from: Place;
}

export function startItem(key: Key, { task, receipt, from }: StartRecord): NewItem {
  return { ...key, value: { task, receipt, ...from } };
}

/** Undefined where the start has ended. */
export function startOf(item: Item | undefined): StartRecord | undefined {
  const [task, receipt] = [textOf(item?.value.task), textOf(item?.value.receipt)];
  if (!item || task === undefined || receipt === undefined) return undefined;
  return { task, receipt, from: placeOf(item.value) };
}

export function textOf(value: JsonObject[string]): string | undefined {
  return typeof value === "string" ? value : undefined;
}
