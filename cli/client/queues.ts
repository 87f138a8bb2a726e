// The queues of an execution as routes of the API: tasks put, counted, closed, redriven, and their results.
import type { Http } from "#cli/http.ts";
import type { QueueAnswer, ResultAnswer, TaskAnswer, TasksPut } from "#shared/api/queue.ts";
import { waiting } from "./executions.ts";
import { everyItem } from "./pages.ts";

export interface ResultQuery {
  readonly queue?: string;
  readonly failed?: boolean;
}

export function queueCalls(http: Http) {
  const at = (id: string, queue: string, rest = "") =>
    `/v1/executions/${encodeURIComponent(id)}/queues/${encodeURIComponent(queue)}${rest}`;
  return {
    queue: (id: string, queue: string) => http.json<QueueAnswer>({ path: at(id, queue) }),
    /** Tasks as JSON lines, each with its id: so that a repeat puts nothing twice. */
    putTasks: (id: string, queue: string, lines: string) =>
      http.json<TasksPut>({
        ...{ method: "POST", path: at(id, queue, "/tasks"), isRepeatable: true },
        raw: { type: "application/x-ndjson", content: lines },
      }),
    task: (id: string, queue: string, task: string, wait?: number) =>
      http.json<TaskAnswer>({
        ...{ path: at(id, queue, `/tasks/${encodeURIComponent(task)}`), query: { wait } },
        ...waiting,
      }),
    closeQueue: (id: string, queue: string) =>
      http.json<QueueAnswer>({
        ...{ method: "POST", path: at(id, queue, "/close"), isRepeatable: true },
      }),
    failedTasks: (id: string, queue: string) =>
      everyItem<ResultAnswer>(http, { path: at(id, queue, "/failed") }),
    redrive: (id: string, queue: string, tasks?: readonly string[]) =>
      http.json<{ readonly redriven: number }>({
        ...{ method: "POST", path: at(id, queue, "/redrive") },
        body: tasks === undefined ? {} : { tasks },
      }),
    results: (id: string, query: ResultQuery = {}) =>
      everyItem<ResultAnswer>(http, {
        path: `/v1/executions/${encodeURIComponent(id)}/results`,
        query: { ...query },
      }),
  };
}
