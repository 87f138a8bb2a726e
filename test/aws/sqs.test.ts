// The double's SQS, through the SDK's client: one test for each manner that the queues of Zoe must live with.
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { beforeEach, describe, expect, test } from "vitest";
import { seededRandom } from "#test/contract/seeded-random.ts";
import { VirtualTimers } from "#test/contract/virtual-timers.ts";
import { Aws } from "./aws.ts";
import type { Manners } from "./sqs/queue.ts";
import { type Sqs, sqs } from "./sqs.ts";

const ROLE = "arn:aws:iam::123456789012:role/zoe-test";
let clock: VirtualTimers;
let double: Sqs;
let client: SQSClient;
let url: string;

async function start(manners?: Manners): Promise<void> {
  clock = new VirtualTimers(Date.UTC(2026, 0, 1));
  double = sqs({ clock, ...(manners && { manners }) });
  const aws = new Aws({ services: [double.service], clock });
  client = new SQSClient(aws.client(ROLE, { maxAttempts: 1 }));
  url = await aQueue("tasks");
}

async function aQueue(name: string, attributes: Record<string, string> = {}): Promise<string> {
  const made = await client.send(
    new CreateQueueCommand({ QueueName: name, Attributes: attributes }),
  );
  clock.elapse(1000);
  return made.QueueUrl ?? "";
}

const send = (body: string, more: { DelaySeconds?: number } = {}) =>
  client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body, ...more }));
const sendAll = (bodies: readonly string[]) =>
  client.send(
    new SendMessageBatchCommand({
      QueueUrl: url,
      Entries: bodies.map((MessageBody, n) => ({ Id: `m${n}`, MessageBody })),
    }),
  );
async function receive(more: Partial<ReceiveMessageCommandInput> = {}): Promise<Message[]> {
  const input = {
    QueueUrl: url,
    MessageSystemAttributeNames: ["ApproximateReceiveCount" as const],
    ...more,
  };
  return (await client.send(new ReceiveMessageCommand(input))).Messages ?? [];
}
const remove = (ReceiptHandle: string | undefined) =>
  client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }));
const hide = (ReceiptHandle: string | undefined, VisibilityTimeout: number) =>
  client.send(
    new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle, VisibilityTimeout }),
  );
async function attribute(name: string, QueueUrl = url): Promise<number> {
  const asked = { QueueUrl, AttributeNames: ["All" as const] };
  const { Attributes } = await client.send(new GetQueueAttributesCommand(asked));
  return Number((Attributes as Record<string, string> | undefined)?.[name]);
}
const bodies = (messages: readonly Message[]) => messages.map(({ Body }) => Body);
const settled = () => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => start());

