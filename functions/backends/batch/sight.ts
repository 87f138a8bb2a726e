// A job as Batch describes it or tells of it in an event: parsed, and how its instance stands. Pure.
import * as z from "zod";
import { type End, endOf, usageOf } from "#functions/backends/end.ts";
import type { Sight } from "#functions/backends/family.ts";
import { CONTAINERS } from "#shared/container-group.ts";

const Containers = z
  .array(
    z.object({
      containers: z
        .array(
          z.object({
            name: z.string().optional(),
            exitCode: z.number().optional(),
            reason: z.string().optional(),
          }),
        )
        .default([]),
    }),
  )
  .default([]);

export const BatchJobDetail = z.object({
  jobId: z.string(),
  jobName: z.string(),
  status: z.string(),
  statusReason: z.string().optional(),
  /** Unix milliseconds; not to be trusted, it is missing or 0 where nothing started. */
  startedAt: z.number().optional(),
  stoppedAt: z.number().optional(),
  attempts: z.array(z.object({ taskProperties: Containers })).default([]),
  arrayProperties: z
    .object({ index: z.number().optional(), size: z.number().optional() })
    .optional(),
  /** Of a job of several nodes; what runs as one of them has `#` in its id. */
  nodeProperties: z.object({}).optional(),
  ecsProperties: z.object({ taskProperties: Containers }).optional(),
  isTerminated: z.boolean().optional(),
});
export type BatchJobDetail = z.infer<typeof BatchJobDetail>;

/** Batch counts no changes: the later of two is the one with more attempts, then the further status. RUNNABLE comes again with each retry. */
const RANKS = ["SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED"];
const FIRST_TERMINAL = RANKS.indexOf("SUCCEEDED");

export function rankOf({ status, attempts }: BatchJobDetail): number {
  const rank = RANKS.indexOf(status);
  return rank >= FIRST_TERMINAL ? Number.POSITIVE_INFINITY : attempts.length * RANKS.length + rank;
}

export function sightOf(job: BatchJobDetail, now: number): Sight {
  const { status, startedAt, stoppedAt = now } = job;
  if (status === "SUCCEEDED" || status === "FAILED")
    return { kind: "ended", end: endOfJob(job), usage: usageOf(startedAt || undefined, stoppedAt) };
  return { kind: status === "RUNNING" ? "running" : "starting" };
}

export function endOfJob(job: BatchJobDetail): End {
  const { statusReason = "", ecsProperties, attempts } = job;
  const tasks = attempts.at(-1)?.taskProperties ?? ecsProperties?.taskProperties ?? [];
  const containers = tasks[0]?.containers ?? [];
  const exits = Object.fromEntries(
    CONTAINERS.map((name) => {
      const found = containers.find((container) => container.name === name);
      return [name, { code: found?.exitCode, reason: found?.reason }];
    }),
  );
  if (job.status === "SUCCEEDED") return { kind: "succeeded" };
  const isReclaimed = /^Host EC2 .*terminated/.test(statusReason);
  return endOf({ exits, reason: statusReason, isReclaimed });
}
