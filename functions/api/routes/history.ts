// The inside of an execution: its moves and its instances.
import * as z from "zod";
import { EXAMPLES } from "#functions/api/examples.ts";
import { oneExecution, visibleExecution } from "#functions/api/one.ts";
import { paged } from "#functions/api/paged.ts";
import { route } from "#functions/api/route.ts";
import { eventOf, instanceOf } from "#functions/api/show.ts";
import { listInstances, listMoves } from "#functions/view.ts";
import { EventPage, InstancePage } from "#shared/api/history.ts";
import { ServiceName, Title } from "#shared/api/name.ts";
import { OUTCOME_KINDS } from "#shared/api/outcome.ts";
import { paging } from "#shared/api/page.ts";
import { INSTANCE_STATES } from "#shared/instance.ts";
import { saying } from "#shared/zapp/leaf.ts";
import { strict } from "#shared/zapp/strict.ts";

const group = "Inside an execution";
const params = oneExecution;

export const historyRoutes = [
  route({
    method: "get",
    path: "/v1/executions/{id}/events",
    group,
    summary: "All its moves, oldest first",
    access: "read",
    params,
    query: strict("the query", paging(1000)),
    answer: { status: 200, text: "A page of moves", schema: EventPage, example: EXAMPLES.events },
    async handle(call) {
      const { api, principal, query } = call;
      const { id } = await visibleExecution(call);
      return paged(api, principal, `events ${id}`, query, async (page) => {
        const { moves, ...rest } = await listMoves(api.world, id, page);
        return { items: moves.map(eventOf), ...rest };
      });
    },
  }),
  route({
    method: "get",
    path: "/v1/executions/{id}/instances",
    group,
    summary: "Its instances, the latest generation of each",
    text: "By service and index. `counts` are of all instances, whatever the filter.",
    access: "read",
    params,
    query: strict("the query", {
      service: ServiceName.optional(),
      state: z.enum(INSTANCE_STATES, saying(`a state: ${INSTANCE_STATES.join(", ")}`)).optional(),
      outcome: z.enum(OUTCOME_KINDS, saying(`an outcome: ${OUTCOME_KINDS.join(", ")}`)).optional(),
      label: Title.optional().describe("As the zapp labels it"),
      ...paging(1000),
    }),
    answer: {
      status: 200,
      text: "A page of instances",
      schema: InstancePage,
      example: EXAMPLES.instances,
    },
    async handle(call) {
      const { api, principal, query } = call;
      const { id } = await visibleExecution(call);
      const { limit: _, cursor: __, ...filter } = query;
      let counts: Readonly<Record<string, number>> = {};
      const page = await paged(api, principal, `instances ${id}`, query, async (page) => {
        const found = await listInstances(api.world, id, filter, page);
        counts = found.counts;
        return {
          items: found.instances.map(instanceOf),
          ...(found.cursor && { cursor: found.cursor }),
        };
      });
      return { ...page, counts };
    },
  }),
];
