// The body of a put: a JSON list or JSON lines, kept as text for the task queue.
import * as z from "zod";
import { TASK_LIMITS } from "#functions/task-queues.ts";
import { TaskRequest } from "#shared/api/queue.ts";
import { type Body, readBytes } from "./body.ts";
import { decodeUtf8 } from "./json.ts";
import { type TaskTexts, tasksOfLines, tasksOfList } from "./task-lines.ts";

const LINES = "application/x-ndjson";
const LINES_TOO = "application/jsonl";

const list = [{ id: "1706.03762", payload: { title: "Attention is all you need" } }];
/** No `examples`: they would have to be JSON strings, which they are not. */
const text =
  'One task a line, as {"id":"1706.03762","payload":{"title":"Attention"}}: the fast way';

export const tasksBody: Body<TaskTexts> = {
  types: {
    "application/json": {
      schema: z.array(TaskRequest).min(1).max(TASK_LIMITS.tasksPerPut),
      examples: { list },
    },
    [LINES]: { text },
    [LINES_TOO]: { text },
  },
  async read(request, type, limitBytes) {
    const body = decodeUtf8(await readBytes(request, limitBytes));
    return type === "application/json" ? tasksOfList(body) : tasksOfLines(body);
  },
};
