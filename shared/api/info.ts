// What a client learns first: which Zoe this is, what it can run, how much it takes at once, and as whom it came.
import * as z from "zod";
import { ROLES, SCOPES } from "#shared/principal.ts";
import { RUN_KINDS } from "#shared/zapp/service.ts";
import { TenantName, UserName } from "./name.ts";

const Capacity = z.strictObject({
  instances: z.number(),
  cpu: z.number(),
  memoryMib: z.number(),
  gpu: z.number(),
});

export const Info = z
  .strictObject({
    version: z.string(),
    engines: z
      .array(
        z.strictObject({
          name: z.string(),
          engine: z.string().describe("process, container, ecs, batch or simulated"),
          runs: z.array(z.enum(RUN_KINDS)).readonly(),
          capacity: Capacity,
          largest: Capacity.describe("The largest single instance"),
          catalogueOnly: z.boolean().describe("Ad hoc programs run for administrators only"),
          notes: z.array(z.string()).readonly().describe("What to know of it on this machine"),
        }),
      )
      .readonly(),
    limits: z.strictObject({
      bodyBytes: z.int(),
      uploadBytes: z.int(),
      submissionsPerCall: z.int(),
      tasksPerPut: z.int(),
      taskPayloadBytes: z.int(),
      waitSeconds: z.int(),
      requestsPerSecond: z.number(),
      retentionDays: z.number().describe("Ended executions are forgotten after this"),
    }),
    you: z.strictObject({
      tenant: TenantName,
      user: UserName,
      role: z.enum(ROLES),
      scope: z.enum(SCOPES),
    }),
  })
  .meta({ id: "Info" });
export type Info = z.infer<typeof Info>;

/** A list of submissions in one POST. */
export const SUBMISSIONS_PER_CALL = 1000;

export const Health = z
  .strictObject({ status: z.literal("ok") })
  .meta({ id: "Health", examples: [{ status: "ok" }] });
