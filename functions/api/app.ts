// The door: every route of the API over one world. A host serves it (local/ on one machine, functions/aws in AWS); tests ask it by `app.request`.
import { Hono } from "hono";
import type { World } from "#functions/world.ts";
import { withHeaders } from "./answer.ts";
import { newApi } from "./api.ts";
import { elsewhere } from "./elsewhere.ts";
import { refuseError } from "./problem.ts";
import type { Route } from "./route.ts";
import { routesOf } from "./routes.ts";
import { serve } from "./serve.ts";
import type { ApiOptions } from "./settings.ts";

export function app(world: World, options: ApiOptions = {}): Hono {
  const api = newApi(world, options);
  const routes = routesOf(api);
  const hono = new Hono();
  for (const route of routes) hono.on(route.method.toUpperCase(), pathOf(route), serve(api, route));
  hono.notFound((context) => {
    const request = context.req.raw;
    return withHeaders(
      api,
      request,
      elsewhere(api, routes, request.method, context.req.path, request),
    );
  });
  hono.onError((error, context) => refuseError(world, error, { path: context.req.path }));
  return hono;
}

/** `/files/{path+}` is `/files/:path{.+}` to Hono. */
function pathOf({ path }: Route): string {
  return path.replaceAll(/\{(\w+)\+\}/g, ":$1{.+}").replaceAll(/\{(\w+)\}/g, ":$1");
}
