// The double's ECS behaves as AWS's documentation says it does; each test is one documented manner.
import * as sdk from "@aws-sdk/client-ecs";
import { beforeEach, expect, test } from "vitest";
import { VirtualTimers } from "#test/contract/virtual-timers.ts";
import { Aws } from "./aws.ts";
import { type Ecs, ecs } from "./ecs.ts";
import type { BridgeEvent, Stage } from "./stage.ts";

const HOUR = 3_600_000;
const LAG = 500;

let clock: VirtualTimers;
let double: Ecs;
let client: sdk.ECSClient;
let events: BridgeEvent[];
let stages: Stage[];
let ready: boolean;
let failure: ((input: sdk.RunTaskCommandInput, position: number) => string | undefined) | undefined;

beforeEach(async () => {
  clock = new VirtualTimers(Date.UTC(2026, 0, 1));
  [events, stages, ready, failure] = [[], [], true, undefined];
  double = ecs({
    ...{ clock, clusters: ["zoe"], lagMs: LAG, vcpus: { FARGATE_SPOT: 2 } },
    cast: (_, stage) => stages.push(stage),
    onEvent: (event) => events.push(event),
    isRoleReady: () => ready,
    failure: (input, position) => failure?.(input, position),
  });
  const aws = new Aws({ services: [double.service], clock });
  client = new sdk.ECSClient(aws.client("launch", { maxAttempts: 1 }));
  await client.send(new sdk.RegisterTaskDefinitionCommand(DEFINITION));
});

const DEFINITION: sdk.RegisterTaskDefinitionCommandInput = {
  ...{ family: "sorter", networkMode: "awsvpc", requiresCompatibilities: ["FARGATE"] },
  ...{ cpu: "256", memory: "512" },
  containerDefinitions: [{ name: "main", image: "busybox" }],
};

function input(bend: Partial<sdk.RunTaskCommandInput> = {}): sdk.RunTaskCommandInput {
  return {
    ...{ cluster: "zoe", taskDefinition: "sorter:1", count: 1 },
    networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"] } },
    ...bend,
  };
}

const run = (bend?: Partial<sdk.RunTaskCommandInput>) =>
  client.send(new sdk.RunTaskCommand(input(bend)));
const describeTasks = (...tasks: string[]) =>
  client.send(new sdk.DescribeTasksCommand({ cluster: "zoe", tasks }));
const list = (bend: Partial<sdk.ListTasksCommandInput> = {}) =>
  client.send(new sdk.ListTasksCommand({ cluster: "zoe", ...bend }));
const stop = (task: string, reason?: string) =>
  client.send(new sdk.StopTaskCommand({ cluster: "zoe", task, reason }));

async function aTask(bend?: Partial<sdk.RunTaskCommandInput>): Promise<string> {
  return (await run(bend)).tasks?.[0]?.taskArn ?? "";
}

test("the same token and parameters start nothing twice, and answer the same task", async () => {
  const first = await aTask({ clientToken: "t1" });
  expect(await aTask({ clientToken: "t1" })).toBe(first);
  expect(double.tasks).toHaveLength(1);
});

test("the same token with other parameters is a conflict, which names the tasks", async () => {
  const arn = await aTask({ clientToken: "t1" });
  const other = run({ clientToken: "t1", startedBy: "somebody" });
  await expect(other).rejects.toMatchObject({ name: "ConflictException", resourceIds: [arn] });
});

test("of a stopped task a replay says its ARN and status only; an hour later the token is new", async () => {
  const arn = await aTask({ clientToken: "t1" });
  clock.elapse(3000);
  stages[0]?.end({ exitCodes: { main: 0 } });
  clock.elapse(HOUR - 1000);
  expect((await run({ clientToken: "t1" })).tasks).toEqual([
    { taskArn: arn, lastStatus: "STOPPED" },
  ]);
  clock.elapse(3000);
  expect(await aTask({ clientToken: "t1" })).not.toBe(arn);
});

