// The double's Batch behaves as AWS's documentation says it does; each test is one documented manner.
import * as sdk from "@aws-sdk/client-batch";
import { beforeEach, expect, test } from "vitest";
import { VirtualTimers } from "#test/contract/virtual-timers.ts";
import { Aws } from "./aws.ts";
import { type Batch, batch } from "./batch.ts";
import type { BridgeEvent, Group, Stage } from "./stage.ts";

const LAG = 800;

let clock: VirtualTimers;
let double: Batch;
let client: sdk.BatchClient;
let events: BridgeEvent[];
let cast: { readonly group: Group; readonly stage: Stage }[];
let [hasRoom, isRoleReady] = [true, true];

beforeEach(async () => {
  clock = new VirtualTimers(Date.UTC(2026, 0, 1));
  [events, cast, hasRoom, isRoleReady] = [[], [], true, true];
  double = batch({
    ...{ clock, queues: ["zoe_fargate", "zoe_mpi"], lagMs: LAG },
    cast: (group, stage) => cast.push({ group, stage }),
    onEvent: (event) => events.push(event),
    ...{ hasRoom: () => hasRoom, isRoleReady: () => isRoleReady },
  });
  const aws = new Aws({ services: [double.service], clock });
  client = new sdk.BatchClient(aws.client("launch", { maxAttempts: 1 }));
  await register();
  await register({ jobDefinitionName: "gang", ...GANG });
});

const TASK: sdk.EcsTaskProperties = {
  executionRoleArn: "arn:aws:iam::123456789012:role/execution",
  containers: [
    {
      ...{ name: "main", image: "busybox" },
      resourceRequirements: [
        { type: "VCPU", value: "1" },
        { type: "MEMORY", value: "2048" },
      ],
    },
  ],
};

const GANG = {
  ...{ type: "multinode", platformCapabilities: ["EC2"], ecsProperties: undefined },
  nodeProperties: {
    ...{ numNodes: 1, mainNode: 0 },
    nodeRangeProperties: [
      {
        targetNodes: "0:",
        instanceTypes: ["c5n.18xlarge"],
        ecsProperties: { taskProperties: [TASK] },
      },
    ],
  },
} as const;

function register(bend: object = {}) {
  const input = {
    ...{ jobDefinitionName: "sorter", type: "container", platformCapabilities: ["FARGATE"] },
    ...{ ecsProperties: { taskProperties: [TASK] }, ...bend },
  } as sdk.RegisterJobDefinitionCommandInput;
  return client.send(new sdk.RegisterJobDefinitionCommand(input));
}

async function submit(bend: Partial<sdk.SubmitJobCommandInput> = {}): Promise<string> {
  const input = { jobName: "job", jobQueue: "zoe_fargate", jobDefinition: "sorter:1", ...bend };
  const command = new sdk.SubmitJobCommand({ shareIdentifier: "t1", ...input });
  return (await client.send(command)).jobId ?? "";
}

async function look(...jobs: string[]): Promise<sdk.JobDetail[]> {
  return (await client.send(new sdk.DescribeJobsCommand({ jobs }))).jobs ?? [];
}

const list = (input: sdk.ListJobsCommandInput) => client.send(new sdk.ListJobsCommand(input));
const terminate = (jobId: string, reason = "Enough.") =>
  client.send(new sdk.TerminateJobCommand({ jobId, reason }));
const cancel = (jobId: string) =>
  client.send(new sdk.CancelJobCommand({ jobId, reason: "Not needed." }));
const statuses = () => events.map(({ detail }) => detail.status);
const gang = (numNodes: number, more: object = {}) =>
  submit({ jobQueue: "zoe_mpi", jobDefinition: "gang:1", nodeOverrides: { numNodes, ...more } });

test("a job goes its way; there is no event of its submission", async () => {
  const id = await submit();
  clock.elapse(5000);
  cast[0]?.stage.end({ exitCodes: { main: 0 } });
  expect(statuses()).toEqual(["PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED"]);
  expect(await look(id)).toMatchObject([{ status: "SUCCEEDED", attempts: [{}] }]);
});

