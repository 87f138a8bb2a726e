// Queues of an execution: tasks put, looked at, waited for; closed and redriven.
import * as z from "zod";
import { json } from "#functions/api/answer.ts";
import type { Api } from "#functions/api/api.ts";
import { jsonBody } from "#functions/api/body.ts";
import { EXAMPLES } from "#functions/api/examples.ts";
import { demandAlive, noQueue, oneQueue, visibleQueue } from "#functions/api/one.ts";
import { route } from "#functions/api/route.ts";
import { taskOf } from "#functions/api/show.ts";
import { tasksBody } from "#functions/api/task-body.ts";
import type { TaskTexts } from "#functions/api/task-lines.ts";
import { retryHeaders } from "#functions/api/wait.ts";
import { redrive } from "#functions/redrive.ts";
import type { Json } from "#functions/store.ts";
import {
  type PutReply,
  type QueueRef,
  TASK_LIMITS,
  type TextTaskQueues,
} from "#functions/task-queues.ts";
import { ExecutionId, QueueName, TaskId } from "#shared/api/name.ts";
import { wholeNumber } from "#shared/api/page.ts";
import { QueueAnswer, Redriven, RedriveRequest, TaskAnswer, TasksPut } from "#shared/api/queue.ts";
import { VisibleError } from "#shared/fault.ts";
import { strict } from "#shared/zapp/strict.ts";

const group = "Queues and tasks";
const params = oneQueue;
const queuePath = "/v1/executions/{id}/queues/{queue}";

export const queueRoutes = [
  route({
    method: "post",
    path: `${queuePath}/tasks`,
    group,
    summary: "Put tasks",
    text: `Up to ${TASK_LIMITS.tasksPerPut} in one call, a payload of at most ${TASK_LIMITS.payloadBytes} bytes each; they are kept safely before the answer comes. All are put, or none.`,
    access: "submit",
    params,
    body: tasksBody,
    answer: { status: 200, text: "Their ids", schema: TasksPut, example: EXAMPLES.put },
    refuses: ["conflict"],
    async handle(call) {
      const { ref, execution } = await visibleQueue(call);
      demandAlive(execution);
      const reply = await put(call.api, ref, call.body);
      if (reply.kind === "put") return { ids: reply.ids, added: reply.added };
      if (reply.kind === "absent") throw noQueue(execution, ref.queue);
      throw new VisibleError(
        "conflict",
        `The queue ${ref.queue} is closed: it takes no more tasks.`,
      );
    },
  }),
  route({
    method: "get",
    path: queuePath,
    group,
    summary: "A queue: depth, rate and time left",
    text: "The rate is that between the looks of the last half minute; the first look has none.",
    access: "read",
    params,
    answer: { status: 200, text: "The queue", schema: QueueAnswer, example: EXAMPLES.queue },
    handle: async (call) => queueOf(call.api, await visibleQueue(call)),
  }),
  route({
    method: "post",
    path: `${queuePath}/close`,
    group,
    summary: "Close a queue",
    text: "It takes no more tasks, but those that routes bring. Its workers leave when all is done. Twice is fine.",
    access: "submit",
    params,
    answer: {
      status: 200,
      text: "The queue as it now is",
      schema: QueueAnswer,
      example: EXAMPLES.queue,
    },
    async handle(call) {
      const found = await visibleQueue(call);
      await call.api.world.tasks.close(found.ref);
      return queueOf(call.api, found);
    },
  }),
  route({
    method: "post",
    path: `${queuePath}/redrive`,
    group,
    summary: "Let dead letters wait again",
    text: "All of them or those named, of a living execution; of one that has ended, retry it instead.",
    access: "submit",
    params,
    body: jsonBody(RedriveRequest, {
      isOptional: true,
      examples: { two: { tasks: ["1706.03762", "1312.6114"] } },
    }),
    answer: { status: 200, text: "How many", schema: Redriven },
    refuses: ["conflict"],
    async handle(call) {
      const { api, principal, body } = call;
      const { ref, execution } = await visibleQueue(call);
      demandAlive(execution);
      return { redriven: await redrive(api.world, ref, principal.user, body.tasks) };
    },
  }),
  route({
    method: "get",
    path: `${queuePath}/tasks/{task}`,
    group,
    summary: "A task: its state, its result or its error",
    text: "With `wait` it answers as soon as the task has its outcome.",
    access: "read",
    params: z.object({ id: ExecutionId, queue: QueueName, task: TaskId }),
    query: strict("the query", {
      wait: wholeNumber("seconds to wait", 0, TASK_LIMITS.waitSeconds).optional(),
    }),
    answer: { status: 200, text: "The task", schema: TaskAnswer, example: EXAMPLES.task },
    async handle(call) {
      const { api, params, query } = call;
      const { ref } = await visibleQueue(call);
      const { wait = 0 } = query;
      const seconds = Math.min(wait, api.limits.waitSeconds);
      const task = await api.world.tasks.task(ref, params.task, seconds);
      if (!task)
        throw new VisibleError("notFound", `The queue ${ref.queue} has no task "${params.task}".`);
      const isNews = task.state === "succeeded" || task.state === "failed";
      return json(taskOf(task), 200, retryHeaders(api, wait, isNews));
    },
  }),
];

/** As text where the host's queue takes text: then no payload is made into an object and back. */
async function put({ world }: Api, ref: QueueRef, { payloads, ids }: TaskTexts): Promise<PutReply> {
  if ("putTexts" in world.tasks)
    return (world.tasks as TextTaskQueues).putTexts(ref, { payloads, ids });
  const tasks = payloads.map((text, at) => ({ id: ids[at], payload: JSON.parse(text) as Json }));
  return world.tasks.put(ref, tasks);
}

type Found = Awaited<ReturnType<typeof visibleQueue>>;

async function queueOf({ world, pace }: Api, { ref, execution }: Found): Promise<QueueAnswer> {
  const counts = await world.tasks.counts(ref);
  if (!counts) throw noQueue(execution, ref.queue);
  return pace.show(ref, counts, world.now());
}
