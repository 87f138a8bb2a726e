// The double's SQS: the operations of standard queues, what they refuse, and their limits. How one queue behaves is sqs/queue.ts.
//
// Facts are from the SQS API reference (docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference, the page of each operation)
// and the developer guide's quotas. Not here: FIFO queues, message attributes, encryption, permissions, move tasks.
import * as sdk from "@aws-sdk/client-sqs";
import { ACCOUNT, REGION } from "./aws.ts";
import type { Clock } from "./clock.ts";
import { modelOf, offline } from "./model.ts";
import { AwsError, type CallContext, type Operation, type Service } from "./service.ts";
import { lineageOfCaller } from "./sqs/lineage.ts";
import { type Attributes, DEFAULTS, type Manners, SqsQueue } from "./sqs/queue.ts";
import {
  attributesOf,
  checkBatch,
  checkBody,
  checkRange,
  named,
  received,
  settingsOf,
} from "./sqs/values.ts";

export interface SqsOptions {
  readonly clock: Clock;
  readonly manners?: Manners;
}

export interface Sqs {
  readonly service: Service;
  /** For Lambda's pollers and EventBridge, and for tests that look. */
  queueAt(arnOrUrl: string): SqsQueue | undefined;
  /** A queue of the stack's own, there since before the test; answers its URL. */
  make(name: string, attributes?: Readonly<Record<string, string>>): string;
}

/** "You must wait 60 seconds after deleting a queue before you can create another queue with the same name." */
const REST_MS = 60_000;
/** "After you create a queue, you must wait at least one second after the queue is created to be able to use the queue." */
const YOUNG_MS = 1000;

export function sqs({ clock, manners }: SqsOptions): Sqs {
  const state = new State(clock, manners);
  return {
    service: {
      name: "sqs",
      model: modelOf(sdk, new sdk.SQSClient(offline)),
      throttle: { code: "RequestThrottled", status: 403 },
      operations: { ...queueOperations(state), ...messageOperations(state) },
    },
    make(name, attributes = {}) {
      const context = { region: REGION, account: ACCOUNT, now: clock.now() };
      state.create(name, attributes, context).createdAt -= YOUNG_MS;
      return urlOf(name, context);
    },
    queueAt: (place) => state.queueNamed(place.split(/[:/]/).at(-1) ?? ""),
  };
}

type Place = Pick<CallContext, "region" | "account">;

class State {
  readonly #clock: Clock;
  readonly #manners: Manners | undefined;
  readonly #queues = new Map<string, SqsQueue>();
  readonly #deletedAt = new Map<string, number>();

  constructor(clock: Clock, manners: Manners | undefined) {
    this.#clock = clock;
    this.#manners = manners;
  }

  queueNamed(name: string): SqsQueue | undefined {
    return this.#queues.get(name);
  }

