// How launch requests become calls to Batch: the table of the mapping, and the documented rules of multi-node jobs, field by field.
import { expect, test } from "vitest";
import { jobDefinition } from "#functions/backends/batch/job-definition.ts";
import { type Shape, shapeOf } from "#functions/backends/batch/shape.ts";
import { type SubmitJobCall, shareOf, submitJob } from "#functions/backends/batch/submit-job.ts";
import { fargateSize } from "#functions/backends/ecs/fargate-size.ts";
import { InstanceSpec } from "#shared/container-group.ts";
import {
  aBundle,
  aLaunch,
  type LaunchBend,
  SITE,
  TASK_ROLE,
} from "#test/functions/backends/a-launch.ts";

const DEFINITION = "arn:aws:batch:us-east-1:123456789012:job-definition/zoe_d_1:1";

function shape(bend: LaunchBend): Shape {
  const made = shapeOf(aLaunch(bend));
  if ("refusal" in made) throw new Error(made.refusal);
  return made;
}

function call(bend: LaunchBend, place: Parameters<typeof aBundle>[1] = {}): SubmitJobCall {
  const setting = { jobDefinition: DEFINITION, secret: "s3cret", shape: shape(bend) };
  const made = submitJob(SITE, aBundle(bend, place), setting);
  if ("refusal" in made) throw new Error(made.refusal);
  return made;
}

function specIn({ input, file }: SubmitJobCall): InstanceSpec {
  const override =
    input.ecsPropertiesOverride ??
    input.nodeOverrides?.nodePropertyOverrides?.[0]?.ecsPropertiesOverride;
  const [enter] = override?.taskProperties?.[0]?.containers ?? [];
  const told = enter?.environment?.find(({ name }) => name === "ZOE_SPEC")?.value ?? "";
  return InstanceSpec.parse(JSON.parse(file?.content ?? told));
}

const large = { resources: { cpu: 40, memoryMib: 100_000, gpu: 0 } };
const gpu = { resources: { cpu: 4, memoryMib: 8000, gpu: 1 } };

interface Row {
  readonly bend: LaunchBend;
  readonly place?: object;
  readonly input: object;
  readonly without?: readonly string[];
}

const TABLE: Readonly<Record<string, Row>> = {
  "array: one array job, on Fargate where it fits": {
    bend: { run: "array" },
    place: { from: 0, size: 500 },
    input: {
      ...{ jobName: "exe_01J-main-1-0-500-1", jobQueue: "zoe_fargate" },
      arrayProperties: { size: 500 },
    },
  },
  "array of one: a plain job, since an array has at least two": {
    bend: { run: "array" },
    place: { from: 7 },
    input: { jobName: "exe_01J-main-1-7-1-1" },
    without: ["arrayProperties"],
  },
  "once, larger than Fargate: a job on hosts": {
    bend: { run: "once", service: large },
    input: { jobQueue: "zoe_ec2" },
    without: ["arrayProperties", "nodeOverrides"],
  },
  "once with a GPU: a job on hosts with GPUs": {
    bend: { run: "once", service: gpu },
    input: { jobQueue: "zoe_gpu" },
  },
  "worker with a GPU: jobs on hosts with GPUs": {
    bend: { run: "worker", service: gpu },
    place: { size: 3 },
    input: { jobQueue: "zoe_gpu", arrayProperties: { size: 3 } },
  },
  "gang: one job of all its nodes": {
    bend: { run: "gang" },
    place: { size: 4 },
    input: {
      jobQueue: "zoe_mpi-efa",
      nodeOverrides: { numNodes: 4, nodePropertyOverrides: [{ targetNodes: "0:" }] },
    },
    without: ["arrayProperties", "ecsPropertiesOverride"],
  },
  "gang with GPUs: hosts with GPUs and EFA": {
    bend: { run: "gang", service: gpu },
    place: { size: 4 },
    input: { jobQueue: "zoe_mpi-gpu" },
  },
  "a limit of time: Batch's own clock stands behind the sidecar's": {
    bend: { run: "array", service: { maxTimeSeconds: 0.5 } },
    input: { timeout: { attemptDurationSeconds: 121 } },
  },
};

