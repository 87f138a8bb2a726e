// A submission: which zapp to run, with what, for whom it matters how much. functions/submit.ts stores what it asks for.
import * as z from "zod";
import { AFTER_WHENS, type After } from "./after.ts";
import { ExecutionId } from "./api/name.ts";
import { type Fault, within } from "./fault.ts";
import { secondsOf, whyNoDuration } from "./units.ts";
import { usesFrameworks } from "./zapp/compose.ts";
import { inOrder } from "./zapp/document.ts";
import { isRecord, type JsonRecord } from "./zapp/json.ts";
import { saying, wantedGot } from "./zapp/leaf.ts";
import { ZAPP_NAME, ZAPP_NAME_WANTED } from "./zapp/names.ts";
import { checkParameters } from "./zapp/parameters.ts";
import { faultsOf } from "./zapp/shape.ts";
import { list, named, strict } from "./zapp/strict.ts";
import { validateZapp } from "./zapp/validate.ts";

export const SUBMISSION_LIMITS = {
  /** Submissions in one request. */
  list: 1000,
  name: 100,
  labels: 20,
  labelKey: 63,
  labelValue: 255,
  maxCostUsd: 1_000_000,
  /** Whole numbers of one execution: one for each child of the largest array. */
  numbers: 10_000,
  /** Executions that one comes after. */
  after: 25,
} as const;

/** 0 runs last, 100 first; age decides among equals. */
export const PRIORITY = { least: 0, usual: 50, greatest: 100 } as const;

export interface Submission {
  /** A name of the catalogue, or else a whole `description`: always exactly one. */
  readonly zapp?: string;
  readonly description?: unknown;
  /** As given: `checkParameters` holds them against the zapp. */
  readonly parameters: JsonRecord;
  readonly name?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly priority: number;
  /** `at` in Unix milliseconds; `within` so many seconds after it was accepted. */
  readonly deadline?:
    | { readonly kind: "at"; readonly at: number }
    | { readonly kind: "within"; readonly seconds: number };
  readonly maxCostUsd?: number;
  readonly maxTimeSeconds?: number;
  /** It is given so many consecutive whole numbers, for people and programs that count jobs. */
  readonly numbers?: number;
  /** It waits for these executions to end so, before it stands in line. */
  readonly after?: readonly After[];
}

const label = /^[A-Za-z0-9]([A-Za-z0-9._/-]{0,61}[A-Za-z0-9])?$/;
const labelWanted = `the name of a label: at most ${SUBMISSION_LIMITS.labelKey} letters, digits and . _ / -`;
const text = (wanted: string, max: number) => {
  const said = saying(`${wanted}, 1 to ${max} characters in one line`);
  return z
    .string(said)
    .min(1, said)
    .max(max, said)
    .regex(/^[^\p{Cc}]*$/u, said);
};
const valueOfLabel = text("the value of a label", SUBMISSION_LIMITS.labelValue);
const priority = saying(
  `a priority, a whole number from ${PRIORITY.least} to ${PRIORITY.greatest}`,
);
const cost = saying("the most it may cost in US dollars, a number above 0");
const numbers = saying(
  `how many whole numbers it is given, from 1 to ${SUBMISSION_LIMITS.numbers}`,
);
const whens = saying(`how it is to end: ${AFTER_WHENS.join(", ")}`);
const after = strict("an execution to come after", {
  execution: ExecutionId,
  when: z.enum(AFTER_WHENS, whens),
});
const duration = { error: (issue: { readonly input?: unknown }) => whyNoDuration(issue.input) };
const deadline = saying(
  "a point in time such as 2026-03-01T12:00:00Z, or a duration from now such as 10m",
);

