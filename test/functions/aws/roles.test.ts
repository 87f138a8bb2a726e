// Task roles, made over the double of IAM: what they may do, whose they are, and that a repeat changes nothing.
import { IAMClient } from "@aws-sdk/client-iam";
import { expect, test } from "vitest";
import { declaredBy, prepareRole, removeRole } from "#functions/aws/roles.ts";
import { hashed } from "#functions/aws/task-queues/shelf.ts";
import { StoredRoles } from "#functions/backends/stored-roles.ts";
import { memoryStore } from "#local/store/memory-store.ts";
import { AD_HOC, taskQueuePrefix } from "#shared/aws-names.ts";
import { Aws } from "#test/aws/aws.ts";
import { iam } from "#test/aws/iam.ts";
import { NOON } from "#test/builders.ts";
import { VirtualTimers } from "#test/contract/virtual-timers.ts";
import { aLaunch } from "#test/functions/backends/a-launch.ts";

const PLACE = {
  ...{ stack: "zoe", region: "us-east-1", account: "123456789012", bucket: "zoe-bucket" },
  ...{ workTable: "zoe-work", boundary: "arn:aws:iam::123456789012:policy/zoe/zoe/boundary" },
};
const OWNER = { tenant: "physics", zapp: "sorter" };
const QUEUES = { hasQueues: true, needs: [] };

function open() {
  const clock = new VirtualTimers(NOON);
  const double = iam({ now: clock.now.bind(clock) });
  const aws = new Aws({ services: [double.service], clock });
  const store = memoryStore({ now: () => clock.now() });
  const client = new IAMClient(aws.client("roles", { maxAttempts: 1 }));
  const parts = { iam: client, store, place: PLACE, now: () => clock.now() };
  const roles = new StoredRoles(store, () => clock.now());
  const calls: string[] = [];
  aws.recorder = ({ operation }) => calls.push(operation);
  return { clock, double, aws, store, parts, roles, calls };
}

function policyOf(double: ReturnType<typeof iam>, n = 0) {
  const text = double.roles()[n]?.policies.get("rights") ?? "{}";
  const { Statement } = JSON.parse(text) as {
    Statement: { Sid: string; Resource: string[]; Action: string[]; Condition?: object }[];
  };
  return new Map(Statement.map((statement) => [statement.Sid, statement]));
}

test("a role lies under the stack's path, inside its boundary, with the tenant's tag", async () => {
  const { double, parts } = open();
  const { arn } = await prepareRole(parts, OWNER, QUEUES);
  expect(arn).toMatch(/^arn:aws:iam::123456789012:role\/zoe\/zoe\/task\/zoe_r_[0-9a-f]{24}$/);
  expect(double.roles()).toMatchObject([
    { arn, boundary: PLACE.boundary, tags: { "zoe:tenant": "physics" } },
  ]);
});

test("it reaches its own records, queues and files, and no others", async () => {
  const { double, parts } = open();
  await prepareRole(parts, OWNER, QUEUES);
  const policy = policyOf(double);
  expect(policy.get("OwnItems")?.Condition).toEqual({
    "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["physics#sorter#*"] },
    Null: { "dynamodb:LeadingKeys": "false" },
  });
  expect(policy.get("OwnTasks")?.Resource).toEqual([
    `arn:aws:sqs:us-east-1:123456789012:${taskQueuePrefix("zoe")}${hashed("physics#sorter")}_*`,
  ]);
  const resources = [...policy.values()].flatMap(({ Resource }) => Resource);
  const foreign = resources.filter(
    (one) => one.includes(":s3:") && !one.includes("tenants/physics/"),
  );
  expect(foreign).toEqual(["arn:aws:s3:::zoe-bucket"]);
});

