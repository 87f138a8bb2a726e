// What the event queue brings, told apart; events in the shape that AWS's documentation shows, bent to be ours.
import { expect, test } from "vitest";
import { observeMessages } from "#functions/aws/observing.ts";
import {
  BridgeEvent,
  happeningOf,
  instanceEvents,
  latest,
} from "#functions/backends/aws-events.ts";
import { LaunchBook } from "#functions/backends/launch-book.ts";
import { aWorld } from "#test/builders.ts";

/** After the sample of "Amazon ECS task state change events". */
function taskEvent(bend: object = {}) {
  return {
    ...{ version: "0", id: "3317b2af-7005-947d-b652-f55e762e571a", account: "111122223333" },
    ...{ "detail-type": "ECS Task State Change", source: "aws.ecs", region: "us-west-2" },
    time: "2020-01-23T17:57:58Z",
    resources: [
      "arn:aws:ecs:us-west-2:111122223333:task/FargateCluster/c13b4cb40f1f4fe4a2971f76ae5a47ad",
    ],
    detail: {
      attachments: [{ id: "1789bcae", type: "eni", status: "ATTACHED", details: [] }],
      availabilityZone: "us-west-2c",
      clusterArn: "arn:aws:ecs:us-west-2:111122223333:cluster/FargateCluster",
      containers: [
        {
          containerArn: "arn:aws:ecs:us-west-2:111122223333:container/cf159fd6",
          ...{ lastStatus: "RUNNING", name: "FargateApp", networkInterfaces: [], cpu: "0" },
        },
      ],
      ...{
        createdAt: "2020-01-23T17:57:34.402Z",
        launchType: "FARGATE",
        cpu: "256",
        memory: "512",
      },
      ...{ desiredStatus: "RUNNING", group: "family:sample-fargate", lastStatus: "RUNNING" },
      overrides: { containerOverrides: [{ name: "FargateApp" }] },
      ...{ connectivity: "CONNECTED", connectivityAt: "2020-01-23T17:57:38.453Z" },
      ...{ pullStartedAt: "2020-01-23T17:57:52.103Z", startedAt: "2020-01-23T17:57:58.103Z" },
      ...{ pullStoppedAt: "2020-01-23T17:57:55.103Z", updatedAt: "2020-01-23T17:57:58.103Z" },
      taskArn:
        "arn:aws:ecs:us-west-2:111122223333:task/FargateCluster/c13b4cb40f1f4fe4a2971f76ae5a47ad",
      taskDefinitionArn: "arn:aws:ecs:us-west-2:111122223333:task-definition/sample-fargate:1",
      ...{ version: 4, platformVersion: "1.3.0" },
      ...bend,
    },
  };
}

/** After the sample of AWS Batch's "Job state change events". */
function jobEvent(bend: object = {}) {
  return {
    ...{ version: "0", id: "c8f9c4b5-76e5-d76a-f980-7011e206042b", account: "123456789012" },
    ...{ "detail-type": "Batch Job State Change", source: "aws.batch", region: "us-east-1" },
    time: "2022-01-11T23:36:40Z",
    resources: ["arn:aws:batch:us-east-1:123456789012:job/4c7599ae-0a82-49aa-ba5a-4727fcce14a8"],
    detail: {
      jobArn: "arn:aws:batch:us-east-1:123456789012:job/4c7599ae-0a82-49aa-ba5a-4727fcce14a8",
      ...{ jobName: "event-test", jobId: "4c7599ae-0a82-49aa-ba5a-4727fcce14a8" },
      jobQueue: "arn:aws:batch:us-east-1:123456789012:job-queue/PexjEHappyPathCanary2JobQueue",
      ...{
        status: "RUNNABLE",
        attempts: [],
        createdAt: 1641944200058,
        dependsOn: [],
        parameters: {},
      },
      retryStrategy: { attempts: 2, evaluateOnExit: [] },
      jobDefinition:
        "arn:aws:batch:us-east-1:123456789012:job-definition/first-run-job-definition:1",
      container: { command: ["sleep", "600"], volumes: [], environment: [], mountPoints: [] },
      tags: {},
      ...bend,
    },
  };
}

