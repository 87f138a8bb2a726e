// Reads recorded outcomes from their rows: one task's, or all in the order recorded.
import type { DatabaseSync } from "node:sqlite";
import type { Json } from "#functions/store.ts";
import {
  type Outcome,
  type OutcomePage,
  type Outcomes,
  TASK_LIMITS,
  type TaskView,
} from "#functions/task-queues.ts";
import { numbersOf } from "./load.ts";
import type { Queue } from "./queue.ts";
import { STATE } from "./task-states.ts";

export interface OutcomeReader {
  view(queue: Queue, position: number): TaskView;
  page(queue: Queue, page: OutcomePage): Outcomes;
}

/** Result rows and dead letters, as rows of one kind. */
const RESULTS =
  "select seq, worker, at, positions, attempts, outputs, null as position, null as error from task_results where queue = :queue and seq >= :seq";
const LETTERS =
  "select seq, worker, at, null as positions, attempts, output as outputs, position, error from task_letters where queue = :queue and seq >= :seq";
const ROWS_PER_READ = 50;

export function outcomesOn(reader: DatabaseSync): OutcomeReader {
  const inOrder = (select: string) =>
    reader.prepare(`select * from (${select}) order by seq limit ${ROWS_PER_READ}`);
  const all = inOrder(`${RESULTS} union all ${LETTERS}`);
  const [results, letters] = [inOrder(RESULTS), inOrder(LETTERS)];

  function rowsFrom(queue: number, seq: number, ok: boolean | undefined): Row[] {
    if (ok === undefined) return all.all({ queue, seq });
    return (ok ? results : letters).all({ queue, seq });
  }

  return {
    view(queue, position) {
      const seq = queue.tasks.states.outcomeOf(position);
      const rows = isEnded(queue, position) ? rowsFrom(queue.id, seq, undefined) : [];
      const found = rows[0] && recordedIn(rows[0]).find((each) => each.position === position);
      if (!found) return openView(queue, position);
      const outcome = outcomeOf(queue, found);
      return { state: outcome.ok ? "succeeded" : "failed", ...outcome };
    },
    page: (queue, page) => pageOf(queue, page, (seq) => rowsFrom(queue.id, seq, page.ok)),
  };
}

type Row = Record<string, unknown>;

/** One outcome of a row; texts are JSON. */
interface Recorded {
  readonly position: number;
  readonly attempts: number;
  readonly output: string | undefined;
  readonly error: string | undefined;
  readonly worker: string;
  readonly at: number;
}

function recordedIn(row: Row): Recorded[] {
  const [worker, at] = [String(row.worker), Number(row.at)];
  if (row.error !== null) {
    const output = row.outputs === null ? undefined : String(row.outputs);
    const [position, attempts] = [Number(row.position), Number(row.attempts)];
    return [{ position, attempts, output, error: String(row.error), worker, at }];
  }
  const outputs = String(row.outputs).split("\n");
  const attempts = row.attempts === null ? undefined : shortNumbersOf(row.attempts);
  return [...numbersOf(row.positions)].map((position, index) => ({
    position,
    attempts: attempts?.[index] ?? 0,
    output: outputs[index],
    error: undefined,
    worker,
    at,
  }));
}

function shortNumbersOf(blob: unknown): Uint16Array {
  return new Uint16Array(new Uint8Array(blob as Uint8Array).buffer);
}

function isEnded(queue: Queue, position: number): boolean {
  return queue.tasks.states.of(position) >= STATE.succeeded;
}

function openView(queue: Queue, position: number): TaskView {
  const held = queue.parts.hands.of(position);
  return {
    task: queue.tasks.idOf(position),
    state: held ? "leased" : "waiting",
    attempts: queue.parts.troubles.get(position)?.attempts ?? 0,
    payload: JSON.parse(queue.tasks.payloadOf(position)) as Json,
    ...(held && { worker: held.worker.name }),
  };
}

function outcomeOf(queue: Queue, recorded: Recorded): Outcome {
  const { position, attempts, output, error, worker, at } = recorded;
  return {
    task: queue.tasks.idOf(position),
    ok: error === undefined,
    payload: JSON.parse(queue.tasks.payloadOf(position)) as Json,
    ...(output !== undefined && { result: JSON.parse(output) as Json }),
    ...(error !== undefined && { error }),
    attempts,
    worker,
    at,
  };
}

function pageOf(
  queue: Queue,
  { limit, cursor }: OutcomePage,
  rowsFrom: (seq: number) => readonly Row[],
): Outcomes {
  const outcomes: Outcome[] = [];
  const most = Math.max(1, Math.min(limit, TASK_LIMITS.page));
  let characters = 0;
  for (const { recorded, at } of recordedFrom(cursor ?? "0.0", rowsFrom)) {
    if (outcomes.length >= most || characters >= TASK_LIMITS.pageCharacters)
      return { outcomes, cursor: at };
    outcomes.push(outcomeOf(queue, recorded));
    characters += queue.tasks.payloadOf(recorded.position).length + (recorded.output?.length ?? 0);
  }
  return { outcomes };
}

/** `at` is the cursor that begins here: the number of a row, and the place in it. */
function* recordedFrom(
  cursor: string,
  rowsFrom: (seq: number) => readonly Row[],
): Generator<{ readonly recorded: Recorded; readonly at: string }> {
  const [start = 0, place = 0] = cursor.split(".").map(Number);
  let next = start;
  for (let rows = rowsFrom(next); rows.length > 0; rows = rowsFrom(next)) {
    for (const row of rows) {
      const seq = Number(row.seq);
      const skipped = seq === start ? place : 0;
      for (const [index, recorded] of recordedIn(row).entries())
        if (index >= skipped) yield { recorded, at: `${seq}.${index}` };
      next = seq + 1;
    }
  }
}
