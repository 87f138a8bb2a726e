// How launch requests become calls to ECS: the table of the mapping, one row a kind.
import { expect, test } from "vitest";
import { fargateSize } from "#functions/backends/ecs/fargate-size.ts";
import { type RunTaskCall, runTask } from "#functions/backends/ecs/run-task.ts";
import { taskDefinition } from "#functions/backends/ecs/task-definition.ts";
import { InstanceSpec } from "#shared/container-group.ts";
import {
  aBundle,
  aLaunch,
  type LaunchBend,
  SITE,
  TASK_ROLE,
} from "#test/functions/backends/a-launch.ts";

const SETTING = {
  taskDefinition: "arn:aws:ecs:us-east-1:123456789012:task-definition/zoe_d_1:1",
  ...{ taskRole: TASK_ROLE, secret: "s3cret", securityGroup: SITE.securityGroup },
};

function call(bend: LaunchBend = {}, place: Parameters<typeof aBundle>[1] = {}): RunTaskCall {
  const made = runTask(SITE, aBundle(bend, place), SETTING);
  if ("refusal" in made) throw new Error(made.refusal);
  return made;
}

function container({ input }: RunTaskCall, name: string) {
  return input.overrides?.containerOverrides?.find((one) => one.name === name);
}

function variables(made: RunTaskCall, name: string): Record<string, string> {
  const pairs = container(made, name)?.environment ?? [];
  return Object.fromEntries(pairs.map(({ name, value }) => [name ?? "", value ?? ""]));
}

function specIn(made: RunTaskCall): InstanceSpec {
  return InstanceSpec.parse(JSON.parse(variables(made, "enter").ZOE_SPEC ?? ""));
}

const FARGATE = [{ capacityProvider: "FARGATE", weight: 1 }];
const SPOT = [{ capacityProvider: "FARGATE_SPOT", weight: 1 }];

const TABLE: Readonly<Record<string, { bend: LaunchBend; place?: object; input: object }>> = {
  "once: one task on demand, in the smallest size that holds it": {
    bend: { run: "once", service: { resources: { cpu: 3, memoryMib: 5000, gpu: 0 } } },
    input: {
      count: 1,
      capacityProviderStrategy: FARGATE,
      startedBy: "exe_01J/main/1/0/1/1",
      overrides: expect.objectContaining({ cpu: "4096", memory: "8192", taskRoleArn: TASK_ROLE }),
    },
  },
  "worker: up to ten alike in one call, on spot": {
    bend: { run: "worker", service: { capacity: "spot" } },
    place: { from: 20, size: 10 },
    input: { count: 10, capacityProviderStrategy: SPOT, startedBy: "exe_01J/main/1/20/10/1" },
  },
  "filler is spot": {
    bend: { run: "once", service: { capacity: "filler" } },
    input: { capacityProviderStrategy: SPOT },
  },
  "forever: a task, in its next generation": {
    bend: { run: "forever", instance: { generation: 3 } },
    input: { count: 1, startedBy: "exe_01J/main/3/0/1/1" },
  },
  "more disk than the 20 GiB that come along": {
    bend: { service: { resources: { cpu: 1, memoryMib: 2048, gpu: 0, diskMib: 51_000 } } },
    input: { overrides: expect.objectContaining({ ephemeralStorage: { sizeInGiB: 50 } }) },
  },
  "in a public subnet, reachable by nobody": {
    bend: {},
    input: {
      networkConfiguration: {
        awsvpcConfiguration: {
          subnets: SITE.subnets,
          securityGroups: ["sg-0closed"],
          assignPublicIp: "ENABLED",
        },
      },
    },
  },
};

for (const [fact, { bend, place, input }] of Object.entries(TABLE))
  test(fact, () => {
    expect(call(bend, place).input).toMatchObject({ cluster: SITE.cluster, ...input });
  });

test("the same bundle is the same call, byte by byte; another attempt has another token", () => {
  const tokens = [call(), call(), call({}, { attempt: 2 })].map(({ input }) => input.clientToken);
  expect(JSON.stringify(call())).toBe(JSON.stringify(call()));
  expect(new Set(tokens).size).toBe(2);
  expect(tokens[0]).toMatch(/^[!-~]{1,64}$/);
});

test("a program gets its command, its parameters and the address of its runtime API", () => {
  const made = call();
  expect(container(made, "program")?.command).toEqual(["node", "main.ts"]);
  expect(variables(made, "program")).toMatchObject({
    ...{ ZOE_PARAM_MODEL: "large", ZOE_EXECUTION_ID: "exe_01J", ZOE_INSTANCE: "0" },
    ZOE_RUNTIME_API: "http://127.0.0.1:9001/s3cret",
  });
  expect(specIn(made)).toMatchObject({ starts: [], size: 1, isFenced: true, tenant: "physics" });
});