for (const [fact, { bend, place, input, without = [] }] of Object.entries(TABLE))
  test(fact, () => {
    const made = call(bend, place).input;
    expect(made).toMatchObject({
      ...{ jobDefinition: DEFINITION, shareIdentifier: shareOf("physics"), ...input },
    });
    expect(without.filter((field) => field in made)).toEqual([]);
  });

test("shares are letters and digits, one for each tenant", () => {
  expect(shareOf("st-mary's hospital")).toMatch(/^[a-z0-9]{1,255}$/);
  expect(shareOf("physics")).not.toBe(shareOf("physics-2"));
});

test("children that are alike are told once, those that differ each their own", () => {
  const alike = call({ run: "array" }, { size: 300 });
  expect(specIn(alike)).toMatchObject({ index: 0, size: 300 });
  expect(specIn(alike).starts).toHaveLength(1);
  const bundle = aBundle({ run: "array" }, { size: 300 });
  const requests = bundle.requests.map((request, n) => ({
    ...request,
    environment: { POINT: String(n) },
  })) as unknown as typeof bundle.requests;
  const setting = { jobDefinition: DEFINITION, secret: "s", shape: shape({ run: "array" }) };
  const made = submitJob(SITE, { ...bundle, requests }, setting) as SubmitJobCall;
  expect(specIn(made).starts.map(({ environment }) => environment.POINT)).toHaveLength(300);
  expect(made.file?.key).toContain("tenants/physics/sorter/launches/exe_01J/");
  expect(JSON.stringify(made.input.ecsPropertiesOverride).length).toBeLessThanOrEqual(8192);
});

test("the containers of a Fargate job add up to one of its sizes", () => {
  for (const resources of [
    { cpu: 0.25, memoryMib: 512, gpu: 0 },
    { cpu: 3, memoryMib: 9000, gpu: 0 },
    { cpu: 16, memoryMib: 120 * 1024, gpu: 0 },
  ]) {
    const parts = Object.values(shape({ run: "array", service: { resources } }).containers);
    const cpu = parts.reduce((sum, { vcpus }) => sum + vcpus, 0);
    const memoryMib = parts.reduce((sum, part) => sum + part.memoryMib, 0);
    expect(fargateSize({ cpu, memoryMib })).toEqual({ vcpus: cpu, memoryMib });
  }
});

test("a job on hosts takes a whole one, in whole vCPUs, and its program is never root", () => {
  const made = shape({ run: "once", service: large });
  expect(made.host).toMatchObject({ vcpus: 64, queue: "ec2" });
  expect(Object.values(made.containers).map(({ vcpus }) => vcpus)).toEqual([1, 62, 1]);
  const definition = jobDefinition(SITE, aLaunch({ service: large }), made, TASK_ROLE);
  const program = definition.ecsProperties?.taskProperties?.[0]?.containers?.[1];
  expect(program).toMatchObject({ name: "program", user: "1000:1000" });
  expect(definition).toMatchObject({
    platformCapabilities: ["EC2"],
    retryStrategy: { attempts: 1 },
  });
  expect(definition.ecsProperties?.taskProperties?.[0]).not.toHaveProperty("networkConfiguration");
});

test("role, image and shape make a definition: Batch's calls can override none of them", () => {
  const name = (bend: LaunchBend, role = TASK_ROLE) =>
    jobDefinition(SITE, aLaunch(bend), shape(bend), role).jobDefinitionName;
  const other = { instance: { executionId: "exe_02K", index: 3, generation: 2 } };
  expect(name({ ...other, environment: { A: "b" } })).toBe(name({}));
  const names = [
    name({}),
    name({}, `${TASK_ROLE}2`),
    name({ service: { image: "other" } }),
    name({ service: { resources: { cpu: 2, memoryMib: 4096, gpu: 0 } } }),
    name({ run: "gang" }),
  ];
  expect(new Set(names).size).toBe(5);
});

