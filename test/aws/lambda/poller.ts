// One event-source mapping: gathers messages of an SQS queue into batches, invokes the function, deletes what went well, and leaves the rest to come again.
import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
} from "@aws-sdk/client-sqs";
import type { Clock } from "../clock.ts";
import type { Lineage } from "../sqs/lineage.ts";
import type { SqsQueue } from "../sqs/queue.ts";
import type { Sqs } from "../sqs.ts";
import { type FunctionOptions, type Invoked, ROUNDS } from "./function.ts";

export interface MappingOptions {
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly maximumConcurrency?: number;
  readonly reportBatchItemFailures?: boolean;
}

export interface PollerParts {
  readonly of: FunctionOptions;
  readonly queue: SqsQueue;
  readonly clock: Clock;
  readonly sqs: Sqs;
  readonly invoke: (event: object, lineage: Lineage) => Promise<Invoked>;
}

interface Received extends Message {
  readonly lineage: Lineage;
}

/** The event of an invocation: "6 MB". */
const EVENT_BYTES = 6 * 1024 * 1024;

export class Poller {
  readonly #parts: PollerParts;
  readonly #options: MappingOptions;
  readonly #stop = new AbortController();
  readonly #flights = new Set<Promise<void>>();
  readonly #polling: Promise<void>;
  #hasRoom = Promise.withResolvers<void>();

  constructor(parts: PollerParts, options: MappingOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#polling = this.#poll();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#hasRoom.resolve();
    await this.#polling;
    await Promise.all(this.#flights);
  }

  async #poll(): Promise<void> {
    const { signal } = this.#stop;
    const { maximumConcurrency = 1000 } = this.#options;
    while (!signal.aborted) {
      if (this.#flights.size >= maximumConcurrency) {
        await this.#hasRoom.promise;
        this.#hasRoom = Promise.withResolvers();
        continue;
      }
      const batch = await this.#gather();
      if (batch.length > 0) this.#fly(batch);
    }
  }

  /** A batch is full, or its window is over, or it has 6 MB: whichever comes first. */
  async #gather(): Promise<Received[]> {
    const { queue, clock } = this.#parts;
    const { batchSize, windowSeconds } = this.#options;
    const { signal } = this.#stop;
    await queue.waitForOne(Number.POSITIVE_INFINITY, signal);
    const batch: Received[] = [];
    const until = clock.now() + windowSeconds * 1000;
    for (let bytes = 0; batch.length < batchSize && bytes < EVENT_BYTES; ) {
      if (signal.aborted) break;
      const found = await this.#receive(Math.min(10, batchSize - batch.length));
      batch.push(...found);
      for (const { Body = "" } of found) bytes += Buffer.byteLength(Body);
      if (found.length > 0) continue;
      if (clock.now() >= until || batch.length === 0) break;
      await queue.waitForOne(until, signal);
    }
    return batch;
  }

  async #receive(max: number): Promise<Received[]> {
    const { of, queue } = this.#parts;
    const answer = await of.client.send(
      new ReceiveMessageCommand({
        QueueUrl: queue.parts.url,
        MaxNumberOfMessages: max,
        MessageSystemAttributeNames: ["All"],
      }),
    );
    return (answer.Messages ?? []).map((message) => ({
      ...message,
      lineage: queue.lineageOf(message.MessageId ?? ""),
    }));
  }

  #fly(batch: readonly Received[]): void {
    const flight = this.#invoke(batch).finally(() => {
      this.#flights.delete(flight);
      this.#hasRoom.resolve();
    });
    this.#flights.add(flight);
  }

  async #invoke(batch: readonly Received[]): Promise<void> {
    const allowed = await this.#withoutLoops(batch);
    if (allowed.length === 0) return;
    const records = allowed.map((message) => recordOf(message, this.#parts.queue.parts.arn));
    const invoked = await this.#parts.invoke({ Records: records }, most(allowed));
    const failed = failuresOf(invoked, this.#options.reportBatchItemFailures ?? false, allowed);
    await this.#delete(allowed.filter(({ MessageId }) => !failed.has(MessageId ?? "")));
  }

  /** A message that went round too often is put aside, or lost where there is no dead-letter queue. */
  async #withoutLoops(batch: readonly Received[]): Promise<readonly Received[]> {
    const { of, queue, sqs } = this.#parts;
    if (of.recursiveLoop === "Allow") return batch;
    const isLoop = ({ lineage }: Received) => (lineage[of.name] ?? 0) >= ROUNDS;
    const loops = batch.filter(isLoop);
    const { RedrivePolicy } = queue.attributes;
    const target = RedrivePolicy ? JSON.parse(RedrivePolicy).deadLetterTargetArn : undefined;
    for (const { Body = "" } of loops) if (target) sqs.queueAt(target)?.send(Body, 0);
    await this.#delete(loops);
    return batch.filter((message) => !isLoop(message));
  }

  async #delete(messages: readonly Received[]): Promise<void> {
    const { of, queue } = this.#parts;
    for (let start = 0; start < messages.length; start += 10) {
      const some = messages.slice(start, start + 10);
      const Entries = some.map(({ ReceiptHandle }, n) => ({ Id: `${n}`, ReceiptHandle }));
      const QueueUrl = queue.parts.url;
      await of.client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    }
  }
}

/** As Lambda writes it: docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
function recordOf({ MessageId, ReceiptHandle, Body, Attributes, MD5OfBody }: Message, arn: string) {
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: { ...Attributes, SenderId: "AIDAEXAMPLE" },
    messageAttributes: {},
    md5OfBody: MD5OfBody,
    eventSource: "aws:sqs",
    eventSourceARN: arn,
    awsRegion: arn.split(":")[3],
  };
}

/** Of a batch, an invocation counts by the message that went round most often. */
function most(batch: readonly Received[]): Lineage {
  const all: Record<string, number> = {};
  for (const { lineage } of batch)
    for (const [name, rounds] of Object.entries(lineage))
      all[name] = Math.max(all[name] ?? 0, rounds);
  return all;
}

/** "Lambda treats a batch as a complete failure if" the answer is not understood, or names a message that is not in it. */
function failuresOf(
  invoked: Invoked,
  reportsFailures: boolean,
  batch: readonly Received[],
): ReadonlySet<string> {
  const all = new Set(batch.map(({ MessageId }) => MessageId ?? ""));
  if (invoked.kind !== "answered") return all;
  if (!reportsFailures) return new Set();
  const { batchItemFailures } = (invoked.answer ?? {}) as { batchItemFailures?: unknown };
  if (batchItemFailures === undefined || batchItemFailures === null) return new Set();
  if (!Array.isArray(batchItemFailures)) return all;
  const named = batchItemFailures.map((each) => each?.itemIdentifier);
  return named.every((id) => all.has(id)) ? new Set(named) : all;
}
