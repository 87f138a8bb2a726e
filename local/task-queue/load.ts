// Brings a queue from its tables into memory, in slices, so that nobody waits long for the largest of them.
import type { DatabaseSync } from "node:sqlite";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { QueueOptions, QueueRef } from "#functions/task-queues.ts";
import type { QueueHost, StoredQueue } from "./parts.ts";
import { Queue } from "./queue.ts";
import { STATE } from "./task-states.ts";

/** Rows read before others have their turn. */
const SLICE = 200;

export interface Loader {
  /** Undefined where there is no such queue. */
  load(ref: QueueRef, host: QueueHost): Promise<Queue | undefined>;
}

export function loaderOn(reader: DatabaseSync): Loader {
  const select = reader.prepare(
    "select id, options, closed, redriven from task_queues where execution = ? and queue = ?",
  );
  const steps = stepsOn(reader);
  return {
    async load(ref, host) {
      const row = ref.executionId && select.get(ref.executionId, ref.queue);
      if (!row) return undefined;
      const queue = new Queue(storedOf(row, ref), host);
      for (const { next, apply } of steps) await eachSlice(queue, next, apply);
      return queue;
    },
  };
}

function storedOf(row: Row, ref: QueueRef): StoredQueue {
  const options = JSON.parse(String(row.options)) as QueueOptions;
  const [id, redriven] = [Number(row.id), Number(row.redriven)];
  return { id, ref, options, closed: row.closed === 1, redriven };
}

type Row = Record<string, unknown>;

interface Step {
  /** The rows behind a place (position or number), in order; `place` of each is where the next slice begins. */
  readonly next: (queue: number, after: number) => readonly Row[];
  readonly apply: (queue: Queue, row: Row) => void;
}

async function eachSlice(queue: Queue, next: Step["next"], apply: Step["apply"]): Promise<void> {
  for (let after = -1; ; ) {
    const rows = next(queue.id, after);
    for (const row of rows) apply(queue, row);
    if (rows.length < SLICE) return;
    after = Number(rows.at(-1)?.place);
    await nextTurn();
  }
}

/** Chunks first, then what became of their tasks. */
function stepsOn(reader: DatabaseSync): readonly Step[] {
  const slices = (columns: string, table: string, place: string): Step["next"] => {
    const select = reader.prepare(
      `select ${place} as place, ${columns} from ${table} where queue = ? and ${place} > ? order by ${place} limit ${SLICE}`,
    );
    return (queue, after) => select.all(queue, after);
  };
  return [
    { next: slices("count, ids", "task_chunks", "first"), apply: chunk },
    { next: slices("positions", "task_results", "seq"), apply: results },
    { next: slices("position", "task_letters", "seq"), apply: letter },
    {
      next: slices("attempts, deliveries, last_failed, runner, lease", "task_troubles", "position"),
      apply: trouble,
    },
  ];
}

function chunk(queue: Queue, row: Row): void {
  const ids = row.ids === null ? null : String(row.ids);
  queue.tasks.load(Number(row.place), Number(row.count), ids);
}

function results(queue: Queue, row: Row): void {
  const seq = Number(row.place);
  const positions = numbersOf(row.positions);
  for (const position of positions) queue.tasks.states.ended(position, STATE.succeeded, seq);
  queue.reports.goOnFrom(seq);
}

/** 32-bit numbers as they are stored. */
export function numbersOf(blob: unknown): Uint32Array {
  return new Uint32Array(new Uint8Array(blob as Uint8Array).buffer);
}

function letter(queue: Queue, row: Row): void {
  const seq = Number(row.place);
  queue.tasks.states.ended(Number(row.position), STATE.failed, seq);
  queue.reports.goOnFrom(seq);
}

function trouble(queue: Queue, row: Row): void {
  const position = Number(row.place);
  const { states } = queue.tasks;
  if (states.of(position) !== STATE.waiting) return;
  const [attempts, deliveries] = [Number(row.attempts), Number(row.deliveries)];
  const lastFailed = row.last_failed === null ? undefined : String(row.last_failed);
  queue.parts.troubles.set(position, { attempts, deliveries, lastFailed });
  if (row.runner !== null) queue.resume(position, String(row.runner), String(row.lease));
  else queue.reports.waitOrHold(position);
}
