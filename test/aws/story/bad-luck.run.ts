// Bad luck in the AWS body, case by case: each ends with nothing lost, and a line in the log says what happened.
import { afterEach, describe, expect, test } from "vitest";
import type { FaultSource } from "#test/aws/faults.ts";
import { AwsError } from "#test/aws/service.ts";
import { openPlay, type Play, type PlayOptions } from "./play.ts";
import { echo, greeter, worker } from "./programs.ts";

let play: Play;
afterEach(() => play.close());

const SUCCEEDED = { state: "ended", outcome: { kind: "succeeded" } };
const queueOf = (id: string) => `/v1/executions/${id}/queues/documents`;

async function classify(count: number): Promise<string> {
  const id = await play.submit({ zapp: "document-classifier", parameters: { workers: 2 } });
  await put(id, count);
  return id;
}

async function put(id: string, count: number): Promise<void> {
  const tasks = Array.from({ length: count }, (_, n) => ({ payload: { n } }));
  await play.ask("POST", `${queueOf(id)}/tasks`, tasks);
  await play.ask("POST", `${queueOf(id)}/close`);
}

async function allDone(id: string, count: number): Promise<void> {
  expect(await play.ended(id, 4 * 3_600_000)).toMatchObject(SUCCEEDED);
  const { json } = await play.ask("GET", queueOf(id));
  expect(json).toMatchObject({ put: count, done: count, failed: 0 });
}

const logged = () => play.lines.join("");
const deadLetters = () => play.stand.sqs.queueAt(play.stand.queue("dead"))?.counts().visible;

async function putAside(count: number): Promise<void> {
  for (let minutes = 0; minutes < 180 && deadLetters() !== count; minutes++)
    await play.pass(60_000);
  expect(deadLetters()).toBe(count);
}

test("DynamoDB throttled for three minutes: messages come again", async () => {
  play = await openPlay(worker(echo));
  const id = await play.submit({ zapp: "document-classifier", parameters: { workers: 2 } });
  await put(id, 20);
  const until = play.clock.now() + 180_000;
  play.stand.aws.faults = ({ service }) =>
    service === "dynamodb" && play.clock.now() < until ? { kind: "throttle" } : undefined;
  await play.pass(180_000);
  await allDone(id, 20);
  expect(logged()).toMatch(/Messages failed and come again[^\n]*Rate exceeded/);
  expect(deadLetters()).toBe(0);
});

test("SQS takes nothing after the store's commit: the sweep finds what was accepted", async () => {
  play = await openPlay(greeter);
  const refusal = new AwsError("ServiceUnavailable", "Service Unavailable", { status: 503 });
  play.stand.aws.faults = ({ operation }) =>
    operation === "SendMessageBatch" ? { kind: "refuse", error: refusal } : undefined;
  const { status } = await play.ask("POST", "/v1/executions", { zapp: "hello" });
  play.stand.aws.faults = undefined;
  const { json } = await play.ask("GET", "/v1/executions");
  expect(json.items).toHaveLength(1);
  expect(await play.ended(json.items[0].id)).toMatchObject(SUCCEEDED);
  expect([201, 500, 503]).toContain(status);
  expect(logged()).toMatch(/Service Unavailable/);
});

test("no event for an hour: the sweep asks ECS itself", async () => {
  play = await openPlay(greeter);
  play.stand.events.lostUntil = play.clock.now() + 3_600_000;
  const before = play.clock.now();
  const id = await play.submit({ zapp: "hello" });
  expect(await play.ended(id)).toMatchObject(SUCCEEDED);
  expect(play.clock.now() - before).toBeLessThan(600_000);
  expect(logged()).toContain("What happened to instances was not heard of");
});

describe("a poison message", () => {
  const poisons = { decide: "{", launch: '{"kind":', events: "{", feed: "nothing" };
  test.each(Object.entries(poisons))("in the %s queue is put aside alone", async (name, body) => {
    play = await openPlay(worker(echo));
    const queue = play.stand.sqs.queueAt(play.stand.queue(name as keyof typeof poisons));
    queue?.send(body, 0);
    const id = await classify(20);
    await allDone(id, 20);
    await putAside(1);
    expect(queue?.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    expect(logged()).toContain("A message failed too often and is put aside.");
  });
});

test("a dead-letter queue full of others' letters holds up nothing", async () => {
  play = await openPlay(greeter);
  const dead = play.stand.sqs.queueAt(play.stand.queue("dead"));
  for (let n = 0; n < 5000; n++) dead?.send("{}", 0);
  play.stand.sqs.queueAt(play.stand.queue("launch"))?.send("{", 0);
  const id = await play.submit({ zapp: "hello" });
  expect(await play.ended(id)).toMatchObject(SUCCEEDED);
  await putAside(5001);
  expect(logged()).toContain("A message failed too often and is put aside.");
});

test("a role that is not known everywhere yet: it is asked again until it is", async () => {
  play = await openPlay(greeter, { roleLagMs: 40_000 });
  const id = await play.submit({ zapp: "hello" });
  expect(await play.ended(id)).toMatchObject(SUCCEEDED);
  expect(logged()).toContain("Its role is being prepared.");
});

test("an account with 10 concurrent Lambdas and 6 vCPU: 40 executions take their turns", async () => {
  const small: PlayOptions = {
    concurrency: 10,
    ecs: { vcpus: { FARGATE: 6, FARGATE_SPOT: 2 } },
  };
  play = await openPlay(greeter, small);
  const list = Array.from({ length: 40 }, () => ({ zapp: "hello" }));
  const { json } = await play.ask("POST", "/v1/executions", list);
  for (const { execution } of json.results ?? json.items ?? json)
    expect(await play.ended(execution.id)).toMatchObject(SUCCEEDED);
  expect(play.stand.lambda.mostRunning).toBeLessThanOrEqual(10);
  expect(logged()).toMatch(/Not started yet; it is asked again soon.*limit on the number of vCPUs/);
});

describe("a function killed at any of its calls", () => {
  const functions = ["schedule", "launch", "observe", "feed", "sweep"];
  test.each(functions)("%s", { timeout: 300_000 }, async (name) => {
    play = await openPlay(worker(echo));
    for (let at = 1; at <= 12; at++) {
      play.stand.aws.faults = killing(name, at);
      await allDone(await classify(12), 12);
    }
    expect(logged()).toMatch(/"level":"(warn|error)"|"status":"failed"/);
    expect(logged()).not.toContain("put aside");
  });

  /** Its n-th call and what it tries after that are not answered; what was asked for was done, every other time. */
  function killing(name: string, at: number): FaultSource {
    const role = `arn:aws:iam::123456789012:role/zoe-${name}`;
    let count = 0;
    return ({ principal, operation }) => {
      // Lambda's pollers, who act with the same role, are nobody's invocation.
      if (principal !== role || /^(Receive|Delete)Message/.test(operation)) return undefined;
      count++;
      if (count < at || count > at + 6) return undefined;
      return { kind: at % 2 === 0 ? "lostReply" : "lostRequest" };
    };
  }
});
