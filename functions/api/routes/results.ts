// Results of an execution: as pages of JSON, or whole as JSON lines or CSV.
import * as z from "zod";
import { text } from "#functions/api/answer.ts";
import { csvHead, csvRow, fieldsOf } from "#functions/api/csv.ts";
import { EXAMPLES } from "#functions/api/examples.ts";
import { oneExecution, oneQueue, visibleExecution, visibleQueue } from "#functions/api/one.ts";
import { paged } from "#functions/api/paged.ts";
import { route } from "#functions/api/route.ts";
import { streamOf } from "#functions/api/stream.ts";
import {
  eachResult,
  listResults,
  queuesOf,
  type Result,
  type ResultFilter,
} from "#functions/results.ts";
import { TASK_LIMITS } from "#functions/task-queues.ts";
import type { World } from "#functions/world.ts";
import { QueueName } from "#shared/api/name.ts";
import { flag, paging } from "#shared/api/page.ts";
import { ResultPage } from "#shared/api/queue.ts";
import type { Execution } from "#shared/execution.ts";
import { saying } from "#shared/zapp/leaf.ts";
import { strict } from "#shared/zapp/strict.ts";

const group = "Queues and tasks";
const FORMATS = {
  json: "application/json",
  jsonl: "application/x-ndjson",
  csv: "text/csv",
} as const;
const formats = Object.keys(FORMATS) as (keyof typeof FORMATS)[];
/** Outcomes read at once for a stream. */
const STREAM_PAGE = 1000;

export const resultRoutes = [
  route({
    method: "get",
    path: "/v1/executions/{id}/results",
    group,
    summary: "Results and dead letters",
    text: "As JSON a page at a time; as `format=jsonl` or `format=csv` all of them in one stream. Queue by queue, in the order they were recorded.",
    access: "read",
    params: oneExecution,
    query: strict("the query", {
      queue: QueueName.optional(),
      failed: flag("failed").optional().describe("true: dead letters only; false: results only"),
      format: z.enum(formats, saying(`a format: ${formats.join(", ")}`)).optional(),
      ...paging(TASK_LIMITS.page),
    }),
    answer: {
      status: 200,
      text: "A page, or a stream of all",
      schema: ResultPage,
      example: EXAMPLES.results,
      types: [FORMATS.jsonl, FORMATS.csv],
    },
    async handle(call) {
      const { api, principal, query } = call;
      const execution = await visibleExecution(call);
      const { queue, failed, format = "json" } = query;
      const filter = { queue, ...(failed !== undefined && { ok: !failed }) };
      queuesOf(execution, queue);
      if (format !== "json") return wholeAs(format, api.world, execution, filter);
      return paged(api, principal, `results ${execution.id}`, query, (page) =>
        listResults(api.world, execution, filter, page),
      );
    },
  }),
  route({
    method: "get",
    path: "/v1/executions/{id}/queues/{queue}/failed",
    group,
    summary: "Dead letters of a queue, with their last error",
    access: "read",
    params: oneQueue,
    query: strict("the query", paging(TASK_LIMITS.page)),
    answer: { status: 200, text: "A page of dead letters", schema: ResultPage },
    async handle(call) {
      const { api, principal, query, params } = call;
      const { execution } = await visibleQueue(call);
      const filter = { queue: params.queue, ok: false };
      return paged(api, principal, `failed ${execution.id} ${params.queue}`, query, (page) =>
        listResults(api.world, execution, filter, page),
      );
    },
  }),
];

function wholeAs(
  format: "jsonl" | "csv",
  world: World,
  execution: Execution,
  filter: ResultFilter,
): Response {
  const pages = eachResult(world, execution, filter, STREAM_PAGE);
  return text(streamOf(format === "csv" ? csvParts(pages) : lineParts(pages)), FORMATS[format]);
}

async function* lineParts(pages: AsyncGenerator<readonly Result[]>): AsyncGenerator<string> {
  for await (const page of pages)
    if (page.length > 0) yield page.map((result) => `${JSON.stringify(result)}\n`).join("");
}

async function* csvParts(pages: AsyncGenerator<readonly Result[]>): AsyncGenerator<string> {
  let fields: string[] | undefined;
  for await (const page of pages) {
    if (page.length === 0) continue;
    const head = fields ? "" : csvHead(fieldsOf(page));
    fields ??= fieldsOf(page);
    const known = fields;
    yield head + page.map((result) => csvRow(result, known)).join("");
  }
  if (!fields) yield csvHead([]);
}
