// The whole story in the AWS body, without AWS: from POST to outcomes, by the functions' own code and real clients, in virtual time.
import { afterEach, expect, test } from "vitest";
import type { RecordedCall } from "#test/aws/recorder.ts";
import { functionsCast, type Program } from "./functions-cast.ts";
import { IdleClock } from "./idle-clock.ts";
import { echo, greeter, worker } from "./programs.ts";
import { openStand, type Stand } from "./stand.ts";

const NOON = Date.UTC(2026, 0, 1, 12);
let stand: Stand;
let clock: IdleClock;
const calls: RecordedCall[] = [];

async function open(program: Program, more: Partial<Parameters<typeof openStand>[0]> = {}) {
  clock = new IdleClock(NOON);
  calls.length = 0;
  const opening = openStand({
    ...{ clock, cast: (cloud) => functionsCast(cloud, { program }) },
    record: (call) => calls.push(call),
    ...more,
  });
  stand = await clock.during(opening);
}

afterEach(async () => {
  await clock.during(stand.close());
});

const ask = (method: string, path: string, body?: unknown) =>
  clock.during(stand.api.ask(method, path, body));

async function submit(submission: object): Promise<string> {
  const made = await ask("POST", "/v1/executions", submission);
  expect(made.status).toBe(201);
  return made.json.execution.id;
}

async function ended(id: string) {
  const until = clock.now() + 3_600_000;
  for (;;) {
    const { json } = await ask("GET", `/v1/executions/${id}`);
    if (json.state === "ended" || clock.now() > until) return json;
    const later = clock.now() + 2000;
    await clock.runUntil(() => clock.now() >= later, 10_000);
  }
}

const doneBy = (operation: string) =>
  calls.filter((call) => call.operation === operation).map(({ principal }) => principal);

test("hello: posted, decided, defined, launched, claimed, ended by an event, its file kept", async () => {
  await open(greeter);
  const id = await submit({ zapp: "hello" });
  expect(await ended(id)).toMatchObject({ outcome: { kind: "succeeded" } });
  const file = `/v1/executions/${id}/files/greeter/greeter-0.1/greeting.txt`;
  expect((await ask("GET", file)).bytes.toString()).toBe("Hello, world!\n");
  expect(doneBy("RunTask")).toEqual(["arn:aws:iam::123456789012:role/zoe-launch"]);
  expect(doneBy("RegisterTaskDefinition")).toEqual(["arn:aws:iam::123456789012:role/zoe-definer"]);
});

test("the classifier: tasks put before it is placed, leased by workers straight from SQS, all with their outcome", async () => {
  await open(worker(echo));
  const id = await submit({ zapp: "document-classifier", parameters: { workers: 3 } });
  const queue = `/v1/executions/${id}/queues/documents`;
  const tasks = Array.from({ length: 60 }, (_, n) => ({ id: `d${n}`, payload: { n } }));
  expect((await ask("POST", `${queue}/tasks`, tasks)).json).toMatchObject({ added: 60 });
  await ask("POST", `${queue}/close`);
  expect(await ended(id)).toMatchObject({ outcome: { kind: "succeeded" } });
  expect((await ask("GET", queue)).json).toMatchObject({ put: 60, done: 60, failed: 0 });
});