const OURS = "exe_01/main/2/7/1/1700000000000";
const OUR_JOB = "exe_01-main-2-7-1-1700000000000";
const NO_BOOK = { get: async () => undefined };
const INSTANCE = { executionId: "exe_01", service: "main", index: 7, generation: 2 };

async function eventsOf(event: object) {
  const happening = happeningOf(BridgeEvent.parse(event));
  return happening === undefined ? [] : await instanceEvents(happening, NO_BOOK);
}

test("what others run in the account is none of ours", async () => {
  expect(await eventsOf(taskEvent({ startedBy: "ecs-svc/9223370" }))).toEqual([]);
  expect(await eventsOf(taskEvent())).toEqual([]);
  expect(await eventsOf(jobEvent({ status: "RUNNING" }))).toEqual([]);
});

test("a task of ours that runs is an instance that runs, by the name it was started under", async () => {
  expect(await eventsOf(taskEvent({ startedBy: OURS }))).toMatchObject([
    { kind: "running", instance: INSTANCE, at: Date.parse("2020-01-23T17:57:58.103Z") },
  ]);
});

const exits = (enter?: number, program?: number, sidecar?: number, reason?: string) => [
  { name: "enter", exitCode: enter },
  { name: "program", exitCode: program, ...(reason && { reason }) },
  { name: "sidecar", exitCode: sidecar },
];
const stopped = { startedBy: OURS, lastStatus: "STOPPED", stoppedAt: "2020-01-23T18:00:00Z" };
const essential = {
  stopCode: "EssentialContainerExited",
  stoppedReason: "Essential container in task exited",
};
const unstarted = (stoppedReason: string) => ({
  stopCode: "TaskFailedToStart",
  stoppedReason,
  containers: exits(),
});

const ENDS: Readonly<Record<string, [object, object | undefined]>> = {
  success: [{ ...essential, containers: exits(0, 0, 0) }, { kind: "succeeded" }],
  "a failure, with its exit code": [
    { ...essential, containers: exits(0, 3, 3) },
    { kind: "failed", exitCode: 3, code: "exit_3" },
  ],
  "out of memory": [
    {
      ...essential,
      containers: exits(0, 137, 137, "OutOfMemoryError: Container killed due to memory usage"),
    },
    { kind: "outOfMemory" },
  ],
  "a Spot host taken back": [
    {
      stopCode: "SpotInterruption",
      stoppedReason: "Your Spot Task was interrupted.",
      containers: exits(0, 137, 137),
    },
    { kind: "interrupted" },
  ],
  "its longest time": [{ ...essential, containers: exits(0, 143, 124) }, { kind: "timedOut" }],
  "a claim that could not be renewed": [
    { ...essential, containers: exits(0, 143, 115) },
    { kind: "lost" },
  ],
  "inputs that could not be had": [
    { ...essential, containers: exits(114) },
    { kind: "failed", code: "staging" },
  ],
  "another runner with the claim: nothing happened": [
    { ...essential, containers: exits(113) },
    undefined,
  ],
  "an image that could not be pulled": [
    unstarted(
      "CannotPullContainerError: pull image manifest has been retried 5 time(s): not found",
    ),
    { kind: "failed", code: "image_pull" },
  ],
  "a network interface that did not come": [
    unstarted("Timeout waiting for network interface provisioning to complete."),
    { kind: "lost" },
  ],
  "no capacity after all": [
    unstarted(
      "Capacity is unavailable at this time. Please try again later or in a different availability zone",
    ),
    { kind: "interrupted" },
  ],
  "a stop that we asked for, with our reason": [
    {
      stopCode: "UserInitiated",
      stoppedReason: 'zoe:{"kind":"cancelled","by":"ada"}',
      containers: exits(0, 143, 0),
    },
    { kind: "cancelled", by: "ada" },
  ],
};
for (const [what, [detail, outcome]] of Object.entries(ENDS))
  test(`a task that stopped tells ${what}`, async () => {
    const [event] = await eventsOf(taskEvent({ ...stopped, ...detail }));
    if (outcome === undefined) expect(event).toBeUndefined();
    else expect(event).toMatchObject({ kind: "ended", instance: INSTANCE, outcome });
  });

