// Runs one route: who asks, may she, what did she send, and the answer. Errors become answers in problem.ts.
import type { Context } from "hono";
import { demandRole, demandScope } from "#functions/permissions.ts";
import { VisibleError } from "#shared/fault.ts";
import type { Principal } from "#shared/principal.ts";
import { json, withHeaders } from "./answer.ts";
import type { Api } from "./api.ts";
import { typeOf } from "./body.ts";
import { parse } from "./faults.ts";
import { Refused, refuseError } from "./problem.ts";
import type { Call, Route } from "./route.ts";

/** Public routes have no one who asks. */
const NOBODY: Principal = { tenant: "", user: "", role: "user", scope: "read" };

export function serve(api: Api, route: Route): (context: Context) => Promise<Response> {
  const name = `${route.method.toUpperCase()} ${route.path}`;
  return async (context) => {
    const startedAt = api.world.now();
    const seen: Seen = { principal: NOBODY, tokenId: "" };
    const response = await run(api, route, context, seen).catch((error: unknown) =>
      refuseError(api.world, error, { route: name, ...who(seen.principal) }),
    );
    const ms = api.world.now() - startedAt;
    api.metrics.count(name, response.status, ms / 1000);
    note(api, route, name, response.status, ms, seen.principal);
    return withHeaders(api, context.req.raw, response);
  };
}

interface Seen {
  principal: Principal;
  tokenId: string;
}

async function run(api: Api, route: Route, context: Context, seen: Seen): Promise<Response> {
  const request = context.req.raw;
  if (route.access !== "public") {
    const { principal, tokenId } = await api.principals.of(request);
    Object.assign(seen, { principal, tokenId });
    const seconds = api.rates.take(tokenId);
    if (seconds > 0) throw tooMany(api, seconds);
    demandScope(principal, route.access);
    if (route.role) demandRole(principal, route.role);
  }
  const reply = await route.handle(await callOf(api, route, context, seen));
  if (reply instanceof Response) return reply;
  return json(reply, route.answer.status);
}

async function callOf(
  api: Api,
  route: Route,
  context: Context,
  { principal, tokenId }: Seen,
): Promise<Call<unknown, unknown, unknown>> {
  const request = context.req.raw;
  const type = route.body && typeOf(route.body, request);
  return {
    ...{ api, principal, tokenId, request },
    params: route.params && paramsOf(route, context),
    query: route.query
      ? parse(route.query, queryOf(context), "The query", "/query")
      : noQuery(context),
    ...(route.isIdempotent && { idempotencyKey: idempotencyKeyOf(request) }),
    body:
      type && (await route.body?.read(request, type, api.limits[route.body.limit ?? "bodyBytes"])),
  };
}

/** A name that can't be is a name that is not there. */
function paramsOf(route: Route, context: Context): unknown {
  const parsed = route.params?.safeParse(context.req.param());
  if (parsed?.success) return parsed.data;
  const [issue] = parsed?.error.issues ?? [];
  const pointer = `/path/${issue?.path.join("/") ?? ""}`;
  const detail = issue?.message ?? "";
  throw new VisibleError("notFound", `There is nothing under this path. ${detail}`, [
    { pointer, detail },
  ]);
}

function queryOf(context: Context): Record<string, unknown> {
  const query: Record<string, unknown> = Object.create(null);
  for (const [name, values] of Object.entries(context.req.queries()))
    query[name] = values.length === 1 ? values[0] : values;
  return { ...query };
}

function noQuery(context: Context): undefined {
  if (!context.req.raw.url.includes("?")) return undefined;
  const [name] = Object.keys(context.req.queries());
  if (name === undefined) return undefined;
  const detail = "This route takes no query parameters.";
  throw new VisibleError("invalid", detail, [{ pointer: `/query/${name}`, detail }]);
}

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,200}$/;

function idempotencyKeyOf(request: Request): string | undefined {
  const key = request.headers.get("idempotency-key");
  if (key === null) return undefined;
  if (IDEMPOTENCY_KEY.test(key)) return key;
  const detail = "Wanted an Idempotency-Key of 1 to 200 visible ASCII characters.";
  throw new VisibleError("invalid", detail, [{ pointer: "/headers/idempotency-key", detail }]);
}

function tooMany({ limits }: Api, seconds: number): Refused {
  return new Refused({
    code: "tooMany",
    detail: `Wanted at most ${limits.requestsPerSecond} requests a second with one token; ask again in ${seconds} s.`,
    headers: { "retry-after": String(seconds) },
  });
}

function note(
  api: Api,
  route: Route,
  name: string,
  status: number,
  ms: number,
  principal: Principal,
): void {
  const { requestLog } = api;
  if (requestLog === "none" || (requestLog === "changes" && route.method === "get")) return;
  api.world.log.info("request", { route: name, status, ms, ...who(principal) });
}

function who({ tenant, user }: Principal): Record<string, string> {
  return tenant === "" ? {} : { tenant, user };
}