test("describe and list know of a task only after a while", async () => {
  const arn = await aTask();
  expect((await describeTasks(arn)).failures).toMatchObject([{ arn, reason: "MISSING" }]);
  expect((await list()).taskArns).toEqual([]);
  clock.elapse(LAG);
  expect((await describeTasks(arn)).tasks).toMatchObject([{ taskArn: arn }]);
  expect((await list()).taskArns).toEqual([arn]);
});

test("a stopped task is forgotten after an hour", async () => {
  const arn = await aTask();
  clock.elapse(3000);
  stages[0]?.end({ exitCodes: { main: 3 } });
  clock.elapse(HOUR);
  expect((await describeTasks(arn)).tasks).toMatchObject([{ containers: [{ exitCode: 3 }] }]);
  clock.elapse(2000);
  expect((await describeTasks(arn)).failures).toMatchObject([{ reason: "MISSING" }]);
  await expect(stop(arn)).rejects.toThrow("not found");
});

test("startedBy must be the only filter, so a stopped task is not found by it", async () => {
  const arn = await aTask({ startedBy: "exe/main/1" });
  clock.elapse(3000);
  expect((await list({ startedBy: "exe/main/1" })).taskArns).toEqual([arn]);
  await expect(list({ startedBy: "exe/main/1", desiredStatus: "STOPPED" })).rejects.toThrow("only");
  stages[0]?.end({ exitCodes: { main: 0 } });
  expect((await list({ startedBy: "exe/main/1" })).taskArns).toEqual([]);
  expect((await list({ family: "sorter", desiredStatus: "STOPPED" })).taskArns).toEqual([arn]);
});

test("some of a call's tasks may fail to be placed, and the call succeeds", async () => {
  failure = (_, position) => (position > 0 ? "RESOURCE:ENI" : undefined);
  const { tasks, failures } = await run({ count: 3 });
  expect(tasks).toHaveLength(1);
  expect(failures).toEqual([{ reason: "RESOURCE:ENI" }, { reason: "RESOURCE:ENI" }]);
});

test("the version of a task counts its changes, in describe and in events", async () => {
  const arn = await aTask();
  clock.elapse(3000);
  stages[0]?.end({ exitCodes: { main: 0 } });
  clock.elapse(3000);
  const told = events.map(({ detail }) => [detail.version, detail.lastStatus]);
  expect(told).toEqual([
    [1, "PROVISIONING"],
    [2, "PENDING"],
    [3, "RUNNING"],
    [4, "DEPROVISIONING"],
    [5, "STOPPED"],
  ]);
  expect((await describeTasks(arn)).tasks?.[0]?.version).toBe(5);
});

test("an event is as EventBridge delivers it", async () => {
  const arn = await aTask({ startedBy: "exe/main/1" });
  expect(events[0]).toMatchObject({
    ...{ version: "0", source: "aws.ecs", "detail-type": "ECS Task State Change" },
    ...{ resources: [arn], time: "2026-01-01T00:00:00.000Z" },
    detail: { taskArn: arn, startedBy: "exe/main/1", createdAt: "2026-01-01T00:00:00.000Z" },
  });
  expect(events[0]?.detail).not.toHaveProperty("tags");
});

test("a stop asks politely, and kills after 30 seconds", async () => {
  const arn = await aTask();
  clock.elapse(3000);
  let isAsked = false;
  stages[0]?.onStop(() => {
    isAsked = true;
  });
  await stop(arn, "Not wanted.");
  expect(isAsked).toBe(true);
  clock.elapse(29_000);
  expect(double.tasks[0]?.isStopped).toBe(false);
  clock.elapse(3000);
  expect((await describeTasks(arn)).tasks).toMatchObject([
    {
      ...{ stopCode: "UserInitiated", stoppedReason: "Not wanted.", lastStatus: "STOPPED" },
      containers: [{ exitCode: 137 }],
    },
  ]);
});

