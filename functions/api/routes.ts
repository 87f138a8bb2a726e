// All routes of the API, in the order of the documentation.
import type { Api } from "./api.ts";
import type { Route } from "./route.ts";
import { backupRoutes } from "./routes/backup.ts";
import { changeRoutes } from "./routes/changes.ts";
import { docsRoutes } from "./routes/docs.ts";
import { execRoutes } from "./routes/exec.ts";
import { executionRoutes } from "./routes/executions.ts";
import { historyRoutes } from "./routes/history.ts";
import { infoRoutes } from "./routes/info.ts";
import { logRoutes } from "./routes/logs.ts";
import { metricsRoutes } from "./routes/metrics.ts";
import { queueRoutes } from "./routes/queues.ts";
import { resultRoutes } from "./routes/results.ts";
import { secretRoutes } from "./routes/secrets.ts";
import { submitRoutes } from "./routes/submit.ts";
import { tenantRoutes } from "./routes/tenants.ts";
import { tokenRoutes } from "./routes/tokens.ts";
import { uploadRoutes } from "./routes/uploads.ts";
import { usageRoutes } from "./routes/usage.ts";
import { userRoutes } from "./routes/users.ts";
import { zappRoutes } from "./routes/zapps.ts";

export function routesOf(api: Api): Route[] {
  const routes = [
    ...[...submitRoutes, ...executionRoutes, ...changeRoutes],
    ...[
      ...historyRoutes,
      ...logRoutes,
      ...execRoutes,
      ...queueRoutes,
      ...resultRoutes,
      ...uploadRoutes,
    ],
    ...[...zappRoutes, ...usageRoutes, ...tokenRoutes, ...userRoutes, ...tenantRoutes],
    ...[...secretRoutes, ...infoRoutes, ...metricsRoutes, ...backupRoutes(api.backup)],
  ];
  return [...routes, ...docsRoutes(api, routes)];
}
