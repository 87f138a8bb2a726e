// CloudWatch Logs in the double: groups, streams, and events read from a time on, page by page.
import * as sdk from "@aws-sdk/client-cloudwatch-logs";
import { modelOf, offline } from "./model.ts";
import { AwsError, type Service } from "./service.ts";

interface Event {
  readonly timestamp: number;
  readonly message: string;
  readonly ingestionTime: number;
}

export interface LogsDouble {
  readonly service: Service;
  /** What a container's driver does: makes the stream with the first line. */
  write(
    group: string,
    stream: string,
    events: readonly { timestamp: number; message: string }[],
  ): void;
}

/** Of one answer. */
const MOST_EVENTS = 10_000;
const MOST_BYTES = 1024 * 1024;
/** Beside its text, an event counts so many bytes. */
const EVENT_BYTES = 26;

export function logs({
  groups: names = [],
}: {
  readonly groups?: readonly string[];
} = {}): LogsDouble {
  const groups = new Map(names.map((name) => [name, new Map<string, Event[]>()]));
  const groupOf = (name: string | undefined) => found(groups.get(name ?? ""), "log group");
  const append = (
    group: string | undefined,
    stream: string | undefined,
    events: readonly Event[],
  ) => {
    const streams = groupOf(group);
    const all = [...(streams.get(stream ?? "") ?? []), ...events];
    streams.set(
      stream ?? "",
      all.sort((a, b) => a.timestamp - b.timestamp),
    );
  };
  const service: Service = {
    name: "logs",
    model: modelOf(sdk, new sdk.CloudWatchLogsClient(offline)),
    throttle: { code: "ThrottlingException", status: 400 },
    operations: {
      CreateLogGroup: ({ logGroupName = "" }: sdk.CreateLogGroupRequest) => {
        if (groups.has(logGroupName))
          throw new AwsError(
            "ResourceAlreadyExistsException",
            "The specified log group already exists",
          );
        groups.set(logGroupName, new Map());
        return {};
      },
      CreateLogStream: (input: sdk.CreateLogStreamRequest) => {
        if (groupOf(input.logGroupName).has(input.logStreamName ?? ""))
          throw new AwsError(
            "ResourceAlreadyExistsException",
            "The specified log stream already exists",
          );
        append(input.logGroupName, input.logStreamName, []);
        return {};
      },
      PutLogEvents: (input: sdk.PutLogEventsRequest, { now }) => {
        found(groupOf(input.logGroupName).get(input.logStreamName ?? ""), "log stream");
        const events = (input.logEvents ?? []).map(({ timestamp = 0, message = "" }) => {
          return { timestamp, message, ingestionTime: now };
        });
        append(input.logGroupName, input.logStreamName, events);
        return {};
      },
      GetLogEvents: (input: sdk.GetLogEventsRequest) =>
        page(
          found(groupOf(input.logGroupName).get(input.logStreamName ?? ""), "log stream"),
          input,
        ),
    },
  };
  return {
    service,
    write: (group, stream, events) =>
      append(
        group,
        stream,
        events.map((event) => ({ ...event, ingestionTime: event.timestamp })),
      ),
  };
}

/** Tokens are places in what was asked for; at the end the same one comes again. */
function page(all: readonly Event[], input: sdk.GetLogEventsRequest): object {
  const {
    startTime = 0,
    endTime = Number.POSITIVE_INFINITY,
    nextToken,
    startFromHead,
    limit,
  } = input;
  if (!startFromHead && nextToken === undefined)
    throw new AwsError("NotImplemented", "The double reads logs from their head.", { status: 501 });
  const asked = all.filter(({ timestamp }) => timestamp >= startTime && timestamp < endTime);
  const from = nextToken === undefined ? 0 : Number(/^f\/(\d+)$/.exec(nextToken)?.[1]);
  if (Number.isNaN(from))
    throw new AwsError("InvalidParameterException", "The specified nextToken is invalid.");
  let bytes = 0;
  const events = asked
    .slice(from, from + Math.min(limit ?? MOST_EVENTS, MOST_EVENTS))
    .filter(({ message }) => {
      bytes += Buffer.byteLength(message) + EVENT_BYTES;
      return bytes <= MOST_BYTES;
    });
  return {
    events,
    nextForwardToken: `f/${from + events.length}`,
    nextBackwardToken: `b/${from}`,
  };
}

function found<T>(one: T | undefined, what: string): T {
  if (one !== undefined) return one;
  throw new AwsError("ResourceNotFoundException", `The specified ${what} does not exist.`);
}