test("what is stopped before it starts never does", async () => {
  const arn = await aTask();
  await stop(arn);
  clock.elapse(10_000);
  expect(stages).toEqual([]);
  expect((await describeTasks(arn)).tasks?.[0]?.containers?.[0]).not.toHaveProperty("exitCode");
});

test("a Spot task whose machine is taken back says so", async () => {
  const arn = await aTask();
  clock.elapse(3000);
  double.tasks[0]?.reclaim();
  clock.elapse(3000);
  expect((await describeTasks(arn)).tasks).toMatchObject([{ stopCode: "SpotInterruption" }]);
});

const provider = [{ capacityProvider: "FARGATE_SPOT" }];

test("more vCPUs than the account may run at once are refused", async () => {
  await run({ count: 8, capacityProviderStrategy: provider });
  const more = run({ capacityProviderStrategy: provider });
  await expect(more).rejects.toMatchObject({ name: "LimitExceededException" });
});

test("calls come in a burst of 100, then 40 a second", async () => {
  const calls = await Promise.allSettled(Array.from({ length: 105 }, () => run()));
  const refused = calls.filter(({ status }) => status === "rejected");
  expect(refused).toHaveLength(5);
  expect(refused[0]).toMatchObject({ reason: { name: "ThrottlingException" } });
  clock.elapse(1000);
  const later = await Promise.allSettled(Array.from({ length: 50 }, () => run()));
  expect(later.filter(({ status }) => status === "rejected")).toHaveLength(10);
});

const long = [{ name: "main", environment: [{ name: "A", value: "x".repeat(8192) }] }];
const REFUSED: Readonly<Record<string, [Partial<sdk.RunTaskCommandInput>, string, RegExp]>> = {
  "more than 10 tasks": [{ count: 11 }, "InvalidParameterException", /between 1 and 10/],
  "overrides over 8,192 characters": [
    { overrides: { containerOverrides: long } },
    "InvalidParameterException",
    /Container Overrides length must be at most 8192/,
  ],
  "a size that Fargate has not": [
    { overrides: { cpu: "1024", memory: "512" } },
    "ClientException",
    /No Fargate configuration exists/,
  ],
  "a container that is not in the definition": [
    { overrides: { containerOverrides: [{ name: "other" }] } },
    "InvalidParameterException",
    /other is not a container/,
  ],
  "another cluster": [{ cluster: "other" }, "ClusterNotFoundException", /not found/],
  "a startedBy with a dot": [{ startedBy: "a.b" }, "InvalidParameterException", /startedBy/],
  "a definition that is not there": [
    { taskDefinition: "sorter:9" },
    "ClientException",
    /definition/,
  ],
};
for (const [what, [bend, name, message]] of Object.entries(REFUSED))
  test(`${what} is refused`, async () => {
    await expect(run(bend)).rejects.toMatchObject({
      name,
      message: expect.stringMatching(message),
    });
  });

test("a role that was just made can't be assumed yet", async () => {
  ready = false;
  const overrides = { taskRoleArn: "arn:aws:iam::123456789012:role/new" };
  await expect(run({ overrides })).rejects.toThrow(/unable to assume the role/);
  ready = true;
  expect((await run({ overrides })).tasks).toHaveLength(1);
});

test("a deregistered definition starts nothing more, and its number is not used again", async () => {
  await client.send(new sdk.DeregisterTaskDefinitionCommand({ taskDefinition: "sorter:1" }));
  await expect(run()).rejects.toThrow("inactive");
  const { taskDefinition } = await client.send(new sdk.RegisterTaskDefinitionCommand(DEFINITION));
  expect(taskDefinition?.revision).toBe(2);
});

test("registering takes a burst of 20, then one a second", async () => {
  const calls = Array.from({ length: 21 }, () =>
    client.send(new sdk.RegisterTaskDefinitionCommand(DEFINITION)),
  );
  const answers = await Promise.allSettled(calls);
  expect(answers.filter(({ status }) => status === "rejected")).toHaveLength(2);
});
