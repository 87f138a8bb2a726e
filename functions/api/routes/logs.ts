// What programs wrote, and the files that they left.
import * as z from "zod";
import { json, SAFE_HEADERS } from "#functions/api/answer.ts";
import { EXAMPLES } from "#functions/api/examples.ts";
import { oneExecution, visibleExecution } from "#functions/api/one.ts";
import { paged } from "#functions/api/paged.ts";
import { route } from "#functions/api/route.ts";
import { retryHeaders } from "#functions/api/wait.ts";
import { findFile, linkToFile, listFiles } from "#functions/files.ts";
import { readLog } from "#functions/instance-log.ts";
import { LOG_LIMITS, LOG_STREAMS } from "#functions/logs.ts";
import type { FoundObject } from "#functions/objects.ts";
import { FilePage, LogAnswer } from "#shared/api/history.ts";
import { ExecutionId, ServiceName } from "#shared/api/name.ts";
import { flag, paging, wholeNumber } from "#shared/api/page.ts";
import { VisibleError } from "#shared/fault.ts";
import { saying } from "#shared/zapp/leaf.ts";
import { LIMITS } from "#shared/zapp/limits.ts";
import { strict } from "#shared/zapp/strict.ts";

const group = "Inside an execution";
const LONGEST_PATH = 1000;
const OFFSET_MAX = Number.MAX_SAFE_INTEGER;
const MOST_GENERATIONS = 1_000_000;

const path = saying(`the path of a file, 1 to ${LONGEST_PATH} characters`);
const filePath = z.string(path).min(1, path).max(LONGEST_PATH, path);
const stream = z.enum(LOG_STREAMS, saying(`a stream: ${LOG_STREAMS.join(" or ")}`));

export const logRoutes = [
  route({
    method: "get",
    path: "/v1/executions/{id}/logs",
    group,
    summary: "The log of one instance",
    text: "Reads on from `offset`; with `wait` it answers as soon as something comes. Go on with `next` until `done`.",
    access: "read",
    params: oneExecution,
    query: strict("the query", {
      service: ServiceName.optional().describe("May be left out where there is only one"),
      index: wholeNumber("the index of an instance", 0, LIMITS.instances - 1).optional(),
      generation: wholeNumber("its generation", 1, MOST_GENERATIONS)
        .optional()
        .describe("Without it, the latest"),
      stream: stream.optional().describe("stdout unless given"),
      offset: wholeNumber("bytes to skip", 0, OFFSET_MAX).optional(),
      limit: wholeNumber("how many bytes at most", 1, LOG_LIMITS.readBytes).optional(),
      wait: wholeNumber("seconds to wait", 0, LOG_LIMITS.waitSeconds).optional(),
      follow: flag("follow").optional().describe("The same as the longest `wait`"),
    }),
    answer: { status: 200, text: "A part of the log", schema: LogAnswer, example: EXAMPLES.log },
    async handle(call) {
      const { api, query } = call;
      const execution = await visibleExecution(call);
      const { follow = false, limit: limitBytes = LOG_LIMITS.readBytes } = query;
      const {
        wait = follow ? LOG_LIMITS.waitSeconds : 0,
        service,
        generation,
        index = 0,
        stream = "stdout",
        offset = 0,
      } = query;
      const waitSeconds = Math.min(wait, api.limits.waitSeconds);
      const range = { offset, limitBytes, waitSeconds };
      const part = await readLog(api.world, execution, {
        service,
        generation,
        index,
        stream,
        ...range,
      });
      return json(part, 200, retryHeaders(api, wait, part.text !== "" || part.done));
    },
  }),
  route({
    method: "get",
    path: "/v1/executions/{id}/files",
    group,
    summary: "Files that its instances left, by path",
    access: "read",
    params: oneExecution,
    query: strict("the query", {
      under: filePath.optional().describe("A folder, as results/, or the beginning of a name"),
      ...paging(1000),
    }),
    answer: { status: 200, text: "A page of files", schema: FilePage },
    async handle(call) {
      const { api, principal, query } = call;
      const { id } = await visibleExecution(call);
      return paged(api, principal, `files ${id}`, query, (page) =>
        listFiles(api.world, id, { ...page, under: query.under }),
      );
    },
  }),
  route({
    method: "get",
    path: "/v1/executions/{id}/files/{path+}",
    group,
    summary: "One file",
    text: "In AWS a large one is answered 307, with a link to its bytes that holds for five minutes.",
    access: "read",
    params: z.object({ id: ExecutionId, path: filePath }),
    answer: { status: 200, text: "Its bytes", types: ["application/octet-stream"] },
    async handle(call) {
      const { id } = await visibleExecution(call);
      const location = await linkToFile(call.api.world, id, call.params.path);
      if (location !== undefined)
        return new Response(null, { status: 307, headers: { ...SAFE_HEADERS, location } });
      const file = await findFile(call.api.world, id, call.params.path);
      if (file) return download(file);
      throw new VisibleError("notFound", `Execution ${id} left no file "${call.params.path}".`);
    },
  }),
];

/** Never shown by a browser: what programs leave may be anything. */
function download({ stream, size }: FoundObject): Response {
  return new Response(stream, {
    headers: {
      ...SAFE_HEADERS,
      "content-type": "application/octet-stream",
      "content-length": String(size),
      "content-disposition": "attachment",
    },
  });
}
