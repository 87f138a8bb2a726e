// What the functions may do that decide and keep count: none of them starts anything, passes a role or reads a secret.
import type { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Arns } from "#infra/arns.ts";
import {
  allow,
  everything,
  readControl,
  readWork,
  receive,
  send,
  writeControl,
  writeWork,
} from "./allow.ts";

/** Tenants' rights are checked in code: this role serves all of them. URLs that it signs can do no more than it can. */
export function api(arns: Arns): PolicyStatement[] {
  const { bucket, programLogs, secrets } = arns;
  return [
    readControl(arns),
    writeControl(arns),
    readWork(arns),
    writeWork(arns),
    send(arns, "decide", "launch", "event", "feed"),
    allow(
      "Files",
      ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
      `${bucket}/*`,
    ),
    allow("ListFiles", ["s3:ListBucket"], bucket),
    allow("Logs", ["logs:GetLogEvents"], programLogs),
    // How many tasks are leased is SQS's to say.
    allow("CountTasks", ["sqs:GetQueueAttributes"], arns.taskQueues),
    // It keeps secrets and never reads one.
    allow(
      "KeepSecrets",
      [
        "secretsmanager:CreateSecret",
        "secretsmanager:PutSecretValue",
        "secretsmanager:DeleteSecret",
        "secretsmanager:RestoreSecret",
        "secretsmanager:TagResource",
      ],
      secrets,
    ),
    allow("PrepareRoles", ["lambda:InvokeFunction"], arns.function("roles")),
  ];
}

export function schedule(arns: Arns): PolicyStatement[] {
  return [
    readControl(arns),
    writeControl(arns),
    send(arns, "decide", "launch", "event"),
    receive(arns.decide),
  ];
}

export function observe(arns: Arns): PolicyStatement[] {
  return [
    readControl(arns),
    writeControl(arns),
    readWork(arns),
    writeWork(arns),
    send(arns, "decide", "launch", "event", "feed"),
    receive(arns.event),
    allow("CountTasks", ["sqs:GetQueueAttributes"], arns.taskQueues),
  ];
}

export function sweep(arns: Arns): PolicyStatement[] {
  const { bucket, cluster, executionSecrets, tasks } = arns;
  const ofCluster = { ArnEquals: { "ecs:cluster": cluster } };
  return [
    readControl(arns),
    writeControl(arns),
    readWork(arns),
    writeWork(arns),
    send(arns, "decide", "launch", "event", "feed"),
    allow("LookAtTasks", ["ecs:DescribeTasks"], tasks),
    // Listing is granted on container instances, which Fargate has none of; the cluster is the condition.
    allow("ListTasks", ["ecs:ListTasks"], everything, ofCluster),
    // Batch's lists and descriptions know no resource.
    allow("LookAtJobs", ["batch:DescribeJobs", "batch:ListJobs"], everything),
    allow("EndTaskQueues", ["sqs:DeleteQueue", "sqs:GetQueueAttributes"], arns.taskQueues),
    allow("ForgetFiles", ["s3:DeleteObject"], `${bucket}/*`),
    allow("ListFiles", ["s3:ListBucket"], bucket),
    // Those of one execution; nobody's own.
    allow("ForgetSecrets", ["secretsmanager:DeleteSecret"], executionSecrets),
  ];
}

export function feed(arns: Arns): PolicyStatement[] {
  return [
    readControl(arns),
    readWork(arns),
    writeWork(arns),
    receive(arns.feed),
    allow("FeedTasks", ["sqs:SendMessage", "sqs:GetQueueAttributes"], arns.taskQueues),
    allow("LargeTasks", ["s3:GetObject"], `${arns.bucket}/*`),
  ];
}