const task = (containers: object[]) => [{ taskProperties: [{ containers }] }];
const JOB_ENDS: Readonly<Record<string, [object, object]>> = {
  success: [{ status: "SUCCEEDED", attempts: task(exits(0, 0, 0)) }, { kind: "succeeded" }],
  "a failure, with its exit code": [
    {
      status: "FAILED",
      statusReason: "Essential container in task exited",
      attempts: task(exits(0, 9, 9)),
    },
    { kind: "failed", exitCode: 9 },
  ],
  "a host that is gone": [
    {
      status: "FAILED",
      statusReason: "Host EC2 (instance i-0abc) terminated.",
      attempts: task(exits()),
    },
    { kind: "interrupted" },
  ],
  "a shape that no host has": [
    { status: "FAILED", statusReason: "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT" },
    { kind: "rejected" },
  ],
  "Batch's own clock": [
    {
      status: "FAILED",
      statusReason: "Job attempt duration exceeded timeout",
      attempts: task(exits(0, 137, 137)),
    },
    { kind: "timedOut" },
  ],
};
for (const [what, [detail, outcome]] of Object.entries(JOB_ENDS))
  test(`a job that ended tells ${what}`, async () => {
    const events = await eventsOf(
      jobEvent({ jobName: OUR_JOB, stoppedAt: 1641944300058, ...detail }),
    );
    expect(events).toMatchObject([{ kind: "ended", instance: INSTANCE, outcome }]);
  });

test("what its sidecar told is added: what it used, and why its files could not be had", async () => {
  const used = { cpuSeconds: 12, peakMemoryMib: 300 };
  const told = async () => ({ used, problem: "The input upl_1 can't be read." });
  const of = async (containers: object) => {
    const event = taskEvent({ ...stopped, ...essential, containers });
    const happening = happeningOf(BridgeEvent.parse(event));
    return happening && (await instanceEvents(happening, NO_BOOK, told));
  };
  const usage = { ...used, wallSeconds: expect.any(Number) };
  expect(await of(exits(0, 3, 3))).toMatchObject([{ outcome: { code: "exit_3" }, usage }]);
  expect(await of(exits(114))).toMatchObject([
    { outcome: { code: "staging", reason: "The input upl_1 can't be read." }, usage },
  ]);
});

test("a child of an array is the instance of its number; its parent is none", async () => {
  const name = "exe_01-main-1-100-50-1700000000000";
  const child = { jobName: name, status: "SUCCEEDED", arrayProperties: { index: 3 } };
  expect(await eventsOf(jobEvent(child))).toMatchObject([
    { instance: { index: 103, generation: 1 } },
  ]);
  expect(await eventsOf(jobEvent({ ...child, arrayProperties: { size: 50 } }))).toEqual([]);
});

test("of ECS's events the one with the highest version counts, in whatever order they come", () => {
  const events = [5, 4, 6, 6].map((version) =>
    BridgeEvent.parse(
      taskEvent({ startedBy: OURS, version, lastStatus: version > 5 ? "STOPPED" : "RUNNING" }),
    ),
  );
  expect(latest(events)).toEqual([events[2]]);
});

test("of Batch's events the one with more attempts counts, then the further status; an end is final", () => {
  const of = (status: string, attempts: number) =>
    BridgeEvent.parse(jobEvent({ jobName: OUR_JOB, status, attempts: Array(attempts).fill({}) }));
  const [running, again, started, ended] = [
    of("RUNNING", 0),
    of("RUNNABLE", 1),
    of("RUNNING", 1),
    of("FAILED", 1),
  ];
  expect(latest([again, running])).toEqual([again]);
  expect(latest([started, again])).toEqual([started]);
  expect(latest([ended, of("RUNNABLE", 2)])).toEqual([ended]);
});

test("what the event queue brings is told apart, and what means nothing is done", async () => {
  const { world, store } = aWorld();
  const book = new LaunchBook(store);
  const messages = [
    taskEvent({ startedBy: OURS }),
    { kind: "running", instance: INSTANCE, at: 1, backendId: "x" },
    { executionId: "exe_nobody" },
    { "detail-type": "Batch Job Queue Blocked", detail: {} },
    "nothing",
  ];
  expect(await observeMessages(world, book, messages)).toEqual([]);
});
