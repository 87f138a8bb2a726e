// Reads what a worker's program sent: JSON of a list of reports, or everything that is wrong with it, with pointers.
import type { IncomingMessage } from "node:http";
import type { Json } from "#functions/store.ts";
import { TASK_LIMITS, type WorkReport } from "#functions/task-queues.ts";
import { type Fault, quote, VisibleError } from "#shared/fault.ts";

/** Of one request, as Lambda has it. */
export const BODY_BYTES = 6 * 1024 * 1024;
const MOST_FAULTS = 20;

/** The whole body as text; one over the limit is refused as soon as that is known. */
export function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= BODY_BYTES) chunks.push(chunk);
      else reject(tooLarge());
    });
    request.on("end", () => resolve(textOf(chunks)));
    request.on("error", reject);
  });
}

function tooLarge(): VisibleError {
  return new VisibleError(
    "tooLarge",
    `A request may have ${BODY_BYTES} bytes; more came. Send the reports in several requests.`,
  );
}

function textOf(chunks: readonly Buffer[]): string {
  const [only] = chunks;
  return chunks.length === 1 && only ? only.toString() : Buffer.concat(chunks).toString();
}

export function parseReports(text: string): readonly WorkReport[] {
  const value = parseJson(text);
  if (!Array.isArray(value))
    throw wrong([{ pointer: "", detail: `A list of reports was wanted; ${quote(value)} came.` }]);
  if (value.length > TASK_LIMITS.tasksPerPut)
    throw wrong([
      {
        pointer: "",
        detail: `At most ${TASK_LIMITS.tasksPerPut} reports were wanted; ${value.length} came.`,
      },
    ]);
  const faults: Fault[] = [];
  const reports = value.map((item, index) => reportOf(item, `/${index}`, faults));
  if (faults.length > 0) throw wrong(faults);
  return reports;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const detail = `The body is not JSON: ${error instanceof Error ? error.message : "it can't be read"}.`;
    throw wrong([{ pointer: "", detail }]);
  }
}

function wrong(faults: readonly Fault[]): VisibleError {
  const [first] = faults;
  const message =
    first && faults.length === 1
      ? first.detail
      : `${faults.length} things are wrong with the reports; none was recorded.`;
  return new VisibleError("invalid", message, faults.slice(0, MOST_FAULTS));
}

const NO_REPORT: WorkReport = { lease: "", ok: false, error: "" };

function reportOf(item: unknown, pointer: string, faults: Fault[]): WorkReport {
  const before = faults.length;
  const wants = (place: string, what: string, came: unknown) =>
    faults.push({ pointer: pointer + place, detail: `${what} was wanted; ${quote(came)} came.` });
  if (typeof item !== "object" || item === null || Array.isArray(item)) {
    wants("", "A report, as in {lease, ok, result}", item);
    return NO_REPORT;
  }
  const { lease, ok, result, error } = item as Readonly<Record<string, unknown>>;
  if (typeof lease !== "string") wants("/lease", "The text of a lease", lease);
  if (typeof ok !== "boolean") wants("/ok", "true or false", ok);
  if (ok === false && typeof error !== "string") wants("/error", "The text of the error", error);
  if (faults.length > before) return NO_REPORT;
  if (ok === true) return { lease: String(lease), ok, result: (result ?? null) as Json };
  return { lease: String(lease), ok: false, error: String(error) };
}
