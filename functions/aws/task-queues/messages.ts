// SQS as the task queues use it: bodies in, deliveries out. The sidecar has a second implementation, without the SDK.
import {
  ChangeMessageVisibilityBatchCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { sendAll } from "#functions/aws/sqs-send.ts";

export interface ReceivedMessage {
  readonly id: string;
  readonly body: string;
  readonly receipt: string;
  /** Deliveries so far, this one included. */
  readonly receives: number;
}

export interface ReceiveOptions {
  /** 1 to 10. */
  readonly max: number;
  readonly waitSeconds: number;
  readonly visibilitySeconds: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Hidden {
  readonly receipt: string;
  /** From now; 0: whoever comes may have it. */
  readonly seconds: number;
}

export interface TaskMessages {
  /** Safe to repeat; answers the URL. It can be used a second later. */
  create(name: string): Promise<string>;
  drop(url: string): Promise<void>;
  send(url: string, bodies: readonly string[]): Promise<void>;
  /** Empty also where the queue is gone, or has as much in flight as SQS keeps. */
  receive(url: string, options: ReceiveOptions): Promise<readonly ReceivedMessage[]>;
  /** What can't be deleted comes again. */
  delete(url: string, receipts: readonly string[]): Promise<void>;
  /** Messages that are gone, or that another has by now, are left alone. */
  hide(url: string, messages: readonly Hidden[]): Promise<void>;
  inFlight(url: string): Promise<number>;
  /** Nothing is in it: visible, in flight or delayed. Approximate, as SQS counts. */
  isEmpty(url: string): Promise<boolean>;
}

const BATCH = 10;
/** "The longest": the sweep sends again what was lost to it. */
const RETENTION_SECONDS = 14 * 24 * 3600;

export function sqsTaskMessages(client: SQSClient): TaskMessages {
  const sizes = async (url: string) => {
    const AttributeNames = [
      "ApproximateNumberOfMessages",
      "ApproximateNumberOfMessagesNotVisible",
      "ApproximateNumberOfMessagesDelayed",
    ] as const;
    const asked = { QueueUrl: url, AttributeNames: [...AttributeNames] };
    const { Attributes } = await client.send(new GetQueueAttributesCommand(asked));
    return AttributeNames.map((name) => Number(Attributes?.[name] ?? 0));
  };
  return {
    async create(name) {
      const Attributes = { MessageRetentionPeriod: String(RETENTION_SECONDS) };
      const made = await client.send(new CreateQueueCommand({ QueueName: name, Attributes }));
      return made.QueueUrl ?? "";
    },
    async drop(url) {
      await client.send(new DeleteQueueCommand({ QueueUrl: url })).catch(unlessGone);
    },
    send: (url, bodies) => sendAll(client, url, bodies),
    async receive(url, { signal, ...options }) {
      const asked = { QueueUrl: url, ...asInput(options) };
      const sent = client.send(new ReceiveMessageCommand(asked), {
        ...(signal && { abortSignal: signal }),
      });
      const { Messages = [] } = (await sent.catch(nothingIf(signal))) ?? {};
      return Messages.map(received);
    },
    async delete(url, receipts) {
      await inTens(receipts, async (some) => {
        const Entries = some.map((ReceiptHandle, n) => ({ Id: `${n}`, ReceiptHandle }));
        const command = new DeleteMessageBatchCommand({ QueueUrl: url, Entries });
        await client.send(command).catch(unlessGone);
      });
    },
    async hide(url, messages) {
      await inTens(messages, async (some) => {
        const Entries = some.map(({ receipt, seconds }, n) => ({
          Id: `${n}`,
          ReceiptHandle: receipt,
          VisibilityTimeout: seconds,
        }));
        const command = new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries });
        await client.send(command).catch(unlessGone);
      });
    },
    inFlight: async (url) => (await sizes(url))[1] ?? 0,
    isEmpty: async (url) => (await sizes(url)).every((size) => size === 0),
  };
}

function asInput({ max, waitSeconds, visibilitySeconds }: Omit<ReceiveOptions, "signal">) {
  return {
    MaxNumberOfMessages: max,
    WaitTimeSeconds: waitSeconds,
    VisibilityTimeout: visibilitySeconds,
    MessageSystemAttributeNames: ["ApproximateReceiveCount" as const],
  };
}

function received({ MessageId, Body, ReceiptHandle, Attributes }: Message): ReceivedMessage {
  const receives = Number(Attributes?.ApproximateReceiveCount ?? 1);
  return { id: MessageId ?? "", body: Body ?? "", receipt: ReceiptHandle ?? "", receives };
}

function unlessGone(error: unknown): undefined {
  if (error instanceof QueueDoesNotExist) return undefined;
  throw error;
}

const NOTHING = new Set(["QueueDoesNotExist", "OverLimit"]);

function nothingIf(signal: AbortSignal | undefined) {
  return (error: unknown): undefined => {
    if (signal?.aborted || (error instanceof Error && NOTHING.has(error.name))) return undefined;
    throw error;
  };
}

async function inTens<T>(
  all: readonly T[],
  act: (some: readonly T[]) => Promise<void>,
): Promise<void> {
  const starts = Array.from({ length: Math.ceil(all.length / BATCH) }, (_, n) => n * BATCH);
  await Promise.all(starts.map((start) => act(all.slice(start, start + BATCH))));
}
