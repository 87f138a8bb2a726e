// What SQS takes and answers, field by field: names, sizes, characters, attributes.
import type {
  ReceiveMessageRequest,
  Message as SdkMessage,
  SendMessageRequest,
} from "@aws-sdk/client-sqs";
import { AwsError } from "../service.ts";
import type { Message } from "./message.ts";
import type { Attributes, SqsQueue } from "./queue.ts";

const BATCH = 10;
const DELAY_SECONDS = 900;

/** "A queue name can have up to 80 characters: alphanumeric characters, hyphens (-), and underscores (_)." */
export function named(name: string | undefined): string {
  if (name?.endsWith(".fifo")) throw new Error("The double of sqs has no FIFO queues.");
  if (name && /^[\w-]{1,80}$/.test(name)) return name;
  throw new AwsError(
    "InvalidParameterValue",
    "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
  );
}

const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  VisibilityTimeout: [0, 43_200],
  DelaySeconds: [0, DELAY_SECONDS],
  MessageRetentionPeriod: [60, 1_209_600],
  MaximumMessageSize: [1024, 1_048_576],
  ReceiveMessageWaitTimeSeconds: [0, 20],
};
/** Asked for by the template; they change nothing here. */
const WITHOUT_EFFECT = new Set(["SqsManagedSseEnabled", "Policy", "RedriveAllowPolicy"]);

export function settingsOf(asked: Readonly<Record<string, string>>): Partial<Attributes> {
  const entries = Object.entries(asked).filter(([name]) => !WITHOUT_EFFECT.has(name));
  const read = entries.map(([name, value]): [string, string | number] => {
    if (name === "RedrivePolicy") return [name, value];
    const [least, most] = RANGES[name] ?? [];
    if (least === undefined || most === undefined)
      throw new AwsError("InvalidAttributeName", `Unknown Attribute ${name}.`);
    const number = Number(value);
    if (Number.isInteger(number) && number >= least && number <= most) return [name, number];
    throw new AwsError("InvalidAttributeValue", `Invalid value for the parameter ${name}.`);
  });
  return Object.fromEntries(read);
}

export function attributesOf(
  queue: SqsQueue,
  wanted: readonly string[] = [],
): Record<string, string> {
  const { visible, inFlight, delayed } = queue.counts();
  const all: Record<string, string | number> = {
    ...queue.attributes,
    QueueArn: queue.parts.arn,
    CreatedTimestamp: Math.floor(queue.createdAt / 1000),
    ApproximateNumberOfMessages: visible,
    ApproximateNumberOfMessagesNotVisible: inFlight,
    ApproximateNumberOfMessagesDelayed: delayed,
  };
  const names = wanted.includes("All") ? Object.keys(all) : wanted;
  const found = names.flatMap((name) => (name in all ? [[name, String(all[name])] as const] : []));
  return Object.fromEntries(found);
}

export function checkRange(
  name: string,
  value: number | undefined,
  least: number,
  most: number,
): number | undefined {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most))
    return value;
  throw new AwsError(
    "InvalidParameterValue",
    `Value ${value} for parameter ${name} is invalid. Reason: Must be >= ${least} and <= ${most}, if provided.`,
  );
}

export function checkBatch<E extends { readonly Id: string | undefined }>(
  entries: readonly E[] = [],
): readonly E[] {
  if (entries.length === 0)
    throw new AwsError("EmptyBatchRequest", "There should be at least one entry in the request.");
  if (entries.length > BATCH)
    throw new AwsError(
      "TooManyEntriesInBatchRequest",
      `Maximum number of entries per request are ${BATCH}. You have sent ${entries.length}.`,
    );
  for (const { Id = "" } of entries)
    if (!/^[\w-]{1,80}$/.test(Id))
      throw new AwsError(
        "InvalidBatchEntryId",
        "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.",
      );
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length)
    throw new AwsError(
      "BatchEntryIdsNotDistinct",
      "Two or more batch entries in the request have the same Id.",
    );
  return entries;
}

/** "#x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF": SendMessage. */
const CHARACTERS = /^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]*$/u;

export function checkBody(
  { MessageBody, DelaySeconds, ...more }: Partial<SendMessageRequest>,
  mostBytes: number,
): string {
  checkRange("DelaySeconds", DelaySeconds, 0, DELAY_SECONDS);
  if (more.MessageAttributes !== undefined || more.MessageGroupId !== undefined)
    throw new Error("The double of sqs takes no message attributes and no groups.");
  if (!MessageBody)
    throw new AwsError("MissingParameter", "The request must contain the parameter MessageBody.");
  if (!CHARACTERS.test(MessageBody))
    throw new AwsError(
      "InvalidMessageContents",
      "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF",
    );
  if (Buffer.byteLength(MessageBody) > mostBytes)
    throw new AwsError(
      "InvalidParameterValue",
      `One or more parameters are invalid. Reason: Message must be shorter than ${mostBytes} bytes.`,
    );
  return MessageBody;
}

export function received(message: Message, input: ReceiveMessageRequest): SdkMessage {
  const all: Record<string, string> = {
    ApproximateReceiveCount: String(message.receives),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt ?? 0),
    SentTimestamp: String(message.sentAt),
  };
  const wanted = input.MessageSystemAttributeNames ?? input.AttributeNames ?? [];
  const names = (wanted as readonly string[]).includes("All") ? Object.keys(all) : wanted;
  const found = names.flatMap((name) => (name in all ? [[name, all[name] ?? ""] as const] : []));
  return {
    MessageId: message.id,
    ReceiptHandle: message.receipt,
    Body: message.body,
    MD5OfBody: message.md5,
    ...(found.length > 0 && { Attributes: Object.fromEntries(found) }),
  };
}