test("without queues it reaches none; what it needs it gets, to read or to write", async () => {
  const { double, parts } = open();
  const needs = [
    { kind: "bucket", bucket: "inputs", access: "read" },
    { kind: "bucket", bucket: "models", access: "write" },
    { kind: "zoe", access: "submit" },
  ] as const;
  await prepareRole(parts, OWNER, { hasQueues: false, needs });
  const policy = policyOf(double);
  expect(policy.has("OwnTasks")).toBe(false);
  const may = (sid: string, folder: string) =>
    policy
      .get(sid)
      ?.Resource.includes(`arn:aws:s3:::zoe-bucket/tenants/physics/buckets/${folder}/*`);
  expect([may("ReadFiles", "inputs"), may("WriteFiles", "inputs")]).toEqual([true, false]);
  expect([may("ReadFiles", "models"), may("WriteFiles", "models")]).toEqual([true, true]);
});

test("a zapp declares by its queues and by what its services need", () => {
  const { service } = aLaunch({ service: { needs: [{ kind: "zoe", access: "read" }] } });
  expect(declaredBy({ services: [service], queues: {} })).toEqual({
    hasQueues: false,
    needs: [{ kind: "zoe", access: "read" }],
  });
});

test("a repeat changes nothing; other rights are another role", async () => {
  const { double, parts, calls } = open();
  const first = await prepareRole(parts, OWNER, QUEUES);
  expect(await prepareRole(parts, OWNER, QUEUES)).toEqual(first);
  expect(calls).toEqual(["CreateRole", "PutRolePolicy"]);
  const other = await prepareRole(parts, OWNER, { hasQueues: false, needs: [] });
  expect(other.arn).not.toBe(first.arn);
  expect(double.roles()).toHaveLength(2);
});

test("a crash between the two calls is made good by a repeat", async () => {
  const { aws, double, parts } = open();
  aws.faults = ({ operation }) =>
    operation === "PutRolePolicy" ? { kind: "lostRequest" } : undefined;
  await expect(prepareRole(parts, OWNER, QUEUES)).rejects.toThrow();
  aws.faults = undefined;
  await prepareRole(parts, OWNER, QUEUES);
  expect(double.roles()).toHaveLength(1);
  expect(policyOf(double).has("OwnItems")).toBe(true);
});

test("launches wait until there is a role, and know that it is young for two minutes", async () => {
  const { clock, parts, roles } = open();
  expect(await roles.roleOf(aLaunch())).toEqual({ kind: "preparing" });
  const { arn } = await prepareRole(parts, OWNER, QUEUES);
  expect(await roles.roleOf(aLaunch())).toEqual({ kind: "ready", arn, isYoung: true });
  clock.elapse(120_000);
  expect(await roles.roleOf(aLaunch())).toEqual({ kind: "ready", arn, isYoung: false });
  expect(await roles.roleOf(aLaunch({ tenant: "chemistry" }))).toEqual({ kind: "preparing" });
  expect(await roles.roleOf(aLaunch({ isAdHoc: true }))).toEqual({ kind: "preparing" });
  const own = await prepareRole(parts, { tenant: "physics", zapp: AD_HOC }, QUEUES);
  expect(await roles.roleOf(aLaunch({ isAdHoc: true }))).toMatchObject({ arn: own.arn });
});

test("what is removed is gone, twice is fine", async () => {
  const { double, parts, roles } = open();
  await prepareRole(parts, OWNER, QUEUES);
  await removeRole(parts, OWNER);
  await removeRole(parts, OWNER);
  expect(double.roles()).toEqual([]);
  expect(await roles.roleOf(aLaunch())).toEqual({ kind: "preparing" });
});

test("elsewhere a new role is known only after some seconds", async () => {
  const { clock, double, parts } = open();
  const { arn } = await prepareRole(parts, OWNER, QUEUES);
  expect(double.isReady(arn)).toBe(false);
  clock.elapse(8000);
  expect(double.isReady(arn)).toBe(true);
  expect(double.isReady(`${arn}x`)).toBe(false);
});
