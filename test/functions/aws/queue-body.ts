// The message queues of the AWS body over the double, for the contract: SQS, and Lambda's event-source mapping as what consumes.
import { SQSClient } from "@aws-sdk/client-sqs";
import { deadMessages, handleRecords, sqsQueue } from "#functions/aws/queue.ts";
import {
  type ConsumedQueue,
  type ConsumeOptions,
  type Handler,
  QUEUE_LIMITS,
} from "#functions/queue.ts";
import type { Json } from "#functions/store.ts";
import type { Log } from "#functions/world.ts";
import { Aws } from "#test/aws/aws.ts";
import { Poller } from "#test/aws/lambda/poller.ts";
import { Lambda } from "#test/aws/lambda.ts";
import type { Manners } from "#test/aws/sqs/queue.ts";
import { sqs } from "#test/aws/sqs.ts";
import type { QueuesUnderTest } from "#test/contract/queue.ts";
import { VirtualTimers } from "#test/contract/virtual-timers.ts";

const ROLE = "arn:aws:iam::123456789012:role/zoe-test";
const SILENT: Log = { info: () => {}, warn: () => {}, error: () => {} };
/** Time goes in steps of no more than this, and what it wakes comes to its end between them. */
const STEP_MS = 1000;
const TURNS = 5;

export async function openQueuesOverDouble(manners?: Manners): Promise<QueuesUnderTest> {
  const timers = new VirtualTimers(Date.UTC(2026, 0, 1));
  const double = sqs({ clock: timers, ...(manners && { manners }) });
  const aws = new Aws({ services: [double.service], clock: timers });
  const client = new SQSClient(aws.client(ROLE));
  const lambda = new Lambda({ clock: timers, sqs: double });
  const settle = async () => {
    for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    open: (name) => openQueue({ name, client, double, lambda, timers }),
    async elapse(milliseconds) {
      await settle();
      for (let left = milliseconds; left > 0; left -= STEP_MS) {
        timers.elapse(Math.min(left, STEP_MS));
        await settle();
      }
    },
    now: () => timers.now(),
    close: () => lambda.close(),
  };
}

interface Parts {
  readonly name: string;
  readonly client: SQSClient;
  readonly double: ReturnType<typeof sqs>;
  readonly lambda: Lambda;
  readonly timers: VirtualTimers;
}

function openQueue({ name, client, double, lambda, timers }: Parts): ConsumedQueue<Json> {
  const deadUrl = double.make(`${name}-dead`);
  const deadLetterTargetArn = double.queueAt(deadUrl)?.parts.arn;
  const policy = { deadLetterTargetArn, maxReceiveCount: QUEUE_LIMITS.receives };
  const url = double.make(name, { RedrivePolicy: JSON.stringify(policy) });
  const queue = sqsQueue<Json>(client, url);
  const consume = (handler: Handler<Json>, options: ConsumeOptions) => {
    const found = double.queueAt(url);
    if (!found) throw new Error(`${url} is gone.`);
    found.attributes = { ...found.attributes, VisibilityTimeout: options.visibilitySeconds };
    const host = { client, url, log: SILENT };
    const of = {
      name,
      client,
      handler: (event: never) => handleRecords(event, host, handler),
      timeoutSeconds: options.visibilitySeconds,
    };
    const invoke = (event: object) => lambda.invoke(of, event);
    return new Poller(
      { of, queue: found, clock: timers, sqs: double, invoke },
      {
        batchSize: options.batch,
        windowSeconds: options.windowMs / 1000,
        maximumConcurrency: options.concurrency,
        reportBatchItemFailures: true,
      },
    );
  };
  return {
    send: queue.send,
    consume,
    dead: (limit) => deadMessages(client, deadUrl, limit),
  };
}
