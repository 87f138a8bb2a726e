// Tasks on their way into a queue, 10,000 in a body: payloads stay JSON text where the queue takes text, so that nothing is made twice.

import { TASK_LIMITS } from "#functions/task-queues.ts";
import { type Fault, quote, VisibleError } from "#shared/fault.ts";
import { isDeeperThan } from "#shared/zapp/json.ts";
import { invalid } from "./faults.ts";
import { JSON_DEPTH } from "./json.ts";
import { whereBroken } from "./json-place.ts";

export interface TaskTexts {
  /** JSON texts without line breaks. */
  readonly payloads: readonly string[];
  readonly ids: readonly (string | undefined)[];
}

const MOST_FAULTS = 100;

/** A JSON list of `{id?, payload}`. */
export function tasksOfList(text: string): TaskTexts {
  const list = parseList(text);
  if (!Array.isArray(list)) throw faulty([fault("", "a JSON list of tasks", list)]);
  checkCount(list.length);
  return collect(list.length, (at) => taskOf(list[at], `/${at}`));
}

/** One `{id?, payload}` a line; empty lines do not count. */
export function tasksOfLines(text: string): TaskTexts {
  const lines = text.split("\n").flatMap((line, at) => {
    const trimmed = line.trim();
    return trimmed === "" ? [] : [{ text: trimmed, line: at + 1 }];
  });
  checkCount(lines.length);
  return collect(lines.length, (at) => {
    const { text = "", line } = lines[at] ?? {};
    const read = readLine(text, `/${at}`);
    return "detail" in read ? { ...read, line } : read;
  });
}

interface Task {
  readonly id?: string;
  readonly payload: string;
}

function collect(count: number, read: (at: number) => Task | Fault): TaskTexts {
  const payloads: string[] = [];
  const ids: (string | undefined)[] = [];
  const faults: Fault[] = [];
  for (let at = 0; at < count && faults.length < MOST_FAULTS; at++) {
    const task = read(at);
    if ("detail" in task) {
      faults.push(task);
      continue;
    }
    payloads.push(task.payload);
    ids.push(task.id);
  }
  if (faults.length > 0) throw faulty(faults);
  return { payloads, ids };
}

/** The usual forms, as JSON.stringify writes them: then the payload's text is the rest of the line. */
const PLAIN = /^\{(?:"id":"([^"\\\p{Cc}]{1,200})",)?"payload":/u;

function readLine(line: string, pointer: string): Task | Fault {
  const plain = PLAIN.exec(line);
  if (plain && line.endsWith("}")) {
    const payload = line.slice(plain[0].length, -1);
    if (isJson(payload))
      return isDeep(payload)
        ? deep(`${pointer}/payload`)
        : { payload, ...(plain[1] !== undefined && { id: plain[1] }) };
  }
  try {
    return taskOf(JSON.parse(line), pointer);
  } catch {
    const { column, wanted } = whereBroken(line);
    return { pointer, detail: `It breaks at column ${column}: wanted ${wanted}.` };
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Only a text with many brackets can be deep: all others are not looked at twice. */
function isDeep(text: string): boolean {
  let brackets = 0;
  for (let at = 0; at < text.length && brackets <= JSON_DEPTH; at++) {
    const char = text.charCodeAt(at);
    if (char === 0x5b || char === 0x7b) brackets++;
  }
  return brackets > JSON_DEPTH && isDeeperThan(JSON.parse(text), JSON_DEPTH);
}

function deep(pointer: string): Fault {
  return { pointer, detail: `Wanted at most ${JSON_DEPTH} levels within each other; got more.` };
}

const FIELDS = ["id", "payload"];

function taskOf(task: unknown, pointer: string): Task | Fault {
  if (typeof task !== "object" || task === null || Array.isArray(task))
    return fault(pointer, "a task, an object with a payload and perhaps an id", task);
  const strange = Object.keys(task).find((field) => !FIELDS.includes(field));
  if (strange !== undefined)
    return { pointer, detail: `A task has the fields id and payload, no ${quote(strange)}.` };
  if (!Object.hasOwn(task, "payload")) return fault(`${pointer}/payload`, "a payload", undefined);
  const { id, payload } = task as { id?: unknown; payload: unknown };
  if (isDeeperThan(payload, JSON_DEPTH)) return deep(`${pointer}/payload`);
  const text = JSON.stringify(payload);
  if (id === undefined) return { payload: text };
  if (typeof id === "string" && isId(id)) return { payload: text, id };
  const wanted = `an id of 1 to ${TASK_LIMITS.idCharacters} characters without controls`;
  return fault(`${pointer}/id`, wanted, id);
}

function isId(id: string): boolean {
  return id.length <= TASK_LIMITS.idCharacters && /^[^\p{Cc}\p{Cs}]+$/u.test(id);
}

function parseList(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const { line, column, wanted } = whereBroken(text);
    const detail = `It breaks at line ${line}, column ${column}: wanted ${wanted}.`;
    throw faulty([{ pointer: "", detail, line }]);
  }
}

function checkCount(count: number): void {
  if (count > 0 && count <= TASK_LIMITS.tasksPerPut) return;
  const detail = `Wanted 1 to ${TASK_LIMITS.tasksPerPut} tasks in one call; got ${count}.`;
  throw new VisibleError(count === 0 ? "invalid" : "tooLarge", detail, [{ pointer: "", detail }]);
}

function fault(pointer: string, wanted: string, came: unknown): Fault {
  return { pointer, detail: `Wanted ${wanted}; got ${quote(came)}.` };
}

function faulty(faults: readonly Fault[]): VisibleError {
  return invalid("No task was put", faults);
}
