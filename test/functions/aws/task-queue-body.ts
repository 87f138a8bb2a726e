// The task queues of the AWS body for the contract: over the double's SQS, a work table, and a clock that stands still until it is told.
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import { feed } from "#functions/aws/feed.ts";
import { dynamoStore } from "#functions/aws/store.ts";
import { sqsTaskMessages } from "#functions/aws/task-queues/messages.ts";
import type { LargeTexts, TaskQueueParts } from "#functions/aws/task-queues/parts.ts";
import { AwsTaskQueues } from "#functions/aws/task-queues/task-queues.ts";
import type { QueueRef, TaskQueueChange, TaskQueues } from "#functions/task-queues.ts";
import { Aws } from "#test/aws/aws.ts";
import { type DynamodbOptions, dynamodb } from "#test/aws/dynamodb.ts";
import type { Recorder } from "#test/aws/recorder.ts";
import type { Manners } from "#test/aws/sqs/queue.ts";
import { type Sqs, sqs } from "#test/aws/sqs.ts";
import { tableInput } from "#test/aws/tables.ts";
import type { TaskQueueBody } from "#test/contract/task-queue/under-test.ts";
import { VirtualTimers } from "#test/contract/virtual-timers.ts";

const ROLE = "arn:aws:iam::123456789012:role/zoe-test";

export interface TaskQueueStand extends TaskQueueBody {
  readonly tasks: TaskQueues & Pick<AwsTaskQueues, "place" | "repair">;
  readonly parts: TaskQueueParts;
  readonly timers: VirtualTimers;
  readonly double: Sqs;
  /** Another process over the same state; `messages` stands in for some of SQS's calls. */
  another(messages?: Partial<TaskQueueParts["messages"]>): AwsTaskQueues;
}

export interface StandOptions {
  readonly manners?: Manners;
  readonly dynamodb?: DynamodbOptions;
  readonly parts?: Partial<TaskQueueParts>;
  readonly recorder?: Recorder;
}

const TABLE_NAME = "zoe-work";

export async function openTaskQueueStand({
  manners,
  dynamodb: unkindness,
  parts: more,
  recorder,
}: StandOptions = {}): Promise<TaskQueueStand> {
  const timers = new VirtualTimers(Date.UTC(2026, 0, 1));
  const double = sqs({ clock: timers, ...(manners && { manners }) });
  const services = [double.service, dynamodb(unkindness)];
  const aws = new Aws({ services, clock: timers });
  const client = new SQSClient(aws.client(ROLE));
  const table = new DynamoDBClient(aws.client(ROLE));
  await table.send(new CreateTableCommand(tableInput(TABLE_NAME)));
  aws.recorder = recorder;
  const now = () => timers.now();
  const changes: { ref: QueueRef; change: TaskQueueChange }[] = [];
  let ids = 0;
  const parts: TaskQueueParts = {
    store: dynamoStore({ client: table, table: TABLE_NAME, now, wait: async () => {} }),
    messages: sqsTaskMessages(client),
    texts: memoryTexts(),
    ownerOf: async () => "tenant#zapp",
    queuePrefix: "zoe_t_",
    wake: (message) => feed(parts, message),
    pause: pauseOn(timers),
    newId: () => String(++ids).padStart(10, "0"),
    flushMilliseconds: 0,
    now,
    onChange: (ref, change) => changes.push({ ref, change }),
    ...more,
  };
  const tasks = new AwsTaskQueues(parts);
  return {
    tasks: placedAtOnce(tasks, timers),
    changes,
    parts,
    timers,
    double,
    another: (messages) =>
      new AwsTaskQueues({ ...parts, messages: { ...parts.messages, ...messages } }),
    advance: (seconds) => timers.elapse(seconds * 1000),
    close: async () => {},
  };
}

/** The contract puts and leases right after it made a queue: here it is placed at once, and time passes for SQS. */
function placedAtOnce(tasks: AwsTaskQueues, timers: VirtualTimers): TaskQueueStand["tasks"] {
  let isDropped = false;
  return Object.assign(Object.create(tasks) as AwsTaskQueues, {
    ...bound(tasks),
    async create(ref: QueueRef, options: Parameters<TaskQueues["create"]>[1]) {
      if (isDropped) timers.elapse(60_000);
      await tasks.create(ref, options);
      const placed = tasks.place(ref.executionId);
      await passing(timers, placed);
    },
    async drop(executionId: string) {
      isDropped = true;
      await tasks.drop(executionId);
    },
  });
}

function bound(tasks: AwsTaskQueues): Record<string, unknown> {
  const names = Object.getOwnPropertyNames(AwsTaskQueues.prototype) as (keyof AwsTaskQueues)[];
  return Object.fromEntries(names.map((name) => [name, tasks[name].bind(tasks as never)]));
}

/** Lets time pass until it is done. */
export async function passing(timers: VirtualTimers, work: Promise<unknown>): Promise<void> {
  let isDone = false;
  const end = work.finally(() => {
    isDone = true;
  });
  while (!isDone) {
    await new Promise((resolve) => setImmediate(resolve));
    if (!isDone) timers.elapse(100);
  }
  await end;
}

function pauseOn(timers: VirtualTimers): TaskQueueParts["pause"] {
  return (milliseconds, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted || milliseconds <= 0) return resolve();
      const cancel = timers.after(milliseconds, resolve);
      signal?.addEventListener("abort", () => {
        cancel();
        resolve();
      });
    });
}

export function memoryTexts(): LargeTexts {
  const all = new Map<string, string>();
  return {
    put: async (key, text) => void all.set(key, text),
    async get(key) {
      const text = all.get(key);
      if (text === undefined) throw new Error(`There is no object ${key}.`);
      return text;
    },
    async delete(prefix) {
      for (const key of all.keys()) if (key.startsWith(prefix)) all.delete(key);
    },
  };
}