describe("messages", () => {
  test("are received in order, ten at a time, and hidden while they are in flight", async () => {
    await sendAll(Array.from({ length: 10 }, (_, n) => `${n}`));
    await send("10");
    expect(bodies(await receive({ MaxNumberOfMessages: 10 }))).toHaveLength(10);
    expect(bodies(await receive({ MaxNumberOfMessages: 10 }))).toEqual(["10"]);
    expect(await receive()).toEqual([]);
    expect(await attribute("ApproximateNumberOfMessagesNotVisible")).toBe(11);
  });

  test("come again when their time is over, with the count of their receipts", async () => {
    await send("a");
    await receive({ VisibilityTimeout: 5 });
    clock.elapse(4_999);
    expect(await receive()).toEqual([]);
    clock.elapse(1);
    expect(await receive()).toMatchObject([
      { Body: "a", Attributes: { ApproximateReceiveCount: "2" } },
    ]);
  });

  test("come once, however often they were given back and taken in the same moment", async () => {
    await sendAll(["a", "b"]);
    await receive({ VisibilityTimeout: 4 });
    const [second] = await receive({ VisibilityTimeout: 5 });
    await hide(second?.ReceiptHandle, 0);
    await receive({ VisibilityTimeout: 5 });
    clock.elapse(5_000);
    expect(bodies(await receive({ MaxNumberOfMessages: 10 }))).toEqual(["a", "b"]);
  });

  test("are deleted by the last receipt handle only", async () => {
    await send("a");
    const [old] = await receive({ VisibilityTimeout: 0 });
    const [last] = await receive();
    await remove(old?.ReceiptHandle);
    expect(await attribute("ApproximateNumberOfMessagesNotVisible")).toBe(1);
    await remove(last?.ReceiptHandle);
    expect(await attribute("ApproximateNumberOfMessagesNotVisible")).toBe(0);
  });

  test("may be put off for 12 hours from their receipt, and not while they are visible", async () => {
    await send("a");
    const [message] = await receive({ VisibilityTimeout: 3600 });
    clock.elapse(3_000_000);
    await expect(hide(message?.ReceiptHandle, 43_200)).rejects.toThrow("beyond the limit");
    await hide(message?.ReceiptHandle, 40_000);
    clock.elapse(39_999_000);
    expect(await receive()).toEqual([]);
    clock.elapse(1000);
    await expect(hide(message?.ReceiptHandle, 10)).rejects.toThrow("not available for visibility");
    expect(await receive()).toHaveLength(1);
  });

  test("wait for their delay", async () => {
    await send("late", { DelaySeconds: 900 });
    await expect(send("later", { DelaySeconds: 901 })).rejects.toThrow("DelaySeconds");
    expect(await attribute("ApproximateNumberOfMessagesDelayed")).toBe(1);
    clock.elapse(899_999);
    expect(await receive()).toEqual([]);
    clock.elapse(1);
    expect(await receive()).toHaveLength(1);
  });

  test("are forgotten after the retention, and by a purge, of which there is one a minute", async () => {
    await send("old");
    clock.elapse(345_600_001);
    expect(await receive()).toEqual([]);
    const purge = () => client.send(new PurgeQueueCommand({ QueueUrl: url }));
    await send("new");
    await purge();
    expect(await receive()).toEqual([]);
    await expect(purge()).rejects.toMatchObject({ name: "PurgeQueueInProgress" });
  });
});

describe("a long poll", () => {
  test("ends when something comes, for the first who waits", async () => {
    const [first, second] = [receive({ WaitTimeSeconds: 20 }), receive({ WaitTimeSeconds: 20 })];
    await settled();
    await send("a");
    expect(bodies(await first)).toEqual(["a"]);
    await send("b");
    expect(bodies(await second)).toEqual(["b"]);
  });

  test("finds what was sent together together", async () => {
    const waiting = receive({ WaitTimeSeconds: 20, MaxNumberOfMessages: 10 });
    await settled();
    await sendAll(["a", "b"]);
    expect(bodies(await waiting)).toEqual(["a", "b"]);
  });

  test("ends when a lease ends, or its time is over", async () => {
    await send("a");
    await receive({ VisibilityTimeout: 5 });
    const waiting = receive({ WaitTimeSeconds: 20 });
    await settled();
    clock.elapse(5000);
    expect(await waiting).toHaveLength(1);
    const empty = receive({ WaitTimeSeconds: 3 });
    await settled();
    clock.elapse(3000);
    expect(await empty).toEqual([]);
  });

  test("takes nothing for a caller that hung up", async () => {
    const caller = new AbortController();
    const command = new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 20 });
    const waiting = client.send(command, { abortSignal: caller.signal });
    await settled();
    caller.abort();
    await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
    await send("a");
    expect(await receive()).toHaveLength(1);
  });
});

