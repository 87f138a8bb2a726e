// Requests that never reach a route, since they are no HTTP that can be read: what the host answers to them, as problem documents too.
import type { ProblemCode } from "#shared/api/problem.ts";
import { PROBLEMS, refuse } from "./problem.ts";

/** For `errorHandler` of the host's adapter: a request whose address or Host header can't be read. */
export function refuseUnreadable(): Response {
  return refuse({
    code: "invalid",
    detail: "Wanted an HTTP request with a proper path and Host header.",
  });
}

const CODES: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: "headersTooLarge",
  ERR_HTTP_REQUEST_TIMEOUT: "timeout",
};

const DETAILS: Readonly<Partial<Record<ProblemCode, string>>> = {
  headersTooLarge: "Wanted a path and headers of at most 32 KiB in all.",
  timeout: "Wanted the whole request in time; it came too slowly.",
};

/** For the `clientError` event of node:http, with the error's code: the bytes of the answer; then the connection ends. */
export async function rawRefusal(errorCode: string | undefined): Promise<string> {
  const code = CODES[errorCode ?? ""] ?? "invalid";
  const detail = DETAILS[code] ?? "Wanted an HTTP request that can be read.";
  const response = refuse({ code, detail, headers: { connection: "close" } });
  const body = await response.text();
  const { status, phrase } = PROBLEMS[code];
  const headers = [...response.headers, ["content-length", String(Buffer.byteLength(body))]];
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} ${phrase ?? "Bad Request"}`, ...lines, "", body].join("\r\n");
}
