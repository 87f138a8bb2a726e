// The whole story in the AWS body, without AWS: from POST to outcomes, by the functions' own code and real clients, in virtual time.
import { afterEach, expect, test } from "vitest";
import { openPlay, type Play } from "./play.ts";
import { echo, greeter, worker } from "./programs.ts";
import { storyLine } from "./trace.ts";

let play: Play;
afterEach(() => play.close());

const doneBy = (operation: string) =>
  play.calls.filter((call) => call.operation === operation).map(({ principal }) => principal);

test("hello: posted, decided, defined, launched, claimed, ended by an event, its file kept", async () => {
  play = await openPlay(greeter);
  const id = await play.submit({ zapp: "hello" });
  expect(await play.ended(id)).toMatchObject({ outcome: { kind: "succeeded" } });
  const file = `/v1/executions/${id}/files/greeter/greeter-0.1/greeting.txt`;
  expect((await play.ask("GET", file)).bytes.toString()).toBe("Hello, world!\n");
  expect(doneBy("RunTask")).toEqual(["arn:aws:iam::123456789012:role/zoe-launch"]);
  expect(doneBy("RegisterTaskDefinition")).toEqual(["arn:aws:iam::123456789012:role/zoe-definer"]);
  const told = play.calls.map((call) => storyLine(call, 0)).join("\n");
  const secrets = [...JSON.stringify(play.calls).matchAll(/\\"secret\\":\\"(\w+)/g)];
  expect(secrets.length).toBeGreaterThan(0);
  for (const [, secret = "?"] of secrets) expect(told).not.toContain(secret);
  expect(told).toMatch(/launch +ecs\.RunTask/);
});

test("the classifier: tasks put before it is placed, leased by workers straight from SQS, all with their outcome", async () => {
  play = await openPlay(worker(echo));
  const id = await play.submit({ zapp: "document-classifier", parameters: { workers: 3 } });
  const queue = `/v1/executions/${id}/queues/documents`;
  const tasks = Array.from({ length: 60 }, (_, n) => ({ id: `d${n}`, payload: { n } }));
  expect((await play.ask("POST", `${queue}/tasks`, tasks)).json).toMatchObject({ added: 60 });
  await play.ask("POST", `${queue}/close`);
  expect(await play.ended(id)).toMatchObject({ outcome: { kind: "succeeded" } });
  expect((await play.ask("GET", queue)).json).toMatchObject({ put: 60, done: 60, failed: 0 });
});

test("workers that must stay are told so by an item of the work table, and stay when idle", async () => {
  play = await openPlay(worker(echo));
  const service = {
    ...{ name: "main", run: "worker", image: "debian", queue: "tasks", command: ["true"] },
    ...{ count: { min: 1, max: 2 }, idle: "5s", resources: { cpu: 0.25, memory: "128MiB" } },
  };
  const queues = { tasks: { lease: "60s", maxAttempts: 3 } };
  const description = { version: 4, name: "own", services: [service], queues };
  const id = await play.submit({ description });
  await play.pass(150_000);
  expect(play.stand.ecs.tasks).toHaveLength(1);
  await play.ask("POST", `/v1/executions/${id}/queues/tasks/close`);
  expect(await play.ended(id)).toMatchObject({ outcome: { kind: "succeeded" } });
});

test("a gang is one multi-node job: node 0 decides, and its secret is no part of any request", async () => {
  play = await openPlay(greeter);
  const id = await play.submit({ zapp: "mpi-ring", parameters: { nodes: 2, ranks: 2 } });
  expect(await play.ended(id)).toMatchObject({ outcome: { kind: "succeeded" } });
  const jobs = play.calls.filter(({ operation }) => operation === "SubmitJob");
  expect(jobs).toHaveLength(1);
  expect(jobs[0]?.input).toMatchObject({ nodeOverrides: { numNodes: 2 } });
});
