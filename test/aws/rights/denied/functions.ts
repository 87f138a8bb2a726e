// What each function of the control plane may not do, though it were subverted: what another one is for, what is not the stack's, and power.

import type { AwsFunction } from "#shared/aws-names.ts";
import { ACCOUNT, arn } from "#test/aws/rights/names.ts";
import type { Ask } from "#test/aws/rights/policy.ts";
import { type Attempts, call, item, queueUrl, url } from "./words.ts";

const CLUSTER = arn("ecs", "cluster/zoe");
const TASK_ROLE = `arn:aws:iam::${ACCOUNT}:role/zoe/zoe/task/zoe_r_physics`;
const ADMIN = `arn:aws:iam::${ACCOUNT}:role/admin`;
const BOUNDARY = `arn:aws:iam::${ACCOUNT}:policy/zoe-boundary`;

const run = (bend: object = {}) =>
  call("ecs", "RunTask", {
    ...{ cluster: CLUSTER, taskDefinition: arn("ecs", "task-definition/zoe_d_1:1") },
    ...{ overrides: { taskRoleArn: TASK_ROLE }, ...bend },
  });
const defineTask = (container: object = {}, bend: object = {}) =>
  call("ecs", "RegisterTaskDefinition", {
    ...{ family: "zoe_d_1", containerDefinitions: [{ name: "program", ...container }] },
    ...bend,
  });
const defineJob = (container: object = {}, bend: object = {}) => {
  const containers = [{ name: "program", ...container }];
  return call("batch", "RegisterJobDefinition", {
    ...{ jobDefinitionName: "zoe_d_1", type: "container" },
    ecsProperties: { taskProperties: [{ containers, taskRoleArn: TASK_ROLE, ...bend }] },
  });
};
const submit = (bend: object = {}) =>
  call("batch", "SubmitJob", {
    ...{ jobName: "x", jobQueue: "zoe_ec2", jobDefinition: "zoe_d_1:1", shareIdentifier: "x" },
    ...bend,
  });
const asks = (action: string, resource: string, context: Ask["context"] = {}): Ask => ({
  ...{ action, resource, context },
});
const pass = (role: string, service: string) =>
  asks("iam:PassRole", role, { "iam:PassedToService": service });

const TAGS = [{ Key: "zoe:tenant", Value: "physics" }];
const makeRole = (bend: object = {}) =>
  call("iam", "CreateRole", {
    ...{ RoleName: "zoe_r_1", Path: "/zoe/zoe/task/", PermissionsBoundary: BOUNDARY, Tags: TAGS },
    ...bend,
  });
const ofRole = (operation: string, RoleName: string, bend: object = {}) =>
  call("iam", operation, { RoleName, ...bend });

const secret = (operation: string, SecretId = "zoe/secrets/physics/token") =>
  call("secretsmanager", operation, { SecretId });
const invoke = (name: string) => call("lambda", "Invoke", { FunctionName: `zoe-${name}` });
const write = (TableName: string) => call("dynamodb", "PutItem", { TableName, Item: item("x") });
const deleteTable = (TableName: string) => call("dynamodb", "DeleteTable", { TableName });
const send = (queue: string) => call("sqs", "SendMessageBatch", { QueueUrl: url(queue) });
const put = (Bucket: string) => call("s3", "PutObject", { Bucket, Key: "tenants/physics/x" });

