// What the runtime API answers with: JSON text, or a problem document that says what was wrong.
import type { ServerResponse } from "node:http";
import { type Fault, VisibleError } from "#shared/fault.ts";

export interface Answer {
  readonly status: number;
  readonly text?: string;
  readonly type?: string;
  /** Leases that the worker has only once it got this answer. */
  readonly leases?: readonly string[];
}

export function json(text: string, leases?: readonly string[]): Answer {
  return { status: 200, text, type: "application/json", ...(leases && { leases }) };
}

const TITLES: Readonly<Record<number, string>> = {
  400: "The request is not valid",
  404: "There is no such thing",
  405: "Not with this method",
  410: "Leave",
  413: "Too large",
  500: "An error of Zoe",
  503: "Not now",
};

export function problem(
  status: number,
  detail: string,
  more: { readonly errors?: readonly Fault[]; readonly reason?: string } = {},
): Answer {
  const document = {
    type: "about:blank",
    title: TITLES[status] ?? "Problem",
    status,
    detail,
    ...more,
  };
  return { status, text: JSON.stringify(document), type: "application/problem+json" };
}

const STATUSES: Readonly<Partial<Record<VisibleError["code"], number>>> = {
  invalid: 400,
  tooLarge: 413,
  notFound: 404,
  unavailable: 503,
};

/** Undefined for an error that is ours. */
export function problemOf(error: unknown): Answer | undefined {
  const status = error instanceof VisibleError ? STATUSES[error.code] : undefined;
  if (status === undefined || !(error instanceof VisibleError)) return undefined;
  return problem(status, error.message, error.faults.length > 0 ? { errors: error.faults } : {});
}

export function send(response: ServerResponse, { status, text = "", type }: Answer): void {
  const length = Buffer.byteLength(text);
  response.writeHead(
    status,
    type ? { "content-type": type, "content-length": length } : { "content-length": 0 },
  );
  response.end(text);
}
