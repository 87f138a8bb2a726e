// The API behind an HTTP API's payload 2.0. A function waits for nobody: whoever follows is answered at once and asks again after `Retry-After`.
import type { Hono } from "hono";
import { app } from "#functions/api/app.ts";
import type { World } from "#functions/world.ts";

export function awsApi(world: World): Hono {
  return app(world, { limits: { waitSeconds: 0 }, requestLog: "changes" });
}