test("a gang of 60 nodes keeps each documented rule of multi-node jobs", () => {
  const efa = { count: 60, nodes: 60, resources: { cpu: 60, memoryMib: 100_000, gpu: 0 } };
  const bend: LaunchBend = { run: "gang", service: efa };
  const made = shape(bend);
  const { nodeProperties, ...definition } = jobDefinition(SITE, aLaunch(bend), made, TASK_ROLE);
  const { input } = call(bend, { size: 60 });
  expect(definition).toMatchObject({ type: "multinode", platformCapabilities: ["EC2"] });
  expect(definition).not.toHaveProperty("ecsProperties");
  const [range, ...others] = nodeProperties?.nodeRangeProperties ?? [];
  // An open range that begins below the number of nodes, so that the call may say how many; and it covers all.
  expect([range?.targetNodes, others]).toEqual(["0:", []]);
  expect(input.nodeOverrides?.numNodes).toBe(60);
  expect(nodeProperties?.mainNode).toBeLessThan(60);
  expect(input.nodeOverrides?.nodePropertyOverrides?.map(({ targetNodes }) => targetNodes)).toEqual(
    ["0:"],
  );
  // One type for all nodes, with one EFA card, which is device 0; RDMA may pin memory.
  expect(range?.instanceTypes).toEqual(["c5n.18xlarge"]);
  expect(made.host?.efaCards).toBe(1);
  const [task] = range?.ecsProperties?.taskProperties ?? [];
  const program = task?.containers?.find(({ name }) => name === "program");
  expect(program?.linuxParameters?.devices).toEqual([
    {
      hostPath: "/dev/infiniband/uverbs0",
      containerPath: "/dev/infiniband/uverbs0",
      permissions: ["READ", "WRITE", "MKNOD"],
    },
  ]);
  expect(program?.ulimits).toEqual([{ name: "memlock", softLimit: -1, hardLimit: -1 }]);
  // Hosts, so no network configuration of a task's own; neither array nor plain overrides beside nodes.
  expect(task).not.toHaveProperty("networkConfiguration");
  expect(input).not.toHaveProperty("arrayProperties");
  expect(input).not.toHaveProperty("ecsPropertiesOverride");
  // Every node states vCPUs and memory, and no more than its host has.
  const parts = Object.values(made.containers);
  expect(parts.every(({ vcpus, memoryMib }) => Number.isInteger(vcpus) && memoryMib >= 4)).toBe(
    true,
  );
  expect(parts.reduce((sum, { vcpus }) => sum + vcpus, 0)).toBe(72);
  expect(JSON.stringify(input).length).toBeLessThan(30 * 1024);
});

test("a gang is told its slots, and starts by a script that knows its node", () => {
  const spec = specIn(call({ run: "gang" }, { size: 4 }));
  expect(spec).toMatchObject({ gang: { slots: [2, 2, 2, 1], startWithinSeconds: 600 }, size: 4 });
  expect(spec.starts).toHaveLength(1);
});

test("the secret of a gang reaches its nodes by name only", () => {
  const definition = jobDefinition(
    SITE,
    aLaunch({ run: "gang" }),
    shape({ run: "gang" }),
    TASK_ROLE,
  );
  expect(JSON.stringify(definition)).toContain("secret:zoe/secrets/physics/exe_01J.gang.secret");
});

const REFUSALS: Readonly<Record<string, { bend: LaunchBend; says: RegExp }>> = {
  "a gang on spot": { bend: { run: "gang", service: { capacity: "spot" } }, says: /on-demand/ },
  "a gang on hosts with four EFA cards": {
    bend: { run: "gang", service: { resources: { cpu: 90, memoryMib: 1_000_000, gpu: 8 } } },
    says: /p4d\.24xlarge.*4 EFA cards/,
  },
  "what no host holds": {
    bend: { service: { resources: { cpu: 500, memoryMib: 100, gpu: 0 } } },
    says: /No host of the queue ec2 holds 500 vCPU/,
  },
};

for (const [what, { bend, says }] of Object.entries(REFUSALS))
  test(`${what} is refused with the reason`, () => {
    expect(shapeOf(aLaunch(bend))).toEqual({ refusal: expect.stringMatching(says) });
  });
