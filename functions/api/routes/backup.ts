// A copy of the state, taken while it is in use.

import { type Route, route } from "#functions/api/route.ts";
import type { ApiOptions } from "#functions/api/settings.ts";
import { BackupAnswer } from "#shared/api/usage.ts";

/** Only where the host can. */
export function backupRoutes(backup: ApiOptions["backup"]): Route[] {
  if (!backup) return [];
  return [
    route({
      method: "post",
      path: "/v1/backup",
      group: "This Zoe",
      summary: "Back up the state while it runs",
      access: "admin",
      role: "administrator",
      answer: { status: 201, text: "Where it lies", schema: BackupAnswer },
      handle: () => backup(),
    }),
  ];
}
