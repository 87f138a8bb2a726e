// The task queues' contract over moto's SQS and DynamoDB, where moto is installed: the part of it that needs no clock of its own.
import { setTimeout as wait } from "node:timers/promises";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, test } from "vitest";
import { feed } from "#functions/aws/feed.ts";
import { dynamoStore } from "#functions/aws/store.ts";
import { sqsTaskMessages } from "#functions/aws/task-queues/messages.ts";
import type { TaskQueueParts } from "#functions/aws/task-queues/parts.ts";
import { AwsTaskQueues } from "#functions/aws/task-queues/task-queues.ts";
import type { QueueOptions, QueueRef } from "#functions/task-queues.ts";
import { type Moto, startMoto, whyNoMoto } from "#test/aws/moto.ts";
import { tableInput } from "#test/aws/tables.ts";
import { memoryTexts } from "#test/functions/aws/task-queue-body.ts";
import { expectWrong } from "./expect-wrong.ts";
import { TASK_QUEUES } from "./moto-wrong.ts";
import type { TaskQueueBody } from "./task-queue/under-test.ts";
import { taskQueueContract } from "./task-queue.ts";

const reason = whyNoMoto();
if (reason !== undefined) test.skip(reason, () => {});

describe.skipIf(reason !== undefined)("moto", () => {
  let moto: Moto;
  let bodies = 0;
  beforeAll(async () => {
    moto = await startMoto();
  }, 60_000);
  afterAll(() => moto.close());

  expectWrong(TASK_QUEUES);
  taskQueueContract("SQS and DynamoDB of moto", open, { thousands: false });

  async function open(): Promise<TaskQueueBody> {
    // It slows down by all that it ever held.
    await moto.reset();
    const table = new DynamoDBClient(moto.client);
    const client = new SQSClient(moto.client);
    const name = `zoe-work-${++bodies}`;
    await table.send(new CreateTableCommand(tableInput(name)));
    const changes: TaskQueueBody["changes"][number][] = [];
    let ids = 0;
    const parts: TaskQueueParts = {
      store: dynamoStore({ client: table, table: name, now: Date.now }),
      messages: sqsTaskMessages(client),
      texts: memoryTexts(),
      ownerOf: async () => "tenant#zapp",
      queuePrefix: `zoe${bodies}_t_`,
      wake: (message) => feed(parts, message),
      // A second for a new queue is AWS's own; here nothing needs it.
      pause: (milliseconds, signal) =>
        wait(Math.min(milliseconds, 20), undefined, signal && { signal }).catch(() => {}),
      newId: () => String(++ids).padStart(10, "0"),
      ...{ flushMilliseconds: 0, now: Date.now },
      onChange: (ref, change) => changes.push({ ref, change }),
    };
    const tasks = new AwsTaskQueues(parts);
    const create = tasks.create.bind(tasks);
    tasks.create = async (ref: QueueRef, options: QueueOptions) => {
      await create(ref, options);
      await tasks.place(ref.executionId);
    };
    return {
      ...{ tasks, changes },
      advance: () => {
        throw new Error("moto has no clock that goes on when it is told.");
      },
      close: async () => {
        client.destroy();
        table.destroy();
      },
    };
  }
});
