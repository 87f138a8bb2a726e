// The message queues over SQS: what a step sends, and the records that Lambda brings to a handler. What failed comes again later, and ends in the dead-letter queue.
import {
  ChangeMessageVisibilityCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import * as z from "zod";
import {
  ALONE_FROM,
  bodyOf,
  checkDelay,
  type DeadMessage,
  type Handler,
  type MessageQueue,
  QUEUE_LIMITS,
  redeliverySeconds,
} from "#functions/queue.ts";
import type { Log } from "#functions/world.ts";
import { sendAll } from "./sqs-send.ts";

export function sqsQueue<M>(client: SQSClient, url: string): MessageQueue<M> {
  return {
    async send(messages, { delaySeconds = 0 } = {}) {
      checkDelay(delaySeconds);
      // SQS takes whole seconds: never earlier than asked.
      await sendAll(client, url, messages.map(bodyOf), Math.ceil(delaySeconds));
    },
  };
}

const SqsRecord = z.object({
  messageId: z.string(),
  receiptHandle: z.string(),
  body: z.string(),
  attributes: z.object({ ApproximateReceiveCount: z.coerce.number().int().min(1) }),
});
type SqsRecord = z.infer<typeof SqsRecord>;
const SqsEvent = z.object({ Records: z.array(SqsRecord) });

/** What Lambda wants to hear of a batch: the messages that stay in the queue. */
export interface BatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

export interface RecordsHost {
  readonly client: SQSClient;
  readonly url: string;
  readonly log: Log;
}

/** Brings the records of one invocation to the handler: those that failed often each alone, the rest together. */
export async function handleRecords<M>(
  event: unknown,
  host: RecordsHost,
  handler: Handler<M>,
): Promise<BatchResponse> {
  const records = SqsEvent.parse(event).Records;
  const isSuspect = ({ attributes }: SqsRecord) => attributes.ApproximateReceiveCount >= ALONE_FROM;
  const together = records.filter((record) => !isSuspect(record));
  const batches = [together, ...records.filter(isSuspect).map((record) => [record])];
  const failed: SqsRecord[] = [];
  for (const batch of batches)
    if (batch.length > 0) failed.push(...(await failures(batch, host, handler)));
  await Promise.all(failed.map((record) => putOff(record, host)));
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

async function failures<M>(
  batch: readonly SqsRecord[],
  { log, url }: RecordsHost,
  handler: Handler<M>,
): Promise<readonly SqsRecord[]> {
  const tell = (failed: readonly SqsRecord[], reason: unknown) => {
    const receives = Math.max(...failed.map((each) => each.attributes.ApproximateReceiveCount));
    const about = { queue: url, count: failed.length, receives, reason };
    if (receives < QUEUE_LIMITS.receives) log.warn("Messages failed and come again.", about);
    else
      log.error("A message failed too often and is put aside.", {
        ...about,
        body: failed[0]?.body,
      });
    return failed;
  };
  try {
    const places = new Set(await handler(batch.map(({ body }) => JSON.parse(body) as M)));
    const failed = batch.filter((_, place) => places.has(place));
    return failed.length > 0 ? tell(failed, "Its handler refused it.") : [];
  } catch (error) {
    return tell(batch, error);
  }
}

/** Otherwise it would stay away for as long as the queue hides messages: six times the function's time. */
async function putOff({ receiptHandle, attributes }: SqsRecord, { client, url, log }: RecordsHost) {
  const VisibilityTimeout = redeliverySeconds(attributes.ApproximateReceiveCount);
  const input = { QueueUrl: url, ReceiptHandle: receiptHandle, VisibilityTimeout };
  await client
    .send(new ChangeMessageVisibilityCommand(input))
    .catch((error: unknown) =>
      log.warn("A failed message comes again when the queue brings it.", { queue: url, error }),
    );
}

/** Messages of a dead-letter queue, for people to look at: each look hides them from the next for a moment. */
export async function deadMessages<M>(
  client: SQSClient,
  url: string,
  limit: number,
): Promise<readonly DeadMessage<M>[]> {
  const found: DeadMessage<M>[] = [];
  while (found.length < limit) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: Math.min(10, limit - found.length),
        MessageSystemAttributeNames: ["ApproximateFirstReceiveTimestamp"],
        VisibilityTimeout: LOOK_SECONDS,
      }),
    );
    if (Messages.length === 0) break;
    for (const { Body = "null", Attributes } of Messages) {
      const at = Number(Attributes?.ApproximateFirstReceiveTimestamp ?? 0);
      found.push({ message: JSON.parse(Body) as M, receives: QUEUE_LIMITS.receives, at });
    }
  }
  return found;
}

const LOOK_SECONDS = 10;
