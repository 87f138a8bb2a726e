// Changing what lives, running again what failed, stopping many at once.
import * as z from "zod";
import { jsonBody } from "#functions/api/body.ts";
import { EXAMPLES } from "#functions/api/examples.ts";
import { filterFor } from "#functions/api/filter.ts";
import { demandAlive, oneExecution, visibleExecution } from "#functions/api/one.ts";
import { route } from "#functions/api/route.ts";
import { rowOf } from "#functions/api/show.ts";
import { cancel } from "#functions/cancel.ts";
import { change } from "#functions/change.ts";
import { retry } from "#functions/retry.ts";
import { listExecutions } from "#functions/view.ts";
import { ExecutionRow, Retried, StoppedMany } from "#shared/api/execution.ts";
import { StopRequest } from "#shared/api/filter.ts";
import { VisibleError } from "#shared/fault.ts";
import { PRIORITY } from "#shared/submission.ts";
import { DURATION, ISO_DURATION, secondsOf, whyNoDuration } from "#shared/units.ts";
import { saying } from "#shared/zapp/leaf.ts";
import { LIMITS } from "#shared/zapp/limits.ts";
import { strict } from "#shared/zapp/strict.ts";

const group = "Executions";
const params = oneExecution;

const priority = saying(
  `a priority, a whole number from ${PRIORITY.least} to ${PRIORITY.greatest}`,
);
const duration = { error: (issue: { readonly input?: unknown }) => whyNoDuration(issue.input) };
const whole = (least: number) => {
  const wanted = saying(`a whole number from ${least} to ${LIMITS.instances}`);
  return z.int(wanted).min(least, wanted).max(LIMITS.instances, wanted).optional();
};
const Count = strict("a count", {
  min: whole(0).describe("Fewest workers"),
  max: whole(1).describe("Most workers"),
  atOnce: whole(1).describe("Most children of an array at once"),
}).meta({ id: "Count" });

const ChangeRequest = strict("a change", {
  priority: z
    .int(priority)
    .min(PRIORITY.least, priority)
    .max(PRIORITY.greatest, priority)
    .optional(),
  maxTime: z
    .string(duration)
    .refine((text) => (secondsOf(text) ?? 0) > 0, duration)
    .optional()
    .describe("From its first start, as 12h")
    .meta({ pattern: `${DURATION.source}|${ISO_DURATION.source}` }),
  counts: z
    .record(z.string(), Count)
    .optional()
    .describe("Other counts for services whose instances come and go, by name"),
}).meta({ id: "ChangeRequest" });

const CHANGES = {
  urgent: { priority: 90, maxTime: "12h" },
  moreWorkers: { counts: { classifier: { min: 2, max: 40 } } },
};

const DrainRequest = strict("a drain", {
  on: z.boolean(saying("on: true, or false to go on")).optional(),
}).meta({ id: "DrainRequest" });

/** Of one call; it says when there are more. */
const STOPPED_AT_ONCE = 200;

export const changeRoutes = [
  route({
    method: "patch",
    path: "/v1/executions/{id}",
    group,
    summary: "Change a living execution",
    access: "submit",
    params,
    body: jsonBody(ChangeRequest, { examples: CHANGES }),
    answer: {
      status: 200,
      text: "The execution as it now is",
      schema: ExecutionRow,
      example: EXAMPLES.row,
    },
    refuses: ["conflict"],
    async handle(call) {
      const { id } = await visibleExecution(call);
      const { priority, maxTime, counts } = call.body;
      const maxTimeSeconds = maxTime === undefined ? undefined : secondsOf(maxTime);
      const wanted = {
        ...(priority !== undefined && { priority }),
        ...(maxTimeSeconds !== undefined && { maxTimeSeconds }),
        ...(counts !== undefined && { counts }),
      };
      return rowOf(await change(call.api.world, id, wanted));
    },
  }),
  route({
    method: "post",
    path: "/v1/executions/{id}/drain",
    group,
    summary: "Let its workers finish, and lease no more",
    access: "submit",
    params,
    body: jsonBody(DrainRequest, { isOptional: true, examples: { goOn: { on: false } } }),
    answer: {
      status: 200,
      text: "The execution as it now is",
      schema: ExecutionRow,
      example: EXAMPLES.row,
    },
    refuses: ["conflict"],
    async handle(call) {
      const execution = await visibleExecution(call);
      demandAlive(execution);
      const { on = true } = call.body;
      return rowOf(await change(call.api.world, execution.id, { draining: on }));
    },
  }),
  route({
    method: "post",
    path: "/v1/executions/{id}/retry",
    group,
    summary: "Run what failed again",
    text: "Children that failed and dead letters, under the same execution. Only of one that has ended.",
    access: "submit",
    params,
    query: strict("the query", {
      only: z.literal("failed", saying("only=failed")).optional().describe("What it does anyway"),
    }),
    answer: { status: 202, text: "It runs again", schema: Retried },
    refuses: ["conflict"],
    async handle(call) {
      const { id } = await visibleExecution(call);
      const again = await retry(call.api.world, id, call.principal.user);
      return { ...again, execution: rowOf(again.execution) };
    },
  }),
  route({
    method: "post",
    path: "/v1/executions/stop",
    group,
    summary: "Stop many, by the filters of the list",
    text: "At least one filter, or `all: true`. Ended ones are left alone. At most 200 a call; `more` says whether to ask again.",
    access: "submit",
    body: jsonBody(StopRequest, { examples: { group: { labels: ["group=7"] } } }),
    answer: { status: 202, text: "Those that are stopped, or stopping", schema: StoppedMany },
    refuses: ["notFound"],
    async handle({ api, principal, body }) {
      const { labels, all, reason, ...wanted } = body;
      if (!all && !labels?.length && Object.keys(wanted).length === 0) throw nothingNamed();
      const filter = filterFor(principal, wanted, labels);
      const { stopped, more } = await livingOnes(api.world, filter);
      await Promise.all(
        stopped.map((id) =>
          cancel(api.world, id, { by: principal.user, ...(reason && { reason }) }),
        ),
      );
      return { stopped, more };
    },
  }),
];

function nothingNamed(): VisibleError {
  const detail = "Wanted a filter such as zapp or labels, or all: true to stop everything.";
  return new VisibleError("invalid", detail, [{ pointer: "", detail }]);
}

type World = Parameters<typeof listExecutions>[0];
type Filter = Parameters<typeof listExecutions>[1];

const LIVING = ["queued", "starting", "running"] as const;

async function livingOnes(
  world: World,
  filter: Filter,
): Promise<{ stopped: string[]; more: boolean }> {
  const stopped: string[] = [];
  const states = LIVING.filter((state) => filter.state === undefined || filter.state === state);
  for (const state of states) {
    const room = STOPPED_AT_ONCE - stopped.length;
    const page = await listExecutions(world, { ...filter, state }, { limit: Math.max(1, room) });
    stopped.push(...page.executions.slice(0, room).map(({ id }) => id));
    if (page.cursor !== undefined || stopped.length >= STOPPED_AT_ONCE)
      return { stopped, more: true };
  }
  return { stopped, more: false };
}
