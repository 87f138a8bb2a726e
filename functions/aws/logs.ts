// Logs from CloudWatch, where the containers' driver puts them: one stream an instance, for both of its outputs together.
import {
  type CloudWatchLogsClient,
  GetLogEventsCommand,
  type OutputLogEvent,
  ResourceNotFoundException,
} from "@aws-sdk/client-cloudwatch-logs";
import type { LogPart, LogRange, Logs } from "#functions/logs.ts";
import type { InstanceId } from "#shared/instance.ts";

/** Where an instance's log is; undefined before it has one. */
export type StreamOf = (
  instance: InstanceId,
) => Promise<{ readonly stream: string; readonly hasEnded: boolean } | undefined>;

export interface LogPlace {
  readonly client: CloudWatchLogsClient;
  readonly group: string;
  readonly streamOf: StreamOf;
}

/**
 * CloudWatch counts no bytes: an offset is a place in time, the millisecond times this and how many of its events were read. So a
 * following read asks for what is new only. GetLogEvents takes 25 calls a second; whoever follows asks every 2 s.
 */
const EVENTS_PER_MILLISECOND = 4096;

export function cloudwatchLogs(place: LogPlace): Logs {
  return {
    /** Standard error lies with standard output; alone it is empty. */
    read: async (instance, stream, range) =>
      stream === "stderr"
        ? { text: "", next: range.offset, done: true }
        : await read(place, instance, range),
    // The group's retention forgets them.
    forget: async () => {},
  };
}

async function read(
  { client, group, streamOf }: LogPlace,
  instance: InstanceId,
  { offset, limitBytes }: LogRange,
): Promise<LogPart> {
  const found = await streamOf(instance);
  const nothing = { text: "", next: offset, done: found === undefined };
  if (found === undefined) return nothing;
  const startTime = Math.floor(offset / EVENTS_PER_MILLISECOND);
  const events = await eventsFrom(client, group, found.stream, startTime, limitBytes);
  const fresh = events.slice(offset % EVENTS_PER_MILLISECOND);
  const { taken, isAll } = within(fresh, limitBytes);
  const text = taken.map(({ message = "" }) => `${message}\n`).join("");
  const next = placeAfter(offset, taken);
  return { text, next, done: found.hasEnded && isAll && taken.length === 0 };
}

/** From a millisecond on, at least `limitBytes` of them where there are so many. */
async function eventsFrom(
  client: CloudWatchLogsClient,
  logGroupName: string,
  logStreamName: string,
  startTime: number,
  limitBytes: number,
): Promise<readonly OutputLogEvent[]> {
  const events: OutputLogEvent[] = [];
  let nextToken: string | undefined;
  let bytes = 0;
  for (;;) {
    const asked = { logGroupName, logStreamName, startTime, startFromHead: true, nextToken };
    const page = await client.send(new GetLogEventsCommand(asked)).catch(notYet);
    events.push(...(page?.events ?? []));
    for (const { message = "" } of page?.events ?? []) bytes += Buffer.byteLength(message) + 1;
    // The same token again: the end. An empty page may stand before a full one.
    const isEnd = page === undefined || page.nextForwardToken === nextToken;
    if (isEnd || bytes > limitBytes + EVENTS_PER_MILLISECOND) return events;
    nextToken = page.nextForwardToken;
  }
}

/** The driver makes a stream with the first line. */
function notYet(error: unknown): undefined {
  if (error instanceof ResourceNotFoundException) return undefined;
  throw error;
}

/** Whole lines; one longer than the limit comes alone, and whole. */
function within(events: readonly OutputLogEvent[], limitBytes: number) {
  let bytes = 0;
  const at = events.findIndex(({ message = "" }, position) => {
    bytes += Buffer.byteLength(message) + 1;
    return bytes > limitBytes && position > 0;
  });
  return at < 0 ? { taken: events, isAll: true } : { taken: events.slice(0, at), isAll: false };
}

function placeAfter(offset: number, taken: readonly OutputLogEvent[]): number {
  const last = taken.at(-1)?.timestamp;
  if (last === undefined) return offset;
  const count = taken.filter(({ timestamp }) => timestamp === last).length;
  const before =
    Math.floor(offset / EVENTS_PER_MILLISECOND) === last ? offset % EVENTS_PER_MILLISECOND : 0;
  return last * EVENTS_PER_MILLISECOND + Math.min(before + count, EVENTS_PER_MILLISECOND - 1);
}
