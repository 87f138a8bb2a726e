// The queues of an execution as routes of the API: tasks put, counted, closed, redriven, and their results.
import { setTimeout as sleep } from "node:timers/promises";
import type { Http } from "#cli/http.ts";
import type { QueueAnswer, ResultAnswer, TaskAnswer, TasksPut } from "#shared/api/queue.ts";
import { POLL_SECONDS, waiting } from "./executions.ts";
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
    task: (id: string, queue: string, task: string) =>
      http.json<TaskAnswer>({ path: at(id, queue, `/tasks/${encodeURIComponent(task)}`) }),
    /** Answers when it has its outcome, or after 20 s. */
    waitForTask: async (id: string, queue: string, task: string) => {
      const path = at(id, queue, `/tasks/${encodeURIComponent(task)}`);
      const query = { wait: POLL_SECONDS };
      const { value, pauseSeconds } = await http.poll<TaskAnswer>({ path, query, ...waiting });
      await sleep(pauseSeconds * 1000);
      return value;
    },
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
    /** All of them, in one stream. */
    resultStream: (id: string, format: "jsonl" | "csv", query: ResultQuery = {}) =>
      http.send({
        path: `/v1/executions/${encodeURIComponent(id)}/results`,
        query: { ...query, format },
        timeoutSeconds: 3600,
      }),
    results: (id: string, query: ResultQuery = {}) =>
      everyItem<ResultAnswer>(http, {
        path: `/v1/executions/${encodeURIComponent(id)}/results`,
        query: { ...query },
      }),
  };
}