describe("queues", () => {
  test("can be used a second after they were made; a name can be used again a minute after its end", async () => {
    const make = () => client.send(new CreateQueueCommand({ QueueName: "other" }));
    url = (await make()).QueueUrl ?? "";
    await expect(send("early")).rejects.toMatchObject({ name: "QueueDoesNotExist" });
    clock.elapse(1000);
    await send("a");
    await client.send(new DeleteQueueCommand({ QueueUrl: url }));
    await expect(send("gone")).rejects.toMatchObject({ name: "QueueDoesNotExist" });
    await expect(make()).rejects.toMatchObject({ name: "QueueDeletedRecently" });
    clock.elapse(60_000);
    await make();
    clock.elapse(1000);
    expect(await receive()).toEqual([]);
  });

  test("are made again with the same attributes only, and found by name", async () => {
    await aQueue("other", { VisibilityTimeout: "60" });
    await aQueue("other", { VisibilityTimeout: "60" });
    const differing = aQueue("other", { VisibilityTimeout: "61" });
    await expect(differing).rejects.toMatchObject({ name: "QueueNameExists" });
    const found = await client.send(new GetQueueUrlCommand({ QueueName: "other" }));
    expect(found.QueueUrl).toMatch(/\/123456789012\/other$/);
    const set = { QueueUrl: found.QueueUrl, Attributes: { VisibilityTimeout: "9" } };
    await client.send(new SetQueueAttributesCommand(set));
    expect(await attribute("VisibilityTimeout", found.QueueUrl)).toBe(9);
  });

  test("hand on to their dead-letter queue what was received too often", async () => {
    const dead = await aQueue("dead");
    const policy = { deadLetterTargetArn: "arn:aws:sqs:us-east-1:1:dead", maxReceiveCount: 2 };
    url = await aQueue("alive", { RedrivePolicy: JSON.stringify(policy) });
    await send("poison");
    for (const _ of [1, 2]) expect(await receive({ VisibilityTimeout: 0 })).toHaveLength(1);
    expect(await receive()).toEqual([]);
    expect(bodies(await receive({ QueueUrl: dead }))).toEqual(["poison"]);
  });

  test("keep 120,000 messages in flight: a short poll is told, a long one finds nothing", async () => {
    const queue = double.queueAt(url);
    for (let n = 0; n < 120_001; n++) queue?.send(`${n}`, 0);
    for (let n = 0; n < 12_000; n++) queue?.receive(10, 43_200, true);
    await expect(receive()).rejects.toMatchObject({ name: "OverLimit" });
    const long = receive({ WaitTimeSeconds: 1 });
    await settled();
    expect(await long).toEqual([]);
  });
});

describe("refused", () => {
  test.each([
    ["eleven at once", Array.from({ length: 11 }, () => "x"), "TooManyEntriesInBatchRequest"],
    ["none", [], "EmptyBatchRequest"],
    ["more than 1 MiB together", ["x".repeat(600_000), "y".repeat(600_000)], "BatchRequestTooLong"],
  ])("a batch of %s", async (_, list, name) => {
    await expect(sendAll(list)).rejects.toMatchObject({ name });
  });

  test.each([
    ["of more than 1 MiB", "x".repeat(1_048_577), "shorter than 1048576"],
    ["with a character that XML lacks", "a\uffffb", "Invalid characters"],
    ["without a body", "", "MessageBody"],
  ])("a message %s", async (_, body, reason) => {
    await expect(send(body)).rejects.toThrow(reason);
  });

  test("in a batch, only the bad ones", async () => {
    const answer = await sendAll(["good", "\uffff"]);
    expect(answer.Successful).toMatchObject([{ Id: "m0" }]);
    expect(answer.Failed).toMatchObject([{ Id: "m1", SenderFault: true }]);
    const Entries = [{ Id: "a", ReceiptHandle: "nonsense" }];
    const deleted = await client.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }));
    expect(deleted.Successful).toEqual([{ Id: "a" }]);
  });
});

describe("by chance, what a standard queue may do", () => {
  const always = (of: Partial<Manners>): Manners => ({
    random: seededRandom(7),
    copy: 0,
    miss: 0,
    shuffle: 0,
    ...of,
  });

  test("a copy comes while its message is in flight, and after it was deleted", async () => {
    await start(always({ copy: 1 }));
    await send("a");
    const [first] = await receive();
    const [copy] = await receive();
    expect([first?.Body, copy?.MessageId]).toEqual(["a", first?.MessageId]);
    await remove(copy?.ReceiptHandle);
    clock.elapse(30_000);
    expect(bodies(await receive())).toEqual(["a"]);
  });

  test("a short poll misses what is there, a long one does not", async () => {
    await start(always({ miss: 1 }));
    await send("a");
    expect(await receive()).toEqual([]);
    expect(await receive({ WaitTimeSeconds: 1 })).toHaveLength(1);
  });

  test("messages come in another order, and none is lost", async () => {
    await start(always({ shuffle: 1 }));
    const sent = Array.from({ length: 10 }, (_, n) => `${n}`);
    await sendAll(sent);
    const seen = [...(await receive({ MaxNumberOfMessages: 4 }))];
    seen.push(...(await receive({ MaxNumberOfMessages: 10 })));
    expect(bodies(seen)).not.toEqual(sent);
    expect(bodies(seen).toSorted()).toEqual(sent);
  });
});
