// Errors become answers here and nowhere else: the one file that knows HTTP statuses of mistakes.

import type { World } from "#functions/world.ts";
import type { Problem, ProblemCode } from "#shared/api/problem.ts";
import { type Fault, VisibleError } from "#shared/fault.ts";
import { SAFE_HEADERS } from "./answer.ts";

export const PROBLEM_TYPE = "application/problem+json";

interface Kind {
  readonly status: number;
  readonly title: string;
  /** The reason phrase, where the host writes the status line itself. */
  readonly phrase?: string;
}

export const PROBLEMS: Readonly<Record<ProblemCode, Kind>> = {
  invalid: { status: 400, title: "The request is not valid" },
  unauthenticated: { status: 401, title: "Who are you?" },
  forbidden: { status: 403, title: "Not allowed" },
  notFound: { status: 404, title: "There is no such thing" },
  methodNotAllowed: { status: 405, title: "Not with this method" },
  timeout: { status: 408, title: "Too slow", phrase: "Request Timeout" },
  conflict: { status: 409, title: "Not in this state" },
  precondition: { status: 412, title: "It has changed meanwhile" },
  tooLarge: { status: 413, title: "Too large" },
  mediaType: { status: 415, title: "Not in this form" },
  unsupported: { status: 422, title: "No engine here can run it" },
  tooMany: { status: 429, title: "Too many" },
  headersTooLarge: {
    status: 431,
    title: "Headers too large",
    phrase: "Request Header Fields Too Large",
  },
  internal: { status: 500, title: "An error of Zoe" },
  unavailable: { status: 503, title: "Not now" },
};

/** Seconds after which an unavailable service may be asked again. */
const RETRY_SECONDS = "5";

const HEADERS: Readonly<Partial<Record<ProblemCode, Readonly<Record<string, string>>>>> = {
  unauthenticated: { "www-authenticate": 'Bearer realm="zoe"' },
  unavailable: { "retry-after": RETRY_SECONDS },
};

export interface Refusal {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly faults?: readonly Fault[];
  readonly id?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal that only HTTP knows, thrown on its way to the answer. */
export class Refused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.detail);
    this.name = "Refused";
    this.refusal = refusal;
  }
}

export function refuse({ code, detail, faults = [], id, headers }: Refusal): Response {
  const { status, title } = PROBLEMS[code];
  const problem: Problem = {
    type: `/docs#problem-${code}`,
    title,
    status,
    detail,
    code,
    errors: faults,
    ...(id && { id }),
  };
  return new Response(JSON.stringify(problem), {
    status,
    headers: { "content-type": PROBLEM_TYPE, ...SAFE_HEADERS, ...HEADERS[code], ...headers },
  });
}

/** What was thrown, as an answer. Only a VisibleError is shown as it is; all else is ours, and is logged. */
export function refuseError(
  world: World,
  error: unknown,
  about: Record<string, unknown>,
): Response {
  if (error instanceof Refused) return refuse(error.refusal);
  if (error instanceof VisibleError)
    return refuse({ code: error.code, detail: error.message, faults: error.faults });
  const id = world.newId("err");
  world.log.error("A request failed", { ...about, id, error: textOf(error) });
  return refuse({
    code: "internal",
    detail: `Something went wrong in Zoe, not in your request; its log tells more under ${id}.`,
    id,
  });
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `\ncaused by ${textOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
