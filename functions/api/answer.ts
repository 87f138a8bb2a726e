// Answers that went well, and the headers that every answer carries.
import type { Api } from "./api.ts";

/** No page may frame, sniff or run what the API answers. */
export const SAFE_HEADERS = {
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
} as const;

export function json(value: unknown, status = 200, headers: Record<string, string> = {}): Response {
  if (status === 204)
    return new Response(null, { status, headers: { ...SAFE_HEADERS, ...headers } });
  return new Response(JSON.stringify(value), {
    status,
    headers: { "content-type": "application/json", ...SAFE_HEADERS, ...headers },
  });
}

export function text(body: string | ReadableStream<Uint8Array>, type: string): Response {
  return new Response(body, { headers: { "content-type": type, ...SAFE_HEADERS } });
}

/** A browser's page of an allowed origin may read the answer. */
export function withHeaders({ corsOrigins }: Api, request: Request, response: Response): Response {
  if (corsOrigins.length === 0) return response;
  const origin = request.headers.get("origin");
  response.headers.append("vary", "origin");
  if (origin === null || !corsOrigins.includes(origin)) return response;
  response.headers.set("access-control-allow-origin", origin);
  response.headers.set("access-control-expose-headers", "retry-after, location");
  return response;
}
