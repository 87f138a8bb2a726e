// What a program of the tenant physics, of its zapp sorter, may not do: alone; given every right but inside the boundary; and if somebody took the boundary away.
import type { Call } from "#test/aws/rights/asks/words.ts";
import { ACCOUNT, arn } from "#test/aws/rights/names.ts";
import type { Ask } from "#test/aws/rights/policy.ts";
import { call, item, queueUrl, url } from "./words.ts";

const OWN = "physics#sorter";
const role = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;
const get = (owner: string, table = "zoe-work") =>
  call("dynamodb", "GetItem", { TableName: table, Key: item(owner) });
const put = (owner: string) => ({ Put: { TableName: "zoe-work", Item: item(owner) } });
const file = (operation: string, key: string) =>
  call("s3", operation, { Bucket: "zoe-files", Key: key });
const run = (cluster: string) =>
  call("ecs", "RunTask", { cluster, taskDefinition: "zoe_d_1:1", overrides: {} });
const keyless: Ask = {
  ...{ action: "dynamodb:GetItem", resource: arn("dynamodb", "table/zoe-work"), context: {} },
};
const list = (Prefix?: string) =>
  call("s3", "ListObjectsV2", { Bucket: "zoe-files", ...(Prefix !== undefined && { Prefix }) });
const query = (TableName: string, IndexName: string, partition: string) =>
  call("dynamodb", "Query", {
    ...{ TableName, IndexName, KeyConditionExpression: "#a = :a" },
    ExpressionAttributeValues: { ":a": { S: partition } },
  });

const plain: Readonly<Record<string, Call | Ask>> = {
  // Records.
  "reads the control table": get("execution#exe_1", "zoe-control"),
  "lists executions by the control table's index": query("zoe-control", "byTenant", "physics"),
  "reads another tenant's records": get("chemistry#sorter"),
  "writes another tenant's outcome": call("dynamodb", "TransactWriteItems", {
    TransactItems: [put(OWN), put("chemistry#sorter")],
  }),
  "reads another zapp's records": get("physics#mixer"),
  "writes another zapp's outcome": call("dynamodb", "TransactWriteItems", {
    TransactItems: [put("physics#mixer")],
  }),
  "reads its own and another tenant's in one batch": call("dynamodb", "BatchGetItem", {
    RequestItems: { "zoe-work": { Keys: [item(OWN), item("chemistry#sorter")] } },
  }),
  "reads a tenant whose name begins as its own": get("physics2#sorter"),
  "reads without saying a key": keyless,
  "reads its own by an index": query("zoe-work", "byState", `${OWN}#1`),
  "scans the work table": call("dynamodb", "Scan", { TableName: "zoe-work" }),
  "deletes an outcome of its own": call("dynamodb", "DeleteItem", {
    ...{ TableName: "zoe-work", Key: item(OWN) },
  }),
  "deletes outcomes in a batch": call("dynamodb", "BatchWriteItem", {
    RequestItems: { "zoe-work": [{ DeleteRequest: { Key: item(OWN) } }] },
  }),
  "deletes the work table": call("dynamodb", "DeleteTable", { TableName: "zoe-work" }),
  "deletes the control table": call("dynamodb", "DeleteTable", { TableName: "zoe-control" }),
  // Queues.
  "leases another tenant's tasks": call("sqs", "ReceiveMessage", {
    QueueUrl: queueUrl("chemistry#sorter"),
  }),
  "leases another zapp's tasks": call("sqs", "ReceiveMessage", {
    QueueUrl: queueUrl("physics#mixer"),
  }),
  "puts a task before another tenant": call("sqs", "SendMessage", {
    QueueUrl: queueUrl("chemistry#sorter"),
  }),
  "orders a launch": call("sqs", "SendMessage", { QueueUrl: url("zoe_launch") }),
  "forges an event": call("sqs", "SendMessage", { QueueUrl: url("zoe_events") }),
  "deletes its own queue": call("sqs", "DeleteQueue", { QueueUrl: queueUrl(OWN) }),
  "makes a queue": call("sqs", "CreateQueue", { QueueName: "zoe_t_mine" }),
  // Files.
  "reads another tenant's file": file("GetObject", "tenants/chemistry/uploads/upl_1"),
  "writes another tenant's file": file("PutObject", "tenants/chemistry/uploads/upl_1"),
  "reads what another zapp of its tenant keeps": file("GetObject", "tenants/physics/mixer/model"),
  "changes an upload": file("PutObject", "tenants/physics/uploads/upl_1"),
  "writes a bucket that it only reads": file("PutObject", "tenants/physics/buckets/inputs/x"),
  "reads a bucket that it did not ask for": file("GetObject", "tenants/physics/buckets/others/x"),
  "lists another tenant's files": list("tenants/chemistry/"),
  "lists all files": list(),
  "lists all tenants": list("tenants/"),
  "deletes a file": file("DeleteObject", "tenants/physics/executions/exe_1/x"),
  "reads another bucket": call("s3", "GetObject", { Bucket: "others", Key: "x" }),
  // Secrets and logs.
  "reads another tenant's secret": call("secretsmanager", "GetSecretValue", {
    SecretId: "zoe/secrets/chemistry/token",
  }),
  "reads a secret of its tenant that it was not given": call("secretsmanager", "GetSecretValue", {
    SecretId: "zoe/secrets/physics/token",
  }),
  "reads another program's log": call("logs", "GetLogEvents", {
    ...{ logGroupName: "/zoe/zoe/programs", logStreamName: "program/program/1" },
  }),
  // Power.
  "makes a role": call("iam", "CreateRole", { RoleName: "mine" }),
  "gives itself rights": call("iam", "PutRolePolicy", { RoleName: "zoe_r_physics" }),
  "takes its boundary off": call("iam", "DeleteRolePermissionsBoundary", {
    RoleName: "zoe_r_physics",
  }),
  "becomes the function that makes roles": call("sts", "AssumeRole", {
    RoleArn: role("zoe-roles"),
  }),
  "becomes another tenant's program": call("sts", "AssumeRole", {
    RoleArn: role("zoe/zoe/task/zoe_r_chemistry"),
  }),
  "becomes an administrator of another account": call("sts", "AssumeRole", {
    RoleArn: "arn:aws:iam::999999999999:role/admin",
  }),
  "starts a task": run("zoe"),
  "starts a task in another cluster": run("others"),
  "stops a task": call("ecs", "StopTask", { cluster: "zoe", task: "1" }),
  "enters another task": call("ecs", "ExecuteCommand", { cluster: "zoe", task: "1" }),
  "defines a task": call("ecs", "RegisterTaskDefinition", { family: "zoe_d_mine" }),
  "submits a job": call("batch", "SubmitJob", {
    ...{ jobName: "x", jobQueue: "zoe_ec2", jobDefinition: "zoe_d_1:1", shareIdentifier: "x" },
  }),
  "ends a job": call("batch", "TerminateJob", { jobId: "1" }),
  "calls the function that makes roles": call("lambda", "Invoke", { FunctionName: "zoe-roles" }),
  "calls the function that defines": call("lambda", "Invoke", { FunctionName: "zoe-definer" }),
};