test("an event is as EventBridge delivers it: a job's detail, times in milliseconds, no version", async () => {
  const id = await submit();
  clock.elapse(5000);
  expect(events[0]).toMatchObject({
    ...{ source: "aws.batch", "detail-type": "Batch Job State Change" },
    detail: { jobId: id, jobName: "job", createdAt: Date.UTC(2026, 0, 1), attempts: [] },
  });
  expect(events[0]?.detail).not.toHaveProperty("version");
});

test("names are not unique: the same call twice is two jobs", async () => {
  const [first, second] = [await submit(), await submit()];
  expect(first).not.toBe(second);
  clock.elapse(LAG);
  const filters = [{ name: "JOB_NAME", values: ["JOB"] }];
  const { jobSummaryList } = await list({ jobQueue: "zoe_fargate", filters });
  expect(jobSummaryList?.map(({ jobId }) => jobId)).toEqual([first, second]);
});

test("describe and list know of a job only after a while", async () => {
  const id = await submit();
  const filters = [{ name: "JOB_NAME", values: ["jo*"] }];
  expect(await look(id)).toEqual([]);
  expect((await list({ jobQueue: "zoe_fargate", filters })).jobSummaryList).toEqual([]);
  clock.elapse(LAG);
  expect(await look(id)).toHaveLength(1);
  expect((await list({ jobQueue: "zoe_fargate", filters })).jobSummaryList).toHaveLength(1);
});

test("without a filter a list tells what runs, and nothing else", async () => {
  await submit();
  clock.elapse(1500);
  expect((await list({ jobQueue: "zoe_fargate" })).jobSummaryList).toEqual([]);
  clock.elapse(4000);
  expect((await list({ jobQueue: "zoe_fargate" })).jobSummaryList).toHaveLength(1);
});

test("an array's children have numbers, and its parent waits for them", async () => {
  const id = await submit({ arrayProperties: { size: 3 } });
  clock.elapse(6000);
  expect(
    cast.map(({ group }) => group.containers[0]?.environment.AWS_BATCH_JOB_ARRAY_INDEX),
  ).toEqual(["0", "1", "2"]);
  cast[0]?.stage.end({ exitCodes: { main: 0 } });
  expect(await look(id, `${id}:0`)).toMatchObject([
    {
      status: "PENDING",
      arrayProperties: { size: 3, statusSummary: { SUCCEEDED: 1, RUNNING: 2 } },
    },
    { status: "SUCCEEDED", arrayProperties: { index: 0 } },
  ]);
  cast[1]?.stage.end({ exitCodes: { main: 4 } });
  cast[2]?.stage.end({ exitCodes: { main: 0 } });
  expect(await look(id)).toMatchObject([{ status: "FAILED" }]);
});

test("filters pass over the children of arrays; the array's own list has them", async () => {
  const id = await submit({ arrayProperties: { size: 3 } });
  clock.elapse(6000);
  const filters = [{ name: "JOB_NAME", values: ["job"] }];
  const byName = await list({ jobQueue: "zoe_fargate", filters });
  expect(byName.jobSummaryList?.map(({ jobId }) => jobId)).toEqual([id]);
  expect((await list({ arrayJobId: id })).jobSummaryList).toHaveLength(3);
});

test("a failed attempt that may be tried again brings the job back to RUNNABLE", async () => {
  const id = await submit({ retryStrategy: { attempts: 2 } });
  clock.elapse(5000);
  cast[0]?.stage.end({ exitCodes: { main: 1 } });
  expect(await look(id)).toMatchObject([{ status: "RUNNABLE", attempts: [{}] }]);
  clock.elapse(5000);
  cast[1]?.stage.end({ exitCodes: { main: 0 } });
  expect(await look(id)).toMatchObject([{ status: "SUCCEEDED", attempts: [{}, {}] }]);
});

