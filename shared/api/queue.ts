// Queues, tasks and results as the API takes and shows them.
import * as z from "zod";
import { list, strict } from "#shared/zapp/strict.ts";
import { TaskId } from "./name.ts";
import { pageOf } from "./page.ts";

const time = z.number().describe("Unix milliseconds");
export const Json = z.json().meta({ id: "Json", description: "Any JSON" });

/** Counts are exact, and all but `leased` only grow. waiting = put - done - leased. */
export const QueueAnswer = z
  .strictObject({
    put: z.int(),
    done: z.int().describe("Results and dead letters"),
    failed: z.int().describe("Dead letters, of `done`"),
    leased: z.int().describe("In the hands of workers"),
    waiting: z.int(),
    redriven: z.int(),
    closed: z.boolean(),
    drained: z.boolean().describe("Closed, and all done"),
    ratePerSecond: z.number().optional().describe("Tasks done a second, of late"),
    etaSeconds: z.number().optional().describe("Until all are done, at this rate"),
  })
  .meta({ id: "Queue" });
export type QueueAnswer = z.infer<typeof QueueAnswer>;

/** A task to put, in a JSON list or one a line. */
export const TaskRequest = strict("a task", {
  id: TaskId.optional().describe("A repeat of it is a no-op; without one Zoe gives one"),
  payload: Json.describe("Any JSON, at most 64 KiB"),
}).meta({ id: "TaskRequest" });
export type TaskRequest = z.infer<typeof TaskRequest>;

export const TasksPut = z
  .strictObject({
    ids: z.array(z.string()).readonly().describe("In the order of the tasks"),
    added: z.int().describe("Without those that were there before"),
  })
  .meta({ id: "TasksPut" });
export type TasksPut = z.infer<typeof TasksPut>;

export const TaskAnswer = z
  .strictObject({
    task: z.string(),
    state: z.enum(["waiting", "leased", "succeeded", "failed"]),
    attempts: z.int(),
    payload: Json.optional(),
    result: Json.optional(),
    error: z.string().optional(),
    worker: z.string().optional().describe("service-index.generation"),
    at: time.optional().describe("When its outcome was recorded"),
  })
  .meta({ id: "Task" });
export type TaskAnswer = z.infer<typeof TaskAnswer>;

export const ResultAnswer = z
  .strictObject({
    queue: z.string(),
    task: z.string(),
    ok: z.boolean(),
    attempts: z.int(),
    worker: z.string(),
    at: time,
    payload: Json.optional(),
    result: Json.optional(),
    error: z.string().optional(),
  })
  .meta({ id: "Result" });
export type ResultAnswer = z.infer<typeof ResultAnswer>;
export const ResultPage = pageOf("ResultPage", ResultAnswer);
export type ResultPage = z.infer<typeof ResultPage>;

export const MOST_REDRIVEN_BY_NAME = 1000;
export const RedriveRequest = strict("a redrive", {
  tasks: list("ids of dead letters", TaskId, MOST_REDRIVEN_BY_NAME, 1)
    .optional()
    .describe("Without it, all dead letters of the queue"),
}).meta({ id: "RedriveRequest" });
export const Redriven = z
  .strictObject({ redriven: z.int().describe("Dead letters that wait again") })
  .meta({ id: "Redriven" });
