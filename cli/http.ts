// Requests to the API: a deadline for each, connections kept open, Retry-After obeyed, and problem documents as errors. client.ts names the routes.
import { setTimeout as sleep } from "node:timers/promises";
import type { Problem } from "#shared/api/problem.ts";

export interface Server {
  /** Without a slash at its end. */
  readonly address: string;
  readonly token?: string;
}

/** Of one query parameter; a list is sent once for each. */
export type QueryValue = string | number | boolean | readonly string[] | undefined;

export interface Call {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, QueryValue>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is. */
  readonly raw?: {
    readonly type: string;
    readonly content: string | Uint8Array<ArrayBuffer> | Blob;
  };
  readonly headers?: Readonly<Record<string, string>>;
  /** Doing it twice is doing it once; GET, PUT and DELETE always are. Only such calls are tried again. */
  readonly isRepeatable?: boolean;
  readonly timeoutSeconds?: number;
  readonly signal?: AbortSignal;
}

/** The server said no. */
export class Refused extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.name = "Refused";
    this.problem = problem;
  }
}

/** Nobody answered. */
export class Unreachable extends Error {
  readonly address: string;

  constructor(address: string, reason: string, options?: ErrorOptions) {
    super(`No server answers at ${address} (${reason}).`, options);
    this.name = "Unreachable";
    this.address = address;
  }
}

export const TIMES = {
  /** For an answer without a wait on purpose. */
  answerSeconds: 60,
  /** Of a server that has answered before; then it is given up. */
  patienceSeconds: 600,
  firstPauseSeconds: 0.5,
  longestPauseSeconds: 5,
  /** No Retry-After is waited for any longer. */
  longestRetryAfterSeconds: 60,
  /** So often an answer "not now" or "too many" is waited out where nobody has the patience for more. */
  busyTries: 5,
} as const;

export interface HttpOptions {
  /** Waits for a server that went away after it had answered once, as while an execution is followed. */
  readonly isPatient?: boolean;
  /** Told once when it goes away, and once when it is back. */
  readonly onOutage?: (event: "gone" | "back", error?: Unreachable) => void;
}

export class Http {
  readonly server: Server;
  #options: HttpOptions;
  #hasAnswered = false;

  constructor(server: Server, options: HttpOptions = {}) {
    this.server = server;
    this.#options = options;
  }

  /** The same server, waited for where it goes away. */
  patient(onOutage: HttpOptions["onOutage"]): Http {
    return new Http(this.server, { isPatient: true, onOutage });
  }

  /** The JSON of the answer, as the schemas in shared/api say: the server made it by them, so that its shape is trusted. */
  async json<T>(call: Call): Promise<T> {
    const response = await this.send(call);
    return (response.status === 204 ? undefined : await response.json()) as T;
  }

  /** Of a server that does not wait itself: the answer, and how long it wants to be left alone (0 where it waited). */
  async poll<T>(call: Call): Promise<{ readonly value: T; readonly pauseSeconds: number }> {
    const response = await this.send(call);
    return { value: (await response.json()) as T, pauseSeconds: retryAfter(response.headers) ?? 0 };
  }