test("cancelling what starts or runs succeeds, and changes nothing", async () => {
  const id = await submit();
  clock.elapse(5000);
  await cancel(id);
  expect(await look(id)).toMatchObject([{ status: "RUNNING" }]);
  await terminate(id);
  expect(await look(id)).toMatchObject([
    { status: "FAILED", statusReason: "Enough.", isTerminated: true },
  ]);
});

test("cancelling and terminating what has not started ends it", async () => {
  const [first, second] = [await submit(), await submit()];
  clock.elapse(1000);
  await cancel(first);
  await terminate(second);
  expect(await look(first, second)).toMatchObject([
    { status: "FAILED", statusReason: "Not needed.", isCancelled: true },
    { status: "FAILED", statusReason: "Enough.", isCancelled: true },
  ]);
  clock.elapse(10_000);
  expect(cast).toEqual([]);
});

test("terminating an array ends all its children, an unknown job counts as done", async () => {
  const id = await submit({ arrayProperties: { size: 2 } });
  clock.elapse(6000);
  await terminate(id);
  await terminate("nobody");
  expect((await look(`${id}:0`, `${id}:1`)).map(({ status }) => status)).toEqual([
    "FAILED",
    "FAILED",
  ]);
});

test("what is terminated is asked, and killed after 30 seconds", async () => {
  const id = await submit();
  clock.elapse(5000);
  cast[0]?.stage.onStop(() => {});
  await terminate(id);
  clock.elapse(29_000);
  expect(await look(id)).toMatchObject([{ status: "RUNNING" }]);
  clock.elapse(2000);
  const [job] = await look(id);
  expect(job?.status).toBe("FAILED");
  expect(job?.ecsProperties?.taskProperties?.[0]?.containers?.[0]?.exitCode).toBe(137);
});

test("a job over its time is ended, and not tried again", async () => {
  const id = await submit({
    timeout: { attemptDurationSeconds: 60 },
    retryStrategy: { attempts: 3 },
  });
  clock.elapse(70_000);
  expect(await look(id)).toMatchObject([
    { status: "FAILED", statusReason: "Job attempt duration exceeded timeout", attempts: [{}] },
  ]);
});

test("without room a job stays RUNNABLE", async () => {
  hasRoom = false;
  const id = await submit();
  clock.elapse(60_000);
  expect(await look(id)).toMatchObject([{ status: "RUNNABLE" }]);
  hasRoom = true;
  clock.elapse(20_000);
  expect(await look(id)).toMatchObject([{ status: "RUNNING" }]);
});

test("of a gang the main node starts first, the others when it runs", async () => {
  const id = await gang(3);
  clock.elapse(4000);
  expect(cast.map(({ group }) => group.id)).toEqual([id]);
  clock.elapse(4000);
  expect(cast.map(({ group }) => group.id)).toEqual([id, `${id}#1`, `${id}#2`]);
  expect(cast[2]?.group.containers[0]?.environment).toMatchObject({
    ...{ AWS_BATCH_JOB_NODE_INDEX: "2", AWS_BATCH_JOB_NUM_NODES: "3" },
    AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS: expect.any(String),
  });
});

test("the main node's end is the gang's; another node's end changes nothing", async () => {
  const id = await gang(3);
  clock.elapse(8000);
  cast[1]?.stage.end({ exitCodes: { main: 1 } });
  expect(await look(id)).toMatchObject([{ status: "RUNNING" }]);
  cast[0]?.stage.end({ exitCodes: { main: 0 } });
  expect(await look(id, `${id}#2`)).toMatchObject([{ status: "SUCCEEDED" }, { status: "FAILED" }]);
});

test("overrides that are too long fail the job, not the call", async () => {
  const environment = [{ name: "A", value: "x".repeat(9000) }];
  const override = { taskProperties: [{ containers: [{ name: "main", environment }] }] };
  const id = await submit({ ecsPropertiesOverride: override });
  clock.elapse(5000);
  expect(await look(id)).toMatchObject([
    { status: "FAILED", statusReason: "Container Overrides length must be at most 8192" },
  ]);
});

