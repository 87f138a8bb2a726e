// The inside of an execution as the API shows it: its moves, its instances, their logs and files.
import * as z from "zod";
import { INSTANCE_STATES } from "#shared/instance.ts";
import { ExecutionId } from "./name.ts";
import { OutcomeAnswer, UsedAnswer } from "./outcome.ts";
import { pageOf } from "./page.ts";

const time = z.number().describe("Unix milliseconds");

export const EventAnswer = z
  .strictObject({
    at: time,
    of: z.enum(["execution", "instance", "queue", "note"]),
    instance: z.string().optional().describe("service-index.generation"),
    from: z.string().optional(),
    to: z.string().optional(),
    text: z.string().optional(),
    outcome: OutcomeAnswer.optional(),
    by: z.string().optional(),
  })
  .meta({ id: "Event" });
export type EventAnswer = z.infer<typeof EventAnswer>;
export const EventPage = pageOf("EventPage", EventAnswer);
export type EventPage = z.infer<typeof EventPage>;

export const InstanceAnswer = z
  .strictObject({
    executionId: ExecutionId,
    service: z.string(),
    index: z.int(),
    generation: z.int().describe("The n-th launch of this index"),
    state: z.enum(INSTANCE_STATES),
    label: z.string().optional(),
    backendId: z.string().optional(),
    startedAt: time.optional(),
    endedAt: time.optional(),
    changedAt: time,
    outcome: OutcomeAnswer.optional(),
    usage: UsedAnswer.optional(),
    retryAt: time.optional().describe("Its next generation is due then"),
  })
  .meta({ id: "Instance" });
export type InstanceAnswer = z.infer<typeof InstanceAnswer>;
export const InstancePage = z
  .strictObject({
    items: z.array(InstanceAnswer).readonly(),
    counts: z
      .record(z.string(), z.int())
      .describe("Of all instances, by state; of ended ones by outcome"),
    cursor: z.string().optional(),
  })
  .meta({ id: "InstancePage" });
export type InstancePage = z.infer<typeof InstancePage>;

export const LogAnswer = z
  .strictObject({
    instance: z.string().describe("service-index.generation"),
    text: z.string(),
    next: z.int().describe("The offset to go on from"),
    done: z.boolean().describe("This is all that it wrote"),
  })
  .meta({ id: "Log" });
export type LogAnswer = z.infer<typeof LogAnswer>;

export const FileAnswer = z
  .strictObject({ path: z.string(), size: z.int().describe("Bytes"), modifiedAt: time })
  .meta({ id: "File" });
export type FileAnswer = z.infer<typeof FileAnswer>;
export const FilePage = pageOf("FilePage", FileAnswer);
export type FilePage = z.infer<typeof FilePage>;

export const UploadAnswer = z
  .strictObject({
    id: z.string(),
    name: z.string().optional(),
    user: z.string(),
    size: z.int().describe("Bytes"),
    createdAt: time,
    expiresAt: time,
  })
  .meta({ id: "Upload" });
export type UploadAnswer = z.infer<typeof UploadAnswer>;
export const UploadPage = pageOf("UploadPage", UploadAnswer);
