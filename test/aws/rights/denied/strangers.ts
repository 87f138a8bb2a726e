// What hosts and the role that brings programs up may not do; and who may not become a program.
import { ACCOUNT, arn } from "#test/aws/rights/names.ts";
import type { Ask } from "#test/aws/rights/policy.ts";
import { type Attempts, call, item, queueUrl } from "./words.ts";

/** On EC2 a program could borrow its host's role. */
export const hostCalls: Readonly<Record<"host" | "execution role", Attempts>> = {
  host: {
    "reads records": call("dynamodb", "GetItem", { TableName: "zoe-work", Key: item("x") }),
    "reads a file": call("s3", "GetObject", { Bucket: "zoe-files", Key: "tenants/physics/x" }),
    "leases tasks": call("sqs", "ReceiveMessage", { QueueUrl: queueUrl("physics#sorter") }),
    "reads a secret": call("secretsmanager", "GetSecretValue", {
      SecretId: "zoe/secrets/physics/token",
    }),
    "starts a task": call("ecs", "RunTask", { cluster: "zoe", taskDefinition: "zoe_d_1:1" }),
    "becomes a program": call("sts", "AssumeRole", {
      RoleArn: `arn:aws:iam::${ACCOUNT}:role/zoe/zoe/task/zoe_r_physics`,
    }),
    "reads programs' logs": call("logs", "GetLogEvents", {
      ...{ logGroupName: "/zoe/zoe/programs", logStreamName: "x" },
    }),
  },
  "execution role": {
    "reads a secret that is not the stack's": call("secretsmanager", "GetSecretValue", {
      SecretId: "database/password",
    }),
    "reads records": call("dynamodb", "GetItem", { TableName: "zoe-work", Key: item("x") }),
    "reads a file": call("s3", "GetObject", { Bucket: "zoe-files", Key: "tenants/physics/x" }),
    "writes another log": call("logs", "PutLogEvents", {
      ...{ logGroupName: "/others", logStreamName: "x" },
    }),
    "deletes the logs": call("logs", "DeleteLogGroup", { logGroupName: "/zoe/zoe/programs" }),
  },
};

const assumes = (service: string, account: string, source: string): Ask => ({
  ...{
    action: "sts:AssumeRole",
    resource: `arn:aws:iam::${ACCOUNT}:role/zoe/zoe/task/zoe_r_physics`,
  },
  context: {
    "aws:PrincipalServiceName": service,
    ...{ "aws:SourceAccount": account, "aws:SourceArn": source },
  },
});
const TASK = arn("ecs", "task/zoe/1");

/** Judged by the trust of a task role: services that ask for it. */
export const strangers: Attempts = {
  "becomes a program, being a function": assumes("lambda.amazonaws.com", ACCOUNT, TASK),
  "becomes a program, being another account's task": assumes(
    "ecs-tasks.amazonaws.com",
    "999999999999",
    TASK,
  ),
  "becomes a program, being a task of another region": assumes(
    "ecs-tasks.amazonaws.com",
    ACCOUNT,
    TASK.replace("us-east-1", "eu-west-1"),
  ),
};