test("a role that was just made fails the job", async () => {
  isRoleReady = false;
  const id = await submit();
  clock.elapse(5000);
  expect(await look(id)).toMatchObject([
    { status: "FAILED", statusReason: expect.stringContaining("unable to assume the role") },
  ]);
});

test("more than 50 submissions at once are too many", async () => {
  const answers = await Promise.allSettled(Array.from({ length: 51 }, () => submit()));
  const refused = answers.filter(({ status }) => status === "rejected");
  expect(refused).toMatchObject([{ reason: { name: "TooManyRequestsException" } }]);
});

const REFUSED: Readonly<Record<string, [Partial<sdk.SubmitJobCommandInput>, RegExp]>> = {
  "an array of one": [{ arrayProperties: { size: 1 } }, /between 2 and 10000/],
  "a job without a share": [{ shareIdentifier: undefined }, /shareIdentifier/],
  "a share with a hyphen": [{ shareIdentifier: "st-mary" }, /shareIdentifier/],
  "a name with a slash": [{ jobName: "a/b" }, /jobName/],
  "a queue that is not there": [{ jobQueue: "other" }, /does not exist/],
  "a definition that is not there": [{ jobDefinition: "sorter:9" }, /does not exist/],
  "less than 60 seconds": [{ timeout: { attemptDurationSeconds: 59 } }, /60 seconds/],
  "more than 30 KiB": [{ parameters: { a: "x".repeat(31 * 1024) } }, /30 KiB/],
  "nodes of a plain job": [{ nodeOverrides: { numNodes: 2 } }, /multi-node/],
};
for (const [what, [bend, message]] of Object.entries(REFUSED))
  test(`${what} is refused`, async () => {
    await expect(submit(bend)).rejects.toThrow(message);
  });

const range = GANG.nodeProperties.nodeRangeProperties[0];
const nodes = (nodeProperties: object) => ({ ...GANG, nodeProperties });
const REFUSED_DEFINITIONS: Readonly<Record<string, [object, RegExp]>> = {
  "a gang on Fargate": [{ ...GANG, platformCapabilities: ["FARGATE"] }, /Fargate/],
  "ranges that leave a node out": [
    nodes({ numNodes: 3, mainNode: 0, nodeRangeProperties: [{ ...range, targetNodes: "0:1" }] }),
    /account for all nodes/,
  ],
  "two types of host": [
    nodes({
      numNodes: 1,
      mainNode: 0,
      nodeRangeProperties: [{ ...range, instanceTypes: ["a", "b"] }],
    }),
    /one element/,
  ],
  "a main node beyond the last": [
    nodes({ numNodes: 2, mainNode: 2, nodeRangeProperties: [range] }),
    /mainNode/,
  ],
  "a size that Fargate has not": [
    {
      ecsProperties: {
        taskProperties: [
          {
            ...TASK,
            containers: [
              ...(TASK.containers ?? []),
              { ...TASK.containers?.[0], name: "b" },
              { ...TASK.containers?.[0], name: "c" },
            ],
          },
        ],
      },
    },
    /not valid/,
  ],
};
for (const [what, [bend, message]] of Object.entries(REFUSED_DEFINITIONS))
  test(`a definition with ${what} is refused`, async () => {
    await expect(register(bend)).rejects.toThrow(message);
  });

test("the number of nodes can be overridden only where a range is open", async () => {
  const closed = nodes({
    numNodes: 2,
    mainNode: 0,
    nodeRangeProperties: [{ ...range, targetNodes: "0:1" }],
  });
  await register({ jobDefinitionName: "closed", ...closed });
  const call = submit({
    jobQueue: "zoe_mpi",
    jobDefinition: "closed",
    nodeOverrides: { numNodes: 4 },
  });
  await expect(call).rejects.toThrow(/open node range/);
});
