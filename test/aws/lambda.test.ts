// The double's Lambda: batches and their windows, partial failure, redelivery, the recursion guard, and an account that runs ten at once.
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { VirtualTimers } from "#test/contract/virtual-timers.ts";
import { Aws } from "./aws.ts";
import type { FunctionOptions } from "./lambda/function.ts";
import type { MappingOptions } from "./lambda/poller.ts";
import { Lambda } from "./lambda.ts";
import { type Sqs, sqs } from "./sqs.ts";

interface Event {
  readonly Records: readonly {
    readonly messageId: string;
    readonly body: string;
    readonly attributes: { readonly ApproximateReceiveCount: string };
  }[];
}

let clock: VirtualTimers;
let double: Sqs;
let client: SQSClient;
let lambda: Lambda;
let url: string;
let dead: string;

function start(concurrency?: number): void {
  clock = new VirtualTimers(0);
  double = sqs({ clock });
  client = new SQSClient(new Aws({ services: [double.service], clock }).client("arn:role"));
  lambda = new Lambda({ clock, sqs: double, ...(concurrency && { concurrency }) });
  dead = double.make("dead");
  const policy = { deadLetterTargetArn: double.queueAt(dead)?.parts.arn, maxReceiveCount: 5 };
  const attributes = { VisibilityTimeout: "60", RedrivePolicy: JSON.stringify(policy) };
  url = double.make("queue", attributes);
}
beforeEach(() => start());
afterEach(() => lambda.close());

const PLAIN: MappingOptions = { batchSize: 10, windowSeconds: 0, reportBatchItemFailures: true };
const send = (body: string) =>
  client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body }));
const counts = (of = url) => double.queueAt(of)?.counts();

function map(
  handler: (event: Event) => Promise<unknown>,
  options: Partial<MappingOptions> = {},
  more: Partial<FunctionOptions> = {},
) {
  const of = { name: "f", handler, timeoutSeconds: 10, client, ...more };
  return lambda.map(of, url, { ...PLAIN, ...options });
}

async function pass(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    await turns();
    clock.elapse(1000);
  }
  await turns();
}
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
const bodies = ({ Records }: Event) => Records.map(({ body }) => body);

test("a window gathers a batch, and a full batch goes at once", async () => {
  const batches: number[] = [];
  map(async (event) => batches.push(event.Records.length) && undefined, {
    batchSize: 1000,
    windowSeconds: 1,
  });
  for (let n = 0; n < 25; n++) await send(`${n}`);
  await turns();
  expect(batches).toEqual([]);
  await pass(1);
  expect(batches).toEqual([25]);
  for (let n = 0; n < 1001; n++) double.queueAt(url)?.send(`${n}`, 0);
  await turns();
  expect(batches).toEqual([25, 1000]);
  expect(counts()?.inFlight).toBe(1);
});

test("of a batch, the messages named as failed come again, the others do not", async () => {
  const seen: string[][] = [];
  map(async (event) => {
    seen.push(bodies(event));
    const bad = event.Records.filter(({ body }) => body === "bad");
    return { batchItemFailures: bad.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  });
  for (const body of ["good", "bad"]) double.queueAt(url)?.send(body, 0);
  await pass(61);
  expect(seen).toEqual([["good", "bad"], ["bad"]]);
});

test.each<[string, unknown]>([
  ["names a message that is not in it", { batchItemFailures: [{ itemIdentifier: "x" }] }],
  ["names none", { batchItemFailures: [{ itemIdentifier: "" }] }],
  ["is no list", { batchItemFailures: "all" }],
])("an answer that %s fails the whole batch", async (_, answer) => {
  map(async () => answer);
  await send("a");
  await pass(1);
  expect(counts()?.inFlight).toBe(1);
});

test("without reports of single failures, an answer is a success", async () => {
  map(async ({ Records }) => ({ batchItemFailures: [{ itemIdentifier: Records[0]?.messageId }] }), {
    reportBatchItemFailures: false,
  });
  await send("a");
  await pass(1);
  expect(counts()?.inFlight).toBe(0);
});

test("what fails five times is in the dead-letter queue after the fifth", async () => {
  const receives: string[] = [];
  map(async ({ Records }) => {
    receives.push(Records[0]?.attributes.ApproximateReceiveCount ?? "");
    throw new Error("it can't be done");
  });
  await send("poison");
  await pass(301);
  expect(receives).toEqual(["1", "2", "3", "4", "5"]);
  expect(counts(dead)?.visible).toBe(1);
});

test("a handler that hangs is given up at its time-out; its messages come again", async () => {
  let calls = 0;
  map(() => (++calls === 1 ? new Promise(() => {}) : Promise.resolve()));
  await send("a");
  await pass(61);
  expect(calls).toBe(2);
  expect(counts()).toMatchObject({ visible: 0, inFlight: 0 });
});

test("no more run at once than the mapping allows", async () => {
  let most = 0;
  let running = 0;
  map(
    async () => {
      most = Math.max(most, ++running);
      await turns();
      running--;
    },
    { batchSize: 1, maximumConcurrency: 2 },
  );
  for (let n = 0; n < 6; n++) await send(`${n}`);
  for (let n = 0; n < 10; n++) await turns();
  expect([most, counts()?.visible]).toEqual([2, 0]);
});

test("in an account with ten, the eleventh is throttled and its message comes again", async () => {
  start(10);
  const free = Promise.withResolvers<void>();
  let calls = 0;
  const handler = () => {
    calls++;
    return free.promise;
  };
  map(handler, { batchSize: 1 }, { timeoutSeconds: 50 });
  for (let n = 0; n < 11; n++) await send(`${n}`);
  await turns();
  expect([calls, counts()?.inFlight]).toEqual([10, 11]);
  free.resolve();
  await pass(61);
  expect([calls, counts()?.inFlight, lambda.mostRunning]).toEqual([11, 0, 10]);
});

describe("the recursion guard", () => {
  async function rounds(recursiveLoop: "Allow" | "Terminate", most: number): Promise<number> {
    let calls = 0;
    const handler = async () => {
      if (++calls < most) await send("again");
    };
    map(handler, {}, { recursiveLoop });
    await send("first");
    for (let n = 0; n < most; n++) await turns();
    return calls;
  }

  test("ends a function that wakes itself after 16 rounds, into the dead-letter queue", async () => {
    expect(await rounds("Terminate", 40)).toBe(16);
    expect(counts(dead)?.visible).toBe(1);
  });

  test("lets go on what is allowed to", async () => {
    expect(await rounds("Allow", 40)).toBe(40);
  });
});

test.each<[string, Partial<MappingOptions>, Partial<FunctionOptions>, string]>([
  ["a batch over 10 without a window", { batchSize: 11 }, {}, "window"],
  ["a concurrency of one", { maximumConcurrency: 1 }, {}, "MaximumConcurrency"],
  ["a time-out over the visibility", {}, { timeoutSeconds: 61 }, "visibility timeout"],
])("a mapping with %s is refused", (_, options, more, reason) => {
  expect(() => map(async () => undefined, options, more)).toThrow(reason);
});