/** Its role's own policy allows everything: whoever can write policies gained nothing by it. */
const subverted: Readonly<Record<string, Call | Ask>> = {
  "reads the control table": get("execution#exe_1", "zoe-control"),
  "reads another tenant's records": get("chemistry#sorter"),
  "reads without saying a key": keyless,
  "deletes an outcome": call("dynamodb", "DeleteItem", { TableName: "zoe-work", Key: item(OWN) }),
  "reads another tenant's file": file("GetObject", "tenants/chemistry/uploads/upl_1"),
  "lists another tenant's files": list("tenants/chemistry/"),
  "reads a secret": call("secretsmanager", "GetSecretValue", {
    SecretId: "zoe/secrets/physics/token",
  }),
  "makes a queue": call("sqs", "CreateQueue", { QueueName: "zoe_t_mine" }),
  "orders a launch": call("sqs", "SendMessage", { QueueUrl: url("zoe_launch") }),
  "makes a role": call("iam", "CreateRole", { RoleName: "mine", Path: "/zoe/zoe/task/" }),
  "starts a task": run("zoe"),
  "becomes an administrator": call("sts", "AssumeRole", { RoleArn: role("admin") }),
};

/** Its own policy still holds it where it matters between tenants. */
const unbounded: Readonly<Record<string, Call | Ask>> = {
  "reads another tenant's records": get("chemistry#sorter"),
  "reads another zapp's records": get("physics#mixer"),
  "reads without saying a key": keyless,
  "lists another tenant's files": list("tenants/chemistry/"),
  "reads another tenant's file": file("GetObject", "tenants/chemistry/uploads/upl_1"),
  "leases another tenant's tasks": call("sqs", "ReceiveMessage", {
    QueueUrl: queueUrl("chemistry#sorter"),
  }),
};

export const programCalls = { plain, subverted, unbounded };
