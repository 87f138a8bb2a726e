// The API as functions with types, by the schemas of shared/api. http.ts carries them.

import type { Http } from "#cli/http.ts";
import type { Info } from "#shared/api/info.ts";
import { accountCalls } from "./accounts.ts";
import { executionCalls } from "./executions.ts";
import { fileCalls } from "./files.ts";
import { queueCalls } from "./queues.ts";
import { zappCalls } from "./zapps.ts";

export function clientOf(http: Http) {
  return {
    info: () => http.json<Info>({ path: "/v1/info" }),
    ...executionCalls(http),
    ...queueCalls(http),
    ...fileCalls(http),
    ...zappCalls(http),
    ...accountCalls(http),
  };
}

export type Client = ReturnType<typeof clientOf>;
