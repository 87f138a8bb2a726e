// Requests that meet no route: an unknown path, a known path with another method, and the questions of browsers (CORS).
import { SAFE_HEADERS } from "./answer.ts";
import type { Api } from "./api.ts";
import { refuse } from "./problem.ts";
import type { Route } from "./route.ts";

/** A browser may keep the answer to its question so long. */
const PREFLIGHT_SECONDS = "600";

export function elsewhere(
  { corsOrigins }: Api,
  routes: readonly Route[],
  method: string,
  path: string,
  request: Request,
): Response {
  const allow = methodsOf(routes, path);
  if (allow.length === 0)
    return refuse({
      code: "notFound",
      detail: `There is no route ${method} ${path.slice(0, 200)}; /docs lists those there are.`,
    });
  const headers = { allow: allow.join(", ") };
  if (method === "OPTIONS") {
    const origin = request.headers.get("origin");
    const isOpen = origin !== null && corsOrigins.includes(origin);
    const cors = isOpen ? preflight(allow) : {};
    return new Response(null, { status: 204, headers: { ...SAFE_HEADERS, ...headers, ...cors } });
  }
  return refuse({
    code: "methodNotAllowed",
    detail: `${path.slice(0, 200)} does not take ${method}; it takes ${allow.join(", ")}.`,
    headers,
  });
}

/** Fixed paths that a path with parameters would take too, as `/v1/executions/stop`: there the fixed one alone counts. */
export function shadowed(routes: readonly Route[]): string[] {
  const fixed = routes.map(({ path }) => path).filter((path) => !path.includes("{"));
  return fixed.filter((path) => routes.some((one) => one.path !== path && fits(one, path)));
}

function fits(route: Route, path: string): boolean {
  return route.path === path || patternOf(route).test(path);
}

function methodsOf(routes: readonly Route[], path: string): string[] {
  const fixed = routes.filter((route) => route.path === path);
  const here = fixed.length > 0 ? fixed : routes.filter((route) => fits(route, path));
  if (here.length === 0) return [];
  const methods = new Set(here.map((route) => route.method.toUpperCase()));
  if (methods.has("GET")) methods.add("HEAD");
  return [...methods, "OPTIONS"];
}

function patternOf({ path }: Route): RegExp {
  const pattern = path
    .replaceAll(".", "\\.")
    .replaceAll(/\{\w+\+\}/g, ".+")
    .replaceAll(/\{\w+\}/g, "[^/]+");
  return new RegExp(`^${pattern}$`);
}

function preflight(allow: readonly string[]): Record<string, string> {
  return {
    "access-control-allow-methods": allow.join(", "),
    "access-control-allow-headers": "authorization, content-type, idempotency-key",
    "access-control-max-age": PREFLIGHT_SECONDS,
  };
}
