// How an execution or an instance ended, as the API shows it (instance.ts tells what each means).
import * as z from "zod";

const reason = z.string();

export const OUTCOME_KINDS = [
  "succeeded",
  "failed",
  "outOfMemory",
  "timedOut",
  "interrupted",
  "lost",
  "cancelled",
  "rejected",
] as const;

export const OutcomeAnswer = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("succeeded") }),
    z.strictObject({
      kind: z.literal("failed"),
      code: z.string(),
      reason,
      exitCode: z.int().optional(),
    }),
    z.strictObject({ kind: z.literal("outOfMemory"), reason }),
    z.strictObject({ kind: z.literal("timedOut"), reason }),
    z.strictObject({ kind: z.literal("interrupted"), reason }),
    z.strictObject({ kind: z.literal("lost"), reason }),
    z.strictObject({
      kind: z.literal("cancelled"),
      by: z.string(),
      reason: z.string().optional(),
    }),
    z.strictObject({ kind: z.literal("rejected"), reason }),
  ])
  .meta({ id: "Outcome" });

/** What was really used, measured by the engine. */
export const UsedAnswer = z
  .strictObject({
    cpuSeconds: z.number(),
    wallSeconds: z.number(),
    peakMemoryMib: z.number(),
  })
  .meta({ id: "Used" });