  /** An answer that went well; all else is thrown. */
  async send(call: Call): Promise<Response> {
    const since = Date.now();
    let outage: Unreachable | undefined;
    for (let attempt = 1; ; attempt++) {
      const response = await this.#once(call).catch((error: unknown) => {
        if (error instanceof Unreachable && this.#mayWait(call, since)) return error;
        throw error;
      });
      if (response instanceof Unreachable) {
        if (outage === undefined) this.#options.onOutage?.("gone", response);
        outage = response;
        await sleep(pause(attempt) * 1000, undefined, { signal: call.signal });
        continue;
      }
      if (outage !== undefined) this.#options.onOutage?.("back");
      outage = undefined;
      this.#hasAnswered = true;
      if (response.ok) return response;
      const seconds = this.#busySeconds(response, call, attempt);
      if (seconds === undefined) throw new Refused(await problemOf(response));
      await response.body?.cancel();
      await sleep(seconds * 1000, undefined, { signal: call.signal });
    }
  }

  async #once(call: Call): Promise<Response> {
    const { method = "GET", timeoutSeconds = TIMES.answerSeconds } = call;
    const deadline = AbortSignal.timeout(timeoutSeconds * 1000);
    try {
      return await fetch(urlOf(this.server, call), {
        method,
        headers: headersOf(this.server, call),
        body: bodyOf(call),
        redirect: "error",
        signal: call.signal ? AbortSignal.any([call.signal, deadline]) : deadline,
      });
    } catch (cause) {
      if (call.signal?.aborted) throw cause;
      throw new Unreachable(this.server.address, reasonOf(cause, timeoutSeconds), { cause });
    }
  }

  #mayWait(call: Call, since: number): boolean {
    const isPatient = this.#options.isPatient === true && this.#hasAnswered;
    return isPatient && isRepeatable(call) && Date.now() - since < TIMES.patienceSeconds * 1000;
  }

  /** How long to wait before the same is asked again, or undefined to take the answer as it is. */
  #busySeconds({ status, headers }: Response, call: Call, attempt: number): number | undefined {
    const isPassing = status === 429 || (isPassingError(status) && isRepeatable(call));
    const isPatient = this.#options.isPatient === true && attempt < TIMES.busyTries * 10;
    if (!isPassing || !(isPatient || attempt < TIMES.busyTries)) return undefined;
    return retryAfter(headers) ?? pause(attempt);
  }
}

/** Also what a proxy says while the server behind it starts. */
function isPassingError(status: number): boolean {
  return status === 502 || status === 503 || status === 504;
}

function isRepeatable({ method = "GET", isRepeatable = false }: Call): boolean {
  return isRepeatable || method === "GET" || method === "PUT" || method === "DELETE";
}

function pause(attempt: number): number {
  return Math.min(TIMES.longestPauseSeconds, TIMES.firstPauseSeconds * 2 ** (attempt - 1));
}

/** Seconds, or a date as HTTP writes it. */
export function retryAfter(headers: Headers): number | undefined {
  const text = headers.get("retry-after");
  if (text === null) return undefined;
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1000;
  if (Number.isNaN(seconds)) return undefined;
  return Math.min(TIMES.longestRetryAfterSeconds, Math.max(0, seconds));
}

function urlOf({ address }: Server, { path, query = {} }: Call): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined) search.append(name, String(one));
  }
  return address + path + (search.size === 0 ? "" : `?${search}`);
}

function headersOf({ token }: Server, { body, raw, headers = {} }: Call): Record<string, string> {
  return {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(body !== undefined && { "content-type": "application/json" }),
    ...(raw !== undefined && { "content-type": raw.type }),
    ...headers,
  };
}

function bodyOf({ body, raw }: Call): RequestInit["body"] {
  if (raw !== undefined) return raw.content;
  return body === undefined ? undefined : JSON.stringify(body);
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "the connection broke",
  ENOTFOUND: "no such host",
  EAI_AGAIN: "the name could not be looked up",
  UND_ERR_SOCKET: "the connection broke",
  UND_ERR_CONNECT_TIMEOUT: "no connection in time",
};

function reasonOf(error: unknown, seconds: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `no answer in ${seconds} s`;
  const cause = error.cause instanceof Error ? error.cause : error;
  const code = "code" in cause ? String(cause.code) : "";
  return REASONS[code] ?? (code === "" ? cause.message : code);
}

/** What is no problem document came from something else on the way, such as a proxy. */
async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text();
  try {
    const problem: unknown = JSON.parse(text);
    if (typeof problem === "object" && problem !== null && "code" in problem && "detail" in problem)
      return problem as Problem;
  } catch {
    // Not JSON: told below.
  }
  const { status } = response;
  return {
    ...{ type: "about:blank", title: "An answer that is none of Zoe's", status, errors: [] },
    detail: `Something at ${new URL(response.url).origin} answered with status ${status}, but it is no Zoe: is the address right?`,
    code: status < 500 ? "notFound" : "unavailable",
  };
}