/** The shape of what is sent, for OpenAPI; `readSubmission` reads it. */
export const WrittenSubmission = strict("a submission", {
  zapp: z.string(saying(ZAPP_NAME_WANTED)).regex(ZAPP_NAME, saying(ZAPP_NAME_WANTED)).optional(),
  description: z.unknown().optional(),
  parameters: z
    .record(z.string(), z.unknown(), saying("an object with the parameters' values"))
    .optional(),
  name: text("a name", SUBMISSION_LIMITS.name).optional(),
  labels: named(
    "labels",
    { pattern: label, wanted: labelWanted },
    valueOfLabel,
    SUBMISSION_LIMITS.labels,
  ).optional(),
  priority: z
    .int(priority)
    .min(PRIORITY.least, priority)
    .max(PRIORITY.greatest, priority)
    .optional(),
  deadline: z
    .string(deadline)
    .refine((value) => readDeadline(value) !== undefined, deadline)
    .optional(),
  maxCostUsd: z
    .number(cost)
    .gt(0, cost)
    .max(SUBMISSION_LIMITS.maxCostUsd, saying(`at most ${SUBMISSION_LIMITS.maxCostUsd} US dollars`))
    .optional(),
  maxTime: z
    .string(duration)
    .refine((value) => (secondsOf(value) ?? 0) > 0, duration)
    .optional(),
  numbers: z.int(numbers).min(1, numbers).max(SUBMISSION_LIMITS.numbers, numbers).optional(),
  after: list("executions to come after", after, SUBMISSION_LIMITS.after).optional(),
});
export type WrittenSubmission = z.infer<typeof WrittenSubmission>;

export interface ReadSubmission {
  /** All at once, those of an ad hoc description and of its parameters too. */
  readonly faults: readonly Fault[];
  readonly submission?: Submission;
}

export function readSubmission(value: unknown): ReadSubmission {
  const reading = WrittenSubmission.safeParse(value);
  const faults = [
    ...(reading.success ? [] : faultsOf(reading.error)),
    ...(isRecord(value) ? [...checkSource(value), ...checkDescription(value)] : []),
  ];
  if (faults.length > 0 || !reading.success) return { faults: inOrder(value, faults) };
  return { faults: [], submission: submissionOf(reading.data) };
}

function checkSource({ zapp, description }: JsonRecord): Fault[] {
  if ((zapp === undefined) !== (description === undefined)) return [];
  const came = zapp === undefined ? "neither" : "both";
  const detail = `Wanted either \`zapp\` (a name of the catalogue) or \`description\` (a whole one); got ${came}.`;
  return [{ pointer: "", detail }];
}

function checkDescription({ description, parameters }: JsonRecord): Fault[] {
  // What uses frameworks is read where they are known, in functions/prepare.ts.
  if (description === undefined || usesFrameworks(description)) return [];
  const { faults, zapp } = validateZapp(description);
  if (!zapp) return within("/description", faults);
  return isRecord(parameters ?? {}) ? [...checkParameters(zapp, parameters).faults] : [];
}

function submissionOf(written: WrittenSubmission): Submission {
  const {
    zapp,
    description,
    parameters = {},
    name,
    labels = {},
    maxCostUsd,
    numbers,
    after,
  } = written;
  const seconds = written.maxTime === undefined ? undefined : secondsOf(written.maxTime);
  const until = written.deadline === undefined ? undefined : readDeadline(written.deadline);
  return {
    parameters,
    labels,
    priority: written.priority ?? PRIORITY.usual,
    ...(zapp === undefined ? { description } : { zapp }),
    ...(name !== undefined && { name }),
    ...(until !== undefined && { deadline: until }),
    ...(maxCostUsd !== undefined && { maxCostUsd }),
    ...(seconds !== undefined && { maxTimeSeconds: seconds }),
    ...(numbers !== undefined && { numbers }),
    ...(after !== undefined && after.length > 0 && { after }),
  };
}

function readDeadline(value: string): Submission["deadline"] {
  const seconds = secondsOf(value);
  if (seconds !== undefined && seconds > 0) return { kind: "within", seconds };
  const isInstant = z.iso.datetime({ offset: true }).safeParse(value).success;
  return isInstant ? { kind: "at", at: Date.parse(value) } : undefined;
}

/** One submission, or a list of them, each read by itself. */
export function readSubmissions(value: unknown): readonly ReadSubmission[] | Fault {
  const list = Array.isArray(value) ? value : [value];
  if (list.length > 0 && list.length <= SUBMISSION_LIMITS.list) return list.map(readSubmission);
  const wanted = wantedGot(`1 to ${SUBMISSION_LIMITS.list} submissions in one list`, list.length);
  return { pointer: "", detail: wanted };
}