  get names(): readonly string[] {
    return [...this.#queues.keys()];
  }

  create(
    name: string,
    asked: Readonly<Record<string, string>>,
    context: Place & { readonly now: number },
  ): SqsQueue {
    const known = this.#queues.get(name);
    if (known) return sameOrRefused(known, asked);
    const gone = this.#deletedAt.get(name) ?? Number.NEGATIVE_INFINITY;
    if (context.now < gone + REST_MS)
      throw new AwsError(
        "QueueDeletedRecently",
        "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
      );
    const arn = `arn:aws:sqs:${context.region}:${context.account}:${name}`;
    const queueAt = (other: string) => this.#queues.get(other.split(":").at(-1) ?? "");
    const url = urlOf(name, context);
    const parts = { name, arn, url, clock: this.#clock, manners: this.#manners, queueAt };
    const queue = new SqsQueue(parts, { ...DEFAULTS, ...settingsOf(asked) });
    this.#queues.set(name, queue);
    return queue;
  }

  delete(queue: SqsQueue, now: number): void {
    queue.purge();
    this.#queues.delete(queue.parts.name);
    this.#deletedAt.set(queue.parts.name, now);
  }

  /** Old enough to be used. */
  usable(url: string | undefined, now: number): SqsQueue {
    const queue = this.#queues.get(url?.split("/").at(-1) ?? "");
    if (!queue || now < queue.createdAt + YOUNG_MS) throw noQueue();
    return queue;
  }

  existing(url: string | undefined): SqsQueue {
    const queue = this.#queues.get(url?.split("/").at(-1) ?? "");
    if (!queue) throw noQueue();
    return queue;
  }
}

function noQueue(): AwsError {
  return new AwsError("QueueDoesNotExist", "The specified queue does not exist.");
}

function sameOrRefused(known: SqsQueue, asked: Readonly<Record<string, string>>): SqsQueue {
  const settings = Object.entries(settingsOf(asked));
  const isSame = settings.every(
    ([key, value]) => known.attributes[key as keyof Attributes] === value,
  );
  if (isSame) return known;
  throw new AwsError(
    "QueueNameExists",
    "A queue already exists with the same name and a different value for an attribute.",
  );
}

const urlOf = (name: string, { region, account }: Place) =>
  `https://sqs.${region}.amazonaws.com/${account}/${name}`;

function queueOperations(state: State): Record<string, Operation> {
  return {
    CreateQueue(input: sdk.CreateQueueRequest, context): sdk.CreateQueueResult {
      const name = named(input.QueueName);
      state.create(name, input.Attributes ?? {}, context);
      return { QueueUrl: urlOf(name, context) };
    },
    DeleteQueue(input: sdk.DeleteQueueRequest, { now }) {
      state.delete(state.existing(input.QueueUrl), now);
      return {};
    },
    GetQueueUrl(input: sdk.GetQueueUrlRequest, context): sdk.GetQueueUrlResult {
      state.existing(input.QueueName);
      return { QueueUrl: urlOf(named(input.QueueName), context) };
    },
    ListQueues(input: sdk.ListQueuesRequest, context): sdk.ListQueuesResult {
      const names = state.names.filter((name) => name.startsWith(input.QueueNamePrefix ?? ""));
      return { QueueUrls: names.sort().map((name) => urlOf(name, context)) };
    },
    GetQueueAttributes(input: sdk.GetQueueAttributesRequest): sdk.GetQueueAttributesResult {
      return { Attributes: attributesOf(state.existing(input.QueueUrl), input.AttributeNames) };
    },
    SetQueueAttributes(input: sdk.SetQueueAttributesRequest) {
      const queue = state.existing(input.QueueUrl);
      queue.attributes = { ...queue.attributes, ...settingsOf(input.Attributes ?? {}) };
      return {};
    },
    PurgeQueue(input: sdk.PurgeQueueRequest, { now }) {
      const queue = state.existing(input.QueueUrl);
      if (now < queue.purgedAt + REST_MS)
        throw new AwsError(
          "PurgeQueueInProgress",
          "Only one PurgeQueue operation is allowed every 60 seconds.",
        );
      queue.purgedAt = now;
      queue.purge();
      return {};
    },
  };
}

function messageOperations(state: State): Record<string, Operation> {
  const send = (
    queue: SqsQueue,
    entry: sdk.SendMessageRequest | sdk.SendMessageBatchRequestEntry,
  ) => {
    const body = checkBody(entry, queue.attributes.MaximumMessageSize);
    const sent = queue.send(body, entry.DelaySeconds, lineageOfCaller());
    return { MessageId: sent.id, MD5OfMessageBody: sent.md5 };
  };
  return {
    SendMessage(input: sdk.SendMessageRequest, { now }): sdk.SendMessageResult {
      return send(state.usable(input.QueueUrl, now), input);
    },
    SendMessageBatch(input: sdk.SendMessageBatchRequest, { now }) {
      const queue = state.usable(input.QueueUrl, now);
      const entries = checkBatch(input.Entries);
      checkSum(entries);
      return oneByOne(entries, (entry) => send(queue, entry));
    },
    async ReceiveMessage(input: sdk.ReceiveMessageRequest, { now, signal }) {
      const queue = state.usable(input.QueueUrl, now);
      const max = checkRange("MaxNumberOfMessages", input.MaxNumberOfMessages, 1, 10) ?? 1;
      const hidden = checkRange("VisibilityTimeout", input.VisibilityTimeout, 0, 43_200);
      const asked = checkRange("WaitTimeSeconds", input.WaitTimeSeconds, 0, 20);
      const wait = asked ?? queue.attributes.ReceiveMessageWaitTimeSeconds;
      // "If you use short polling": only then the limit is told, a long poll just finds nothing.
      if (queue.isFull && wait === 0)
        throw new AwsError("OverLimit", "Too many messages in flight.", { status: 403 });
      await queue.waitForOne(now + wait * 1000, signal);
      if (queue.isFull || signal?.aborted) return {};
      const visibility = hidden ?? queue.attributes.VisibilityTimeout;
      const found = queue.receive(max, visibility, wait === 0);
      return found.length > 0 ? { Messages: found.map((each) => received(each, input)) } : {};
    },
    DeleteMessage(input: sdk.DeleteMessageRequest, { now }) {
      state.usable(input.QueueUrl, now).delete(input.ReceiptHandle ?? "");
      return {};
    },
    DeleteMessageBatch(input: sdk.DeleteMessageBatchRequest, { now }) {
      const queue = state.usable(input.QueueUrl, now);
      return oneByOne(checkBatch(input.Entries), ({ ReceiptHandle = "" }) => {
        queue.delete(ReceiptHandle);
        return {};
      });
    },
    ChangeMessageVisibility(input: sdk.ChangeMessageVisibilityRequest, { now }) {
      hide(state.usable(input.QueueUrl, now), input);
      return {};
    },
    ChangeMessageVisibilityBatch(input: sdk.ChangeMessageVisibilityBatchRequest, { now }) {
      const queue = state.usable(input.QueueUrl, now);
      return oneByOne(checkBatch(input.Entries), (entry) => {
        hide(queue, entry);
        return {};
      });
    },
  };
}

function hide(queue: SqsQueue, entry: Partial<sdk.ChangeMessageVisibilityBatchRequestEntry>): void {
  const seconds = checkRange("VisibilityTimeout", entry.VisibilityTimeout, 0, 43_200) ?? 0;
  queue.hide(entry.ReceiptHandle ?? "", seconds);
}

/** "The total size of all messages that you send in a single SendMessageBatch call can't exceed 1,048,576 bytes." */
function checkSum(entries: readonly sdk.SendMessageBatchRequestEntry[]): void {
  const bytes = entries.reduce((sum, each) => sum + Buffer.byteLength(each.MessageBody ?? ""), 0);
  if (bytes > DEFAULTS.MaximumMessageSize)
    throw new AwsError(
      "BatchRequestTooLong",
      `Batch requests cannot be longer than 1048576 bytes. You have sent ${bytes} bytes.`,
    );
}

/** "Because the batch request can result in a combination of successful and unsuccessful actions", each has its own answer. */
function oneByOne<E extends { readonly Id: string | undefined }>(
  entries: readonly E[],
  act: (entry: E) => object,
): object {
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const entry of entries) {
    try {
      Successful.push({ Id: entry.Id, ...act(entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Failed.push({ Id: entry.Id, SenderFault: true, Code: error.code, Message: error.message });
    }
  }
  return { Successful, Failed };
}
