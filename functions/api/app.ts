// The door: every route of the API over one world. A host serves it (local/ on one machine, functions/aws in AWS); tests ask it by `app.request`.
import { type Context, Hono } from "hono";
import type { World } from "#functions/world.ts";
import { withHeaders } from "./answer.ts";
import { newApi } from "./api.ts";
import { elsewhere, shadowed } from "./elsewhere.ts";
import { refuseError } from "./problem.ts";
import type { Route } from "./route.ts";
import { routesOf } from "./routes.ts";
import { serve } from "./serve.ts";
import type { ApiOptions } from "./settings.ts";

export function app(world: World, options: ApiOptions = {}): Hono {
  const api = newApi(world, options);
  const routes = routesOf(api);
  const hono = new Hono();
  const nowhere = ({ req: { raw, path } }: Context) =>
    withHeaders(api, raw, elsewhere(api, routes, raw.method, path, raw));
  const [fixed, open] = [routes.filter(isFixed), routes.filter((route) => !isFixed(route))];
  for (const route of fixed) hono.on(route.method.toUpperCase(), route.path, serve(api, route));
  for (const path of shadowed(routes)) hono.all(path, nowhere);
  for (const route of open) hono.on(route.method.toUpperCase(), pathOf(route), serve(api, route));
  hono.notFound(nowhere);
  hono.onError((error, context) => refuseError(world, error, { path: context.req.path }));
  return hono;
}

function isFixed({ path }: Route): boolean {
  return !path.includes("{");
}

/** `/files/{path+}` is `/files/:path{.+}` to Hono. */
function pathOf({ path }: Route): string {
  return path.replaceAll(/\{(\w+)\+\}/g, ":$1{.+}").replaceAll(/\{(\w+)\}/g, ":$1");
}
