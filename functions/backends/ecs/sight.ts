// A task as ECS describes it or tells of it in an event: parsed, and how its instance stands. Pure.
import * as z from "zod";
import { type End, endOf, usageOf } from "#functions/backends/end.ts";
import type { Sight } from "#functions/backends/family.ts";
import { CONTAINERS } from "#shared/container-group.ts";

/** Events carry times as ISO 8601, descriptions as dates. */
const time = z.coerce.date().transform((date) => date.getTime());

export const EcsTaskDetail = z.object({
  taskArn: z.string(),
  lastStatus: z.string(),
  desiredStatus: z.string().optional(),
  startedBy: z.string().optional(),
  /** Counts the changes of this task: of two events the one with the higher is the later. */
  version: z.number().optional(),
  stopCode: z.string().optional(),
  stoppedReason: z.string().optional(),
  startedAt: time.optional(),
  stoppedAt: time.optional(),
  containers: z
    .array(
      z.object({
        name: z.string().optional(),
        exitCode: z.number().optional(),
        reason: z.string().optional(),
      }),
    )
    .default([]),
});
export type EcsTaskDetail = z.infer<typeof EcsTaskDetail>;

/** `TerminationNotice` is Fargate's own: the host is retired. */
const RECLAIMED: readonly string[] = ["SpotInterruption", "TerminationNotice"];

export function sightOf(task: EcsTaskDetail, now: number): Sight {
  const { lastStatus, startedAt, stoppedAt = now } = task;
  if (lastStatus === "STOPPED")
    return { kind: "ended", end: endOfTask(task), usage: usageOf(startedAt, stoppedAt) };
  const isUp =
    lastStatus === "RUNNING" || lastStatus === "DEACTIVATING" || lastStatus === "STOPPING";
  return { kind: isUp || startedAt !== undefined ? "running" : "starting" };
}

export function endOfTask({ stopCode = "", stoppedReason = "", containers }: EcsTaskDetail): End {
  const exits = Object.fromEntries(
    CONTAINERS.map((name) => {
      const found = containers.find((container) => container.name === name);
      return [name, { code: found?.exitCode, reason: found?.reason }];
    }),
  );
  return endOf({ exits, reason: stoppedReason, isReclaimed: RECLAIMED.includes(stopCode) });
}
