// Reads tasks and outcomes: one task by its id, or all outcomes in the order recorded.
import type { Item, Json } from "#functions/store.ts";
import {
  type Outcome,
  type OutcomePage,
  type Outcomes,
  TASK_LIMITS,
  type TaskView,
} from "#functions/task-queues.ts";
import { isOwnId } from "#functions/task-rules.ts";
import { ownNumber, PayloadReader } from "./chunks.ts";
import type { Hands } from "./hands.ts";
import { firstOf, ownChunk } from "./keys.ts";
import type { TaskQueueParts } from "./parts.ts";
import {
  type OutcomeRecord,
  outcomeOf,
  type Place,
  placeOf,
  textOf,
  troubleOf,
} from "./records.ts";
import type { KnownQueue } from "./shelf.ts";

/** Who holds a task is known to the process that gave it: elsewhere it is shown as waiting. */
export async function viewOf(
  parts: TaskQueueParts,
  hands: Hands,
  queue: KnownQueue,
  task: string,
): Promise<TaskView | undefined> {
  const { keys } = queue;
  const found = await parts.store.getMany([
    keys.outcome(task),
    keys.trouble(task),
    keys.task(task),
  ]);
  const [outcome, trouble, item] = found;
  const place = item ? placeOf(item.value) : await ownPlace(parts, queue, task);
  if (!item && !place) return undefined;
  const text =
    (item && textOf(item.value.payload)) ??
    (await new PayloadReader(parts, keys).payloadOf(task, place));
  const about = {
    task,
    attempts: troubleOf(trouble).attempts,
    ...(text !== undefined && { payload: JSON.parse(text) as Json }),
  };
  if (outcome) return { ...about, ...ended(outcomeOf(outcome)) };
  const held = hands.holding(queue, task);
  return held ? { ...about, state: "leased", worker: held.worker } : { ...about, state: "waiting" };
}

function ended({ ok, output, error, worker, at }: OutcomeRecord) {
  return {
    state: ok ? ("succeeded" as const) : ("failed" as const),
    ...(output !== undefined && { result: JSON.parse(output) as Json }),
    ...(error !== undefined && { error }),
    worker,
    at,
  };
}

/** A task with an id of ours lies in the last chunk that begins at or before its number. */
async function ownPlace(
  { store }: TaskQueueParts,
  { keys, next }: KnownQueue,
  task: string,
): Promise<Place> {
  const number = isOwnId(task) ? ownNumber(task) : Number.NaN;
  if (!(number < next)) return undefined;
  const range = { pk: keys.chunks, from: ownChunk(0), to: ownChunk(number + 1) };
  let cursor: string | undefined;
  do {
    const more = cursor === undefined ? {} : { cursor };
    const found = await store.query({ ...range, reverse: true, limit: 1, ...more });
    const [chunk] = found.items;
    if (chunk) return { chunk: chunk.sk, index: number - firstOf(chunk.sk) };
    cursor = found.cursor;
  } while (cursor !== undefined);
  return undefined;
}

/** Where the next page begins: a row of the log, and a place in it. */
interface Cursor {
  readonly row: string;
  readonly index: number;
}

const ROWS = 20;
const KEYS = 100;

export async function outcomesOf(
  parts: TaskQueueParts,
  queue: KnownQueue,
  { ok, limit, cursor }: OutcomePage,
): Promise<Outcomes> {
  const start: Cursor | undefined = cursor === undefined ? undefined : JSON.parse(cursor);
  const most = Math.min(limit, TASK_LIMITS.page);
  const reader = new PayloadReader(parts, queue.keys);
  const outcomes: Outcome[] = [];
  let characters = 0;
  for await (const { record, place } of listed(parts, queue, start)) {
    if (outcomes.length >= most || characters >= TASK_LIMITS.pageCharacters)
      return { outcomes, cursor: JSON.stringify(place) };
    if (!record || (ok !== undefined && record.ok !== ok)) continue;
    const text = await reader.payloadOf(record.task, record.from);
    outcomes.push(shown(record, text));
    characters += (text?.length ?? 0) + (record.output?.length ?? 0);
  }
  return { outcomes };
}

function shown(record: OutcomeRecord, text: string | undefined): Outcome {
  const { task, ok, output, error, attempts, worker, at } = record;
  return {
    ...{ task, ok, attempts, worker, at },
    ...(text !== undefined && { payload: JSON.parse(text) as Json }),
    ...(output !== undefined && { result: JSON.parse(output) as Json }),
    ...(error !== undefined && { error }),
  };
}

interface Listed {
  /** Undefined: it was redriven since. */
  readonly record: OutcomeRecord | undefined;
  readonly place: Cursor;
}

/** Every place of the log, from a cursor on. */
export async function* listed(
  parts: TaskQueueParts,
  queue: KnownQueue,
  start?: Cursor,
): AsyncGenerator<Listed> {
  let cursor: string | undefined;
  const from = start && { from: start.row };
  do {
    const more = { ...from, ...(cursor !== undefined && { cursor }) };
    const found = await parts.store.query({ pk: queue.keys.log, limit: ROWS, ...more });
    for (const row of found.items)
      yield* rowOf(parts, queue, row, start?.row === row.sk ? start.index : 0);
    cursor = found.cursor;
  } while (cursor !== undefined);
}

async function* rowOf(
  { store }: TaskQueueParts,
  { keys }: KnownQueue,
  { sk, value }: Item,
  skipped: number,
): AsyncGenerator<Listed> {
  const tasks = (textOf(value.tasks) ?? "").split("\n");
  for (let at = skipped; at < tasks.length; at += KEYS) {
    const some = tasks.slice(at, at + KEYS);
    const items = await store.getMany(some.map((task) => keys.outcome(task)));
    for (const [offset, item] of items.entries()) {
      const record = item && outcomeOf(item);
      const place = { row: sk, index: at + offset };
      yield { record: record?.row === sk ? record : undefined, place };
    }
  }
}