export const functionCalls: Readonly<Record<AwsFunction, Attempts>> = {
  api: {
    "starts a task": run(),
    "submits a job": submit(),
    "defines a task": defineTask(),
    "makes a role": makeRole(),
    "passes a role": pass(TASK_ROLE, "ecs-tasks.amazonaws.com"),
    "calls the definer": invoke("definer"),
    "reads a secret that it keeps": secret("GetSecretValue"),
    "deletes a secret of somebody else's": secret("DeleteSecret", "database/password"),
    "reads the functions' own logs": call("logs", "GetLogEvents", {
      ...{ logGroupName: "/zoe/zoe/functions/roles", logStreamName: "x" },
    }),
    "deletes the control table": deleteTable("zoe-control"),
    "scans the control table": call("dynamodb", "Scan", { TableName: "zoe-control" }),
    "writes into another bucket": put("others"),
    "makes a task queue": call("sqs", "CreateQueue", { QueueName: "zoe_t_x" }),
  },
  schedule: {
    "starts a task": run(),
    "writes an outcome": write("zoe-work"),
    "reads a file": call("s3", "GetObject", { Bucket: "zoe-files", Key: "tenants/physics/x" }),
    "calls the function that makes roles": invoke("roles"),
    "writes another table": write("others"),
    "feeds a task queue": call("sqs", "SendMessage", { QueueUrl: queueUrl("physics#sorter") }),
  },
  launch: {
    "starts a task in another cluster": run({ cluster: arn("ecs", "cluster/others") }),
    "starts what it did not have defined": run({
      taskDefinition: arn("ecs", "task-definition/others:1"),
    }),
    "starts a task that can be entered": run({ enableExecuteCommand: true }),
    "starts a task under an administrator's role": run({ overrides: { taskRoleArn: ADMIN } }),
    "starts a task under the role of the function that makes roles": run({
      overrides: { taskRoleArn: `arn:aws:iam::${ACCOUNT}:role/zoe-roles` },
    }),
    "starts a task under another stack's role": run({
      overrides: { taskRoleArn: `arn:aws:iam::${ACCOUNT}:role/zoe/zoe2/task/zoe2_r_1` },
    }),
    "gives a task role to a machine": pass(TASK_ROLE, "ec2.amazonaws.com"),
    "gives a task role to a function": pass(TASK_ROLE, "lambda.amazonaws.com"),
    "stops a task in another cluster": call("ecs", "StopTask", { cluster: "others", task: "1" }),
    "looks at tasks of another cluster": call("ecs", "DescribeTasks", {
      ...{ cluster: "others", tasks: ["1"] },
    }),
    "lists tasks of another cluster": call("ecs", "ListTasks", { cluster: "others" }),
    "tags a task that runs": asks("ecs:TagResource", arn("ecs", "task/zoe/1")),
    "makes a service that never ends": call("ecs", "CreateService", {
      ...{ cluster: CLUSTER, serviceName: "x" },
    }),
    "defines a task": defineTask(),
    "defines a job": defineJob(),
    "submits a foreign definition": submit({ jobDefinition: "others:1" }),
    "submits to a foreign queue": submit({ jobQueue: "others" }),
    "tags a queue of Batch": asks("batch:TagResource", arn("batch", "job-queue/zoe_ec2")),
    "makes a role": makeRole(),
    "deletes a control queue": call("sqs", "DeleteQueue", { QueueUrl: url("zoe_decide") }),
    "reads a file": call("s3", "GetObject", { Bucket: "zoe-files", Key: "tenants/physics/x" }),
    "reads a secret": secret("GetSecretValue"),
  },
  observe: {
    "starts a task": run(),
    "stops a task": call("ecs", "StopTask", { cluster: "zoe", task: "1" }),
    "ends a job": call("batch", "TerminateJob", { jobId: "1" }),
    "deletes a control queue": call("sqs", "DeleteQueue", { QueueUrl: url("zoe_launch") }),
    "deletes the work table": deleteTable("zoe-work"),
  },
  sweep: {
    "starts a task": run(),
    "stops a task itself": call("ecs", "StopTask", { cluster: "zoe", task: "1" }),
    "looks at tasks of another cluster": call("ecs", "DescribeTasks", {
      ...{ cluster: "others", tasks: ["1"] },
    }),
    "lists tasks of another cluster": call("ecs", "ListTasks", { cluster: "others" }),
    "makes a task queue": call("sqs", "CreateQueue", { QueueName: "zoe_t_x" }),
    "deletes the bucket": call("s3", "DeleteBucket", { Bucket: "zoe-files" }),
    "deletes a secret": secret("DeleteSecret"),
  },
  feed: {
    "writes the control table": write("zoe-control"),
    "asks for a decision": send("zoe_decide"),
    "orders a launch": send("zoe_launch"),
    "leases tasks": call("sqs", "ReceiveMessage", { QueueUrl: queueUrl("physics#sorter") }),
    "writes a file": put("zoe-files"),
  },
  definer: {
    "starts what it defined": run(),
    "submits what it defined": submit(),
    "defines a privileged task": defineTask({ privileged: true }),
    "defines a privileged job": defineJob({ privileged: true }),
    "defines under a foreign name": defineTask({}, { family: "others" }),
    "defines a job that logs elsewhere": defineJob({
      logConfiguration: { logDriver: "awslogs", options: { "awslogs-group": "/others" } },
    }),
    "defines a job with a driver of its own": defineJob({
      logConfiguration: { logDriver: "splunk" },
    }),
    "defines a task under an administrator's role": defineTask({}, { executionRoleArn: ADMIN }),
    "defines a job under an administrator's role": defineJob({}, { taskRoleArn: ADMIN }),
    "gives a task role to a machine": pass(TASK_ROLE, "ec2.amazonaws.com"),
    "tags a definition that is there": asks(
      "ecs:TagResource",
      arn("ecs", "task-definition/zoe_d_1:1"),
    ),
    "makes a role": makeRole(),
    "reads the control table": call("dynamodb", "GetItem", {
      ...{ TableName: "zoe-control", Key: item("x") },
    }),
    "reads a secret": secret("GetSecretValue"),
  },
  roles: {
    "makes a role without a boundary": makeRole({ PermissionsBoundary: undefined }),
    "makes a role inside a boundary of its own": makeRole({
      PermissionsBoundary: `arn:aws:iam::${ACCOUNT}:policy/wide`,
    }),
    "makes a role of no tenant": makeRole({ Tags: undefined }),
    "makes a role outside its path": makeRole({ Path: "/" }),
    "makes a role of another stack": makeRole({ Path: "/zoe/zoe2/task/" }),
    "makes a role with a tag beside the tenant's": makeRole({
      Tags: [...TAGS, { Key: "admin", Value: "yes" }],
    }),
    "tags a role without saying the tenant": asks("iam:TagRole", TASK_ROLE, {}),
    "gives rights to a role that has no boundary": ofRole("PutRolePolicy", "zoe_r_unbounded"),
    "gives rights to a function": ofRole("PutRolePolicy", "zoe-launch"),
    "gives rights to itself": ofRole("PutRolePolicy", "zoe-roles"),
    "attaches a policy of AWS's own": ofRole("AttachRolePolicy", "zoe_r_physics"),
    "lets others assume a role": ofRole("UpdateAssumeRolePolicy", "zoe_r_physics"),
    "takes a boundary off": ofRole("DeleteRolePermissionsBoundary", "zoe_r_physics"),
    "puts another boundary": ofRole("PutRolePermissionsBoundary", "zoe_r_physics", {
      PermissionsBoundary: `arn:aws:iam::${ACCOUNT}:policy/wide`,
    }),
    "takes a tenant's tag off": ofRole("UntagRole", "zoe_r_physics"),
    "widens the boundary": asks("iam:CreatePolicyVersion", BOUNDARY),
    "deletes a function's role": ofRole("DeleteRole", "zoe-launch"),
    "assumes a role that it made": call("sts", "AssumeRole", { RoleArn: TASK_ROLE }),
    "passes a role that it made": pass(TASK_ROLE, "ecs-tasks.amazonaws.com"),
    "makes a group of no tenant": call("ec2", "CreateSecurityGroup", { VpcId: "vpc-1" }),
    "makes a group in another network": call("ec2", "CreateSecurityGroup", {
      ...{ VpcId: "vpc-others", TagSpecifications: [{ Tags: TAGS }] },
    }),
    "opens a group that is no tenant's": call("ec2", "AuthorizeSecurityGroupIngress", {
      GroupId: "sg-closed",
    }),
    "deletes a group that is no tenant's": call("ec2", "DeleteSecurityGroup", {
      GroupId: "sg-closed",
    }),
    "tags a group that is there": asks("ec2:CreateTags", arn("ec2", "security-group/sg-closed"), {
      "aws:RequestTag/zoe:tenant": "physics",
    }),
    "starts a task": run(),
    "reads a secret": secret("GetSecretValue"),
  },
};
