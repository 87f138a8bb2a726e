// Executions: listed, looked at, waited for, changed, stopped.

import * as z from "zod";
import { json } from "#functions/api/answer.ts";
import { EXAMPLES } from "#functions/api/examples.ts";
import { filterFor } from "#functions/api/filter.ts";
import { noExecution, oneExecution, visibleExecution } from "#functions/api/one.ts";
import { paged } from "#functions/api/paged.ts";
import { route } from "#functions/api/route.ts";
import { answerOf, ledgerOf, rowOf } from "#functions/api/show.ts";
import { retryHeaders, waitFor } from "#functions/api/wait.ts";
import { cancel } from "#functions/cancel.ts";
import { maySee } from "#functions/permissions.ts";
import { listExecutions, readPlacements, readView } from "#functions/view.ts";
import { why } from "#functions/why.ts";
import {
  ExecutionAnswer,
  ExecutionPage,
  ExecutionRow,
  LedgerAnswer,
  WhyAnswer,
} from "#shared/api/execution.ts";
import { ExecutionQuery } from "#shared/api/filter.ts";
import { Title } from "#shared/api/name.ts";
import { wholeNumber } from "#shared/api/page.ts";
import { EXECUTION_STATES } from "#shared/execution.ts";
import { strict } from "#shared/zapp/strict.ts";

const group = "Executions";
const params = oneExecution;
const LONGEST_WAIT = 20;

export const executionRoutes = [
  route({
    method: "get",
    path: "/v1/executions",
    group,
    summary: "Executions, newest first",
    text: "A page may hold fewer than were asked for, even none, and still have a cursor: where a filter fits little.",
    access: "read",
    query: ExecutionQuery,
    refuses: ["notFound"],
    answer: {
      status: 200,
      text: "A page of executions",
      schema: ExecutionPage,
      example: EXAMPLES.page,
    },
    handle: ({ api, principal, query }) => {
      const filter = filterFor(principal, query, query.label);
      return paged(api, principal, "executions", query, async (page) => {
        const { executions, ...rest } = await listExecutions(api.world, filter, page);
        return { items: executions.map(rowOf), ...rest };
      });
    },
  }),
  route({
    method: "get",
    path: "/v1/executions/{id}",
    group,
    summary: "An execution, with its services and queues",
    text: "`wait` and `after` make it a long poll: it answers as soon as the execution has another `version` than the one given, or has left the state given.",
    access: "read",
    params,
    query: strict("the query", {
      wait: wholeNumber("seconds to wait", 0, LONGEST_WAIT).optional(),
      after: z
        .string("Wanted one version or state.")
        .max(40, "Wanted a version of this answer, or a state.")
        .optional()
        .describe(`A version of this answer, or a state: ${EXECUTION_STATES.join(", ")}`),
    }),
    answer: {
      status: 200,
      text: "The execution",
      schema: ExecutionAnswer,
      example: EXAMPLES.execution,
    },
    async handle(call) {
      const { api, query, request } = call;
      const { wait = 0, after } = query;
      const look = async () => {
        const view = await readView(api.world, call.params.id);
        if (!view || !maySee(call.principal, view.execution)) throw noExecution(call.params.id);
        return answerOf(view, api.pace, api.world.now());
      };
      const isNews = ({ version, state }: ExecutionAnswer) => version !== after && state !== after;
      const seen = await waitFor(api, request, wait, look, isNews);
      return json(seen, 200, retryHeaders(api, wait, isNews(seen)));
    },
  }),
  route({
    method: "delete",
    path: "/v1/executions/{id}",
    group,
    summary: "Stop an execution",
    text: "In any state, as often as you like. What runs is given time to end; the execution then ends as cancelled.",
    access: "submit",
    params,
    query: strict("the query", { reason: Title.optional() }),
    answer: { status: 202, text: "It is stopped, or stopping", schema: ExecutionRow },
    async handle(call) {
      const { api, principal, query } = call;
      const { id } = await visibleExecution(call);
      const stopped = await cancel(api.world, id, { by: principal.user, ...query });
      if (!stopped) throw noExecution(id);
      return rowOf(stopped);
    },
  }),
  route({
    method: "get",
    path: "/v1/executions/{id}/why",
    group,
    summary: "Why it waits, or has not all that it could use",
    access: "read",
    params,
    answer: { status: 200, text: "The reasons; none when it waits for nothing", schema: WhyAnswer },
    async handle(call) {
      const execution = await visibleExecution(call);
      return { state: execution.state, reasons: await why(call.api.world, execution) };
    },
  }),
  route({
    method: "get",
    path: "/v1/executions/{id}/ledger",
    group,
    summary: "What was asked for and what was used",
    access: "read",
    params,
    answer: { status: 200, text: "By service, and in all", schema: LedgerAnswer },
    async handle(call) {
      const execution = await visibleExecution(call);
      return ledgerOf(await readPlacements(call.api.world, execution));
    },
  }),
];
