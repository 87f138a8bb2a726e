// What EventBridge tells of ECS and Batch, as events of instances: late, twice and out of order. observe.ts goes on with them.
import * as z from "zod";
import type { InstanceEvent } from "#functions/backend.ts";
import type { InstanceId, Outcome, Usage } from "#shared/instance.ts";
import { BatchJobDetail, rankOf, sightOf as sightOfJob } from "./batch/sight.ts";
import { type BundleId, instanceAt } from "./bundle.ts";
import { readJobName, readStartedBy } from "./bundle-name.ts";
import { EcsTaskDetail, sightOf as sightOfTask } from "./ecs/sight.ts";
import { STAGING } from "./end.ts";
import type { Sight } from "./family.ts";
import type { LaunchBook } from "./launch-book.ts";

export const BridgeEvent = z.discriminatedUnion("detail-type", [
  z.object({
    "detail-type": z.literal("ECS Task State Change"),
    time: z.iso.datetime(),
    detail: EcsTaskDetail,
  }),
  z.object({
    "detail-type": z.literal("Batch Job State Change"),
    time: z.iso.datetime(),
    detail: BatchJobDetail,
  }),
]);
export type BridgeEvent = z.infer<typeof BridgeEvent>;

/** One thing that happened to one task or job. */
export interface Happening {
  readonly id: string;
  readonly bundle: BundleId;
  /** Unix milliseconds. */
  readonly at: number;
  readonly startedAt?: number;
  readonly sight: Exclude<Sight, { kind: "starting" }>;
  /** Which of the bundle: `byId` where only its record can say. */
  readonly place: { readonly offset: number } | "byId" | "nodes";
}

/** Undefined for what is not ours, or says nothing that an instance is moved by. */
export function happeningOf(event: BridgeEvent): Happening | undefined {
  const time = Date.parse(event.time);
  return event["detail-type"] === "ECS Task State Change"
    ? ofTask(event.detail, time)
    : ofJob(event.detail, time);
}

function ofTask(task: EcsTaskDetail, time: number): Happening | undefined {
  const bundle = readStartedBy(task.startedBy ?? "");
  const sight = sightOfTask(task, time);
  if (bundle === undefined || sight.kind === "starting") return undefined;
  // Once: not again when it is told to stop, nor on its way down.
  const isUp = task.lastStatus === "RUNNING" && task.desiredStatus !== "STOPPED";
  if (sight.kind === "running" && !isUp) return undefined;
  const place = bundle.size === 1 ? { offset: 0 } : ("byId" as const);
  return { ...timesOf(task, sight, time), id: task.taskArn, bundle, sight, place };
}

function ofJob(job: BatchJobDetail, time: number): Happening | undefined {
  const bundle = readJobName(job.jobName);
  const sight = sightOfJob(job, time);
  if (bundle === undefined || sight.kind === "starting" || job.jobId.includes("#"))
    return undefined;
  const index = job.arrayProperties?.index;
  const isParent = job.arrayProperties !== undefined && index === undefined;
  if (isParent) return undefined;
  const place = job.nodeProperties === undefined ? { offset: index ?? 0 } : ("nodes" as const);
  return { ...timesOf(job, sight, time), id: job.jobId, bundle, sight, place };
}

function timesOf(
  { startedAt = 0, stoppedAt }: { readonly startedAt?: number; readonly stoppedAt?: number },
  sight: Sight,
  time: number,
) {
  const at = sight.kind === "ended" ? (stoppedAt ?? time) : startedAt || time;
  return { at, ...(startedAt > 0 && { startedAt: Math.min(startedAt, at) }) };
}

/** The last word on each task and job: by ECS's version, by Batch's attempts and status. Pure; in the order in which they came. */
export function latest(events: readonly BridgeEvent[]): BridgeEvent[] {
  const newest = new Map<string, BridgeEvent>();
  for (const event of events) {
    const id = idOf(event);
    const known = newest.get(id);
    if (known === undefined || orderOf(event) > orderOf(known)) newest.set(id, event);
  }
  return [...newest.values()];
}

function idOf({ detail }: BridgeEvent): string {
  return "taskArn" in detail ? detail.taskArn : detail.jobId;
}

function orderOf({ detail }: BridgeEvent): number {
  return "taskArn" in detail ? (detail.version ?? 0) : rankOf(detail);
}

/** What AWS does not say of an instance that ended, and its sidecar does. */
export interface Told {
  /** cpu in seconds, memory in MiB. */
  readonly used?: Pick<Usage, "cpuSeconds" | "peakMemoryMib">;
  /** With its files. */
  readonly problem?: string;
}

export type ToldOf = (instance: InstanceId, happening: Happening) => Promise<Told | undefined>;

/** What it means for instances, with what their sidecars told. */
export async function instanceEvents(
  happening: Happening,
  book: Pick<LaunchBook, "get">,
  toldOf: ToldOf = async () => undefined,
): Promise<InstanceEvent[]> {
  const events = await eventsOf(happening, book);
  return Promise.all(
    events.map(async (event) => {
      if (event.kind !== "ended" || event.usage === undefined) return event;
      const { used, problem } = (await toldOf(event.instance, happening)) ?? {};
      const outcome = explained(event.outcome, problem);
      return { ...event, outcome, usage: { ...event.usage, ...used } };
    }),
  );
}

function explained(outcome: Outcome, problem: string | undefined): Outcome {
  const isOfFiles = outcome.kind === "failed" && outcome.code === STAGING;
  return isOfFiles && problem !== undefined ? { ...outcome, reason: problem } : outcome;
}

/** The book is asked only which of a bundle's workers a task is. */
async function eventsOf(
  happening: Happening,
  book: Pick<LaunchBook, "get">,
): Promise<InstanceEvent[]> {
  const { bundle, place, id } = happening;
  if (place === "nodes")
    return Array.from({ length: bundle.size }, (_, node) =>
      eventOf(happening, node, node > 0),
    ).flat();
  if (place !== "byId") return eventOf(happening, place.offset, false);
  const offset = (await book.get(bundle))?.ids.indexOf(id) ?? -1;
  return offset < 0 ? [] : eventOf(happening, offset, false);
}

function eventOf(
  { bundle, sight, at, startedAt, id }: Happening,
  offset: number,
  isSecond: boolean,
): InstanceEvent[] {
  const instance: InstanceId = instanceAt(bundle, offset);
  if (sight.kind === "running") return [{ kind: "running", instance, at, backendId: id }];
  const { end, usage } = sight;
  if (end.kind === "duplicate") return [];
  const outcome = isSecond ? besideFirst(end) : end;
  return [
    {
      ...{ kind: "ended", instance, at, outcome, usage },
      ...(startedAt !== undefined && { startedAt }),
    },
  ];
}

/** The first node's exit decides; the others were ended with it. What took the whole gang took them too. */
function besideFirst(end: Outcome): Outcome {
  const isDecided = end.kind === "succeeded" || end.kind === "failed" || end.kind === "outOfMemory";
  if (!isDecided) return end;
  return { kind: "cancelled", by: "zoe", reason: "The first node of its gang has ended." };
}
