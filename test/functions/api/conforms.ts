// Every answer that a test gets is held against what the API says of itself: its status is documented, its body is of the documented schema.
import * as z from "zod";
import { newApi } from "#functions/api/api.ts";
import { PROBLEMS } from "#functions/api/problem.ts";
import { type Route, refusals } from "#functions/api/route.ts";
import { routesOf } from "#functions/api/routes.ts";
import type { ApiOptions } from "#functions/api/settings.ts";
import type { World } from "#functions/world.ts";
import { Problem } from "#shared/api/problem.ts";

interface Seen {
  readonly status: number;
  readonly headers: Headers;
  readonly json: unknown;
  readonly text: string;
}

export type Conformance = (method: string, path: string, seen: Seen) => void;

/** Statuses of requests that meet no route. */
const ELSEWHERE = [204, 404, 405];

export function conformance(world: World, options: ApiOptions): Conformance {
  const routes = routesOf(newApi(world, options));
  return (method, path, seen) => {
    const said = `${method} ${path} answers ${seen.status}: ${seen.text.slice(0, 500)}`;
    const route = routeOf(routes, method, path);
    const documented = route ? statusesOf(route) : ELSEWHERE;
    if (!documented.includes(seen.status)) throw new Error(`Not documented. ${said}`);
    const schema = schemaOf(route, seen);
    if (!schema || method === "HEAD") return;
    const parsed = schema.safeParse(seen.json);
    if (!parsed.success) throw new Error(`${z.prettifyError(parsed.error)}\n${said}`);
  };
}

export function statusesOf(route: Route): number[] {
  return [route.answer.status, ...refusals(route).map((code) => PROBLEMS[code].status)];
}

function schemaOf(route: Route | undefined, { status, headers }: Seen): z.ZodType | undefined {
  const type = headers.get("content-type");
  if (status >= 400) {
    if (type !== "application/problem+json") throw new Error(`A problem came as ${type}.`);
    return Problem;
  }
  return type === "application/json" ? route?.answer.schema : undefined;
}

function routeOf(routes: readonly Route[], method: string, target: string): Route | undefined {
  const path = target.split("?")[0] ?? "";
  const asked = method === "HEAD" ? "GET" : method;
  // A fixed path goes before one with parameters, whatever the method.
  const fixed = routes.filter((route) => route.path === path);
  const fitting = (fixed.length > 0 ? fixed : routes).filter((route) => {
    const pattern = route.path.replaceAll(/\{\w+\+\}/g, ".+").replaceAll(/\{\w+\}/g, "[^/]+");
    return route.method === asked.toLowerCase() && new RegExp(`^${pattern}$`).test(path);
  });
  return fitting[0];
}
