// What is told to people whose request cannot be done: one error class, and the list of everything that is wrong with what they sent.

/** One thing wrong: where (a JSON pointer into what was sent), and a sentence that says what was wanted and what came. */
export interface Fault {
  readonly pointer: string;
  readonly detail: string;
  /** The line of the YAML or JSON text, from 1, where one was sent. */
  readonly line?: number;
}

export const ERROR_CODES = [
  "invalid",
  "unauthenticated",
  "forbidden",
  "notFound",
  "conflict",
  "tooLarge",
  "tooMany",
  "unsupported",
  "unavailable",
  "precondition",
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** A caller's mistake, shown to the caller as it is. All other errors are ours: they are logged, and answered with an id. */
export class VisibleError extends Error {
  readonly code: ErrorCode;
  readonly faults: readonly Fault[];

  constructor(
    code: ErrorCode,
    message: string,
    faults: readonly Fault[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "VisibleError";
    this.code = code;
    this.faults = faults;
  }
}

/** The pointer one step further in: `under("/services", 0)` is `/services/0`. */
export function under(pointer: string, ...steps: readonly (string | number)[]): string {
  const escaped = steps.map((step) => String(step).replaceAll("~", "~0").replaceAll("/", "~1"));
  return [pointer, ...escaped].join("/");
}

/** The steps of a JSON pointer: `/queues/a~1b` is `queues`, `a/b`. */
export function stepsOf(pointer: string): string[] {
  const steps = pointer.split("/").slice(1);
  return steps.map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** The same faults as seen from outside, where the faulty thing lies under `prefix`. */
export function within(prefix: string, faults: readonly Fault[]): Fault[] {
  return faults.map((fault) => ({ ...fault, pointer: prefix + fault.pointer }));
}

const LONGEST_QUOTE = 60;

/** What came, as it can stand in a sentence: short, in its own notation. */
export function quote(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object" && value !== null) return "an object";
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length <= LONGEST_QUOTE ? text : `${text.slice(0, LONGEST_QUOTE - 3)}...`;
}