test("the sidecar's memory is taken from the program's, so that the program is what runs out of it", () => {
  const made = call({ service: { resources: { cpu: 1, memoryMib: 2048, gpu: 0 } } });
  expect(container(made, "program")?.memory).toBe(2048 - 128);
});

test("ten workers are told the same, and have no number", () => {
  const made = call({ run: "worker" }, { from: 10, size: 10 });
  expect(variables(made, "program")).not.toHaveProperty("ZOE_INSTANCE");
  expect(specIn(made)).toMatchObject({
    isFenced: false,
    worker: { queue: "tasks", idleSeconds: 20 },
    starts: [],
  });
});

test("what is longer than 8,192 characters goes to a file of the tenant, and the program is started by a script", () => {
  const made = call({ environment: { LONG: "x".repeat(9000) } });
  expect(JSON.stringify(made.input.overrides).length).toBeLessThanOrEqual(8192);
  expect(made.file?.key).toMatch(/^tenants\/physics\/sorter\/launches\/exe_01J\/[0-9a-f]+\.json$/);
  expect(variables(made, "enter").ZOE_SPEC).toBe(`s3:${made.file?.key}`);
  expect(container(made, "program")?.command).toEqual(["/bin/sh", "/zoe/start"]);
  const spec = InstanceSpec.parse(JSON.parse(made.file?.content ?? ""));
  expect(spec.starts[0]?.environment).toHaveProperty("LONG");
});

test("without a command of its own there is nothing that a script could start, and that is said", () => {
  const service = { command: undefined };
  const bundle = aBundle({ service, environment: { LONG: "x".repeat(9000) } });
  expect(runTask(SITE, bundle, SETTING)).toEqual({ refusal: expect.stringContaining("command") });
});

test("sizes are those of Fargate's table", () => {
  const of = (cpu: number, memoryMib: number, most?: number) => {
    const size = fargateSize({ cpu, memoryMib }, most);
    return size && `${size.vcpus}/${size.memoryMib}`;
  };
  expect(of(0.1, 100)).toBe("0.25/512");
  expect(of(0.25, 3000)).toBe("0.5/3072");
  expect(of(1, 512)).toBe("1/2048");
  expect(of(1, 9000)).toBe("2/9216");
  expect(of(8, 17_000)).toBe("8/20480");
  expect(of(16, 122_880)).toBe("16/122880");
  expect(of(17, 1024)).toBeUndefined();
  expect(of(17, 1024, 32)).toBe("32/61440");
  expect(of(1, 245_760, 32)).toBe("32/249856");
});

test("a definition holds nothing of an execution: it is the same for two of them", () => {
  const other = aLaunch({
    instance: { executionId: "exe_02K", index: 7, generation: 9 },
    ...{ user: "bob", environment: { ZOE_PARAM_MODEL: "small" } },
    service: {
      command: { kind: "shell", text: "true" },
      resources: { cpu: 4, memoryMib: 9000, gpu: 0 },
    },
  });
  expect(taskDefinition(SITE, other)).toEqual(taskDefinition(SITE, aLaunch()));
});

test("another image, port or secret is another definition", () => {
  const families = [
    aLaunch(),
    aLaunch({ service: { image: "zoe/other" } }),
    aLaunch({ service: { secrets: { KEY: "boinc" } } }),
    aLaunch({ run: "forever" }),
    aLaunch({ run: "forever", service: { ports: [{ name: "web", port: 8888 }] } }),
  ].map((request) => taskDefinition(SITE, request).family);
  expect(new Set(families).size).toBe(5);
  for (const family of families) expect(family).toMatch(/^zoe_d_[0-9a-f]{32}$/);
});

test("enter goes first, program and sidecar after its success; only the sidecar is essential", () => {
  const { containerDefinitions = [] } = taskDefinition(SITE, aLaunch());
  const after = [{ containerName: "enter", condition: "SUCCESS" }];
  expect(containerDefinitions).toMatchObject([
    { name: "enter", essential: false, command: ["enter"], image: SITE.sidecarImage },
    { name: "program", essential: false, dependsOn: after, image: SITE.images["zoe/classifier"] },
    { name: "sidecar", essential: true, dependsOn: after, command: ["sidecar"] },
  ]);
  for (const { logConfiguration, mountPoints, privileged } of containerDefinitions) {
    expect(logConfiguration).toMatchObject({ logDriver: "awslogs", options: { mode: "blocking" } });
    expect(mountPoints).toEqual([{ sourceVolume: "zoe", containerPath: "/zoe" }]);
    expect(privileged).toBeUndefined();
  }
});

test("secrets are named only: their values come from Secrets Manager at start", () => {
  const { containerDefinitions } = taskDefinition(
    SITE,
    aLaunch({ service: { secrets: { KEY: "boinc" } } }),
  );
  expect(containerDefinitions?.[1]?.secrets).toEqual([
    {
      name: "KEY",
      valueFrom: "arn:aws:secretsmanager:us-east-1:123456789012:secret:zoe/secrets/physics/boinc",
    },
  ]);
});
