// Who used what, and the most that each may hold at once.

import { jsonBody } from "#functions/api/body.ts";
import { filterFor } from "#functions/api/filter.ts";
import { route } from "#functions/api/route.ts";
import { putQuota, readQuota } from "#functions/quotas.ts";
import { dayOf, MOST_USAGE_RECORDS, readUsage } from "#functions/usage.ts";
import { TenantName, UserName } from "#shared/api/name.ts";
import { Day, QuotaAnswer, QuotaRequest, UsageAnswer } from "#shared/api/usage.ts";
import { VisibleError } from "#shared/fault.ts";
import { strict } from "#shared/zapp/strict.ts";

const group = "Quotas and usage";
const user = UserName.optional();
const tenant = TenantName.optional().describe(
  "Only administrators may name another than their own",
);
const account = strict("the query", {
  user: user.describe("Whose; without one the tenant's own"),
  tenant,
});
const MONTH_MS = 30 * 86_400_000;

export const usageRoutes = [
  route({
    method: "get",
    path: "/v1/quota",
    group,
    summary: "A quota, and what is held of it",
    access: "read",
    query: account,
    answer: { status: 200, text: "The quota", schema: QuotaAnswer },
    refuses: ["notFound"],
    handle: ({ api, principal, query }) => readQuota(api.world, principal, query),
  }),
  route({
    method: "put",
    path: "/v1/quota",
    group,
    summary: "Set a quota",
    text: "What is over it waits, and says so; what runs goes on. Operators set those of their tenant's users, administrators all.",
    access: "admin",
    role: "operator",
    query: account,
    body: jsonBody(QuotaRequest, {
      examples: { small: { instances: 20, cpu: 8, memoryMib: 16384 } },
    }),
    answer: { status: 200, text: "The quota as it now is", schema: QuotaAnswer },
    refuses: ["notFound"],
    handle: ({ api, principal, query, body }) => putQuota(api.world, principal, query, body),
  }),
  route({
    method: "get",
    path: "/v1/usage",
    group,
    summary: "Who used what, by day, user and zapp",
    text: "Of executions that have ended, by the day of their end (UTC); the last 30 days unless `from` and `to` say otherwise.",
    access: "read",
    query: strict("the query", { from: Day.optional(), to: Day.optional(), user, tenant }),
    answer: { status: 200, text: "The sums", schema: UsageAnswer },
    refuses: ["notFound", "tooLarge"],
    async handle({ api, principal, query }) {
      const now = api.world.now();
      const { from = dayOf(now - MONTH_MS), to = dayOf(now) } = query;
      const rows = await readUsage(api.world, { ...filterFor(principal, query), from, to });
      if (rows) return { from, to, rows };
      const text = `Wanted days with at most ${MOST_USAGE_RECORDS} ended executions; ask for fewer.`;
      throw new VisibleError("tooLarge", text);
    },
  }),
];
