// All routes of the API, in the order of the documentation.
import type { Api } from "./api.ts";
import type { Route } from "./route.ts";
import { docsRoutes } from "./routes/docs.ts";
import { infoRoutes } from "./routes/info.ts";
import { secretRoutes } from "./routes/secrets.ts";
import { tenantRoutes } from "./routes/tenants.ts";
import { tokenRoutes } from "./routes/tokens.ts";
import { userRoutes } from "./routes/users.ts";

export function routesOf(api: Api): Route[] {
  const routes = [...infoRoutes, ...tokenRoutes, ...userRoutes, ...tenantRoutes, ...secretRoutes];
  return [...routes, ...docsRoutes(api, routes)];
}
