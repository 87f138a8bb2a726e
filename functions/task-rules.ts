// The rules of task queues that no implementation may bend: limits of what is put and reported, who is offered what, when a task is given up.
import type { Fault } from "#shared/fault.ts";
import { quote, VisibleError } from "#shared/fault.ts";
import { type LeaseRequest, type NewTask, TASK_LIMITS, type WorkReport } from "./task-queues.ts";

/** The JSON text of a value; one that JSON does not know, or that is nested too deeply to be written, is refused. */
export function jsonText(value: unknown, pointer: string): string {
  const text = stringified(value);
  if (text !== undefined) return text;
  const detail = `A JSON value was wanted, not nested too deeply; ${quote(value)} came that can't be written as JSON.`;
  throw new VisibleError("invalid", detail, [{ pointer, detail }]);
}

function stringified(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** Their payloads as text, each within its limit, or all that is wrong with them. */
export function payloadTexts(tasks: readonly NewTask[]): string[] {
  checkCount(tasks.length);
  return tasks.map((task, index) => jsonText(task.payload, `/${index}/payload`));
}

const MOST_FAULTS = 20;

/** Throws with the pointers of the first faulty tasks (`/3/payload`: the fourth). */
export function checkTasks(
  payloads: readonly string[],
  ids: readonly (string | undefined)[] | undefined,
): void {
  checkCount(payloads.length);
  const large: Fault[] = [];
  const faulty: Fault[] = [];
  for (const [index, payload] of payloads.entries()) {
    if (isLonger(payload, TASK_LIMITS.payloadBytes)) large.push(tooLarge(payload, index));
    const id = ids?.[index];
    if (id !== undefined && !isId(id)) faulty.push(badId(id, index));
  }
  const faults = [...large, ...faulty].slice(0, MOST_FAULTS);
  if (faults.length === 0) return;
  const count = large.length + faulty.length;
  const message = `${count} of ${payloads.length} tasks can't be put; none was. Correct them and put them all again.`;
  throw new VisibleError(faulty.length > 0 ? "invalid" : "tooLarge", message, faults);
}

function checkCount(count: number): void {
  if (count <= TASK_LIMITS.tasksPerPut) return;
  throw new VisibleError(
    "tooLarge",
    `At most ${TASK_LIMITS.tasksPerPut} tasks can be put at once; ${count} came. Put them in several calls.`,
  );
}

function tooLarge(payload: string, index: number): Fault {
  const detail = `A payload may have ${TASK_LIMITS.payloadBytes} bytes of JSON; this one has ${utf8Bytes(payload)}. Keep large data in a file, and put its name.`;
  return { pointer: `/${index}/payload`, detail };
}

function badId(id: string, index: number): Fault {
  const detail = `A task's id is text of 1 to ${TASK_LIMITS.idCharacters} characters without control characters; ${quote(id)} came.`;
  return { pointer: `/${index}/id`, detail };
}

const CONTROL = /\p{Cc}|\p{Cs}/u;

function isId(id: unknown): boolean {
  return (
    typeof id === "string" &&
    id.length > 0 &&
    id.length <= TASK_LIMITS.idCharacters &&
    !CONTROL.test(id)
  );
}

/** Without counting where the length alone can tell: a UTF-16 unit is at most three bytes. */
export function isLonger(text: string, bytes: number): boolean {
  if (text.length * 3 <= bytes) return false;
  return text.length > bytes || utf8Bytes(text) > bytes;
}

const encoder = new TextEncoder();

function utf8Bytes(text: string): number {
  return encoder.encode(text).length;
}

/** The form of the ids that Zoe gives. */
export function isOwnId(id: string): boolean {
  return /^zoe-(0|[1-9]\d{0,14})$/.test(id);
}

/** Ids of Zoe's own form can only repeat tasks that are there. */
export function checkOwnIds(
  ids: readonly (string | undefined)[],
  isThere: (id: string) => boolean,
): void {
  const faults: Fault[] = [];
  for (const [index, id] of ids.entries()) {
    if (id === undefined || !isOwnId(id) || isThere(id)) continue;
    const detail = `Ids of the form zoe-5 are given by Zoe, and this queue has no task ${quote(id)}. Choose another form, or leave the id out.`;
    faults.push({ pointer: `/${index}/id`, detail });
  }
  if (faults.length === 0) return;
  const message = `${faults.length} of ${ids.length} tasks can't be put; none was.`;
  throw new VisibleError("invalid", message, faults.slice(0, MOST_FAULTS));
}

/** What a worker reports, as it is recorded: texts, within their limits. */
export type Reported =
  | { readonly lease: string; readonly ok: true; readonly output: string }
  | { readonly lease: string; readonly ok: false; readonly error: string };

export function reported(report: WorkReport, index: number): Reported {
  const { lease } = report;
  if (!report.ok) return { lease, ok: false, error: cut(report.error) };
  const output = jsonText(report.result, `/${index}/result`);
  if (!isLonger(output, TASK_LIMITS.resultBytes)) return { lease, ok: true, output };
  const error = `The result has ${utf8Bytes(output)} bytes of JSON; at most ${TASK_LIMITS.resultBytes} can be kept. Write large data to a file in $ZOE_OUTPUT_DIR and answer its name.`;
  return { lease, ok: false, error };
}

function cut(error: string): string {
  if (error.length <= TASK_LIMITS.errorCharacters) return error;
  return `${error.slice(0, TASK_LIMITS.errorCharacters)}... (cut here, of ${error.length} characters)`;
}

/** Within the limits whatever was asked. */
export function bounded(request: LeaseRequest): {
  readonly max: number;
  readonly waitSeconds: number;
} {
  return {
    max: Math.max(0, Math.min(Math.floor(request.max), TASK_LIMITS.leasesPerCall)),
    waitSeconds: Math.max(0, Math.min(request.waitSeconds, TASK_LIMITS.waitSeconds)),
  };
}

/** A worker that asks, and the queue's suspects: tasks delivered `maxAttempts` times without an end, that run alone from now on. */
export interface Asking {
  readonly worker: string;
  /** How many tasks it holds. */
  readonly held: number;
  /** It holds a suspect. */
  readonly isAlone: boolean;
  readonly suspects: number;
  /** The worker that empties its hands to take a suspect next. */
  readonly emptying: string | undefined;
}

/**
 * A suspect goes to a worker that holds nothing, and nothing is added to it. One worker at a time is kept from new tasks until its hands
 * are empty, so that suspects come to run even while there is plenty to do.
 */
export function offer(asking: Asking): "suspect" | "tasks" | "nothing" {
  if (asking.isAlone) return "nothing";
  if (asking.suspects === 0) return "tasks";
  if (asking.held === 0) return "suspect";
  const isEmptying = asking.emptying === undefined || asking.emptying === asking.worker;
  return isEmptying ? "nothing" : "tasks";
}

export function killedError(worker: string, attempts: number, maxAttempts: number): string {
  return `The task took its worker ${worker} down while it ran alone (attempt ${attempts} of ${maxAttempts}). Look at the worker's log and its memory limit.`;
}

export function childTooLarge(queue: string): string {
  return `The task that the result makes for queue ${queue} has more than ${TASK_LIMITS.payloadBytes} bytes of JSON. Route less (task: result), or keep large data in a file.`;
}

export function noSuchQueue(queue: string): string {
  return `The result is routed to queue ${queue}, which this execution does not have.`;
}
