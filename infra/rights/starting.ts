// What the functions may do that start programs. Who starts cannot define, who defines cannot start: each alone can run nothing new.
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

export function launch(arns: Arns): PolicyStatement[] {
  const { cluster, executionRole, taskRoles } = arns;
  const ofCluster = { ArnEquals: { "ecs:cluster": cluster } };
  return [
    readControl(arns),
    writeControl(arns),
    readWork(arns),
    writeWork(arns),
    send(arns, "decide", "launch", "event", "feed"),
    receive(arns.launch),
    allow("RunTasks", ["ecs:RunTask"], `${arns.taskDefinitions}:*`, {
      ...ofCluster,
      // `IfExists`: the key may be missing where the request is silent, which means no.
      StringEqualsIfExists: { "ecs:enable-execute-command": "false" },
    }),
    // A task's ARN has its cluster in it.
    allow("StopTasks", ["ecs:StopTask"], arns.tasks),
    allow("TagTasks", ["ecs:TagResource"], arns.tasks, {
      StringEquals: { "ecs:CreateAction": "RunTask" },
    }),
    allow("PassRoles", ["iam:PassRole"], [taskRoles, executionRole], {
      StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" },
    }),
    allow("SubmitJobs", ["batch:SubmitJob"], [arns.jobDefinitions, arns.jobQueues, arns.jobs]),
    allow("TagJobs", ["batch:TagResource"], arns.jobs),
    allow("StopJobs", ["batch:TerminateJob"], arns.jobs),
    // Who stops, or starts a next generation, looks first; and a lost answer of Batch is looked for by name.
    allow("LookAtTasks", ["ecs:DescribeTasks"], arns.tasks),
    allow("ListTasks", ["ecs:ListTasks"], everything, ofCluster),
    allow("LookAtJobs", ["batch:DescribeJobs", "batch:ListJobs"], everything),
    allow("Define", ["lambda:InvokeFunction"], arns.function("definer")),
    allow("MakeTaskQueues", ["sqs:CreateQueue"], arns.taskQueues),
    // Requests that do not fit into 8,192 characters of overrides.
    allow("LargeRequests", ["s3:PutObject"], `${arns.bucket}/*`),
  ];
}

export function definer(arns: Arns): PolicyStatement[] {
  const { executionRole, programLogGroup, taskRoles } = arns;
  return [
    allow("DefineTasks", ["ecs:RegisterTaskDefinition"], `${arns.taskDefinitions}:*`, {
      StringEqualsIfExists: { "ecs:privileged": "false" },
    }),
    allow("DefineJobs", ["batch:RegisterJobDefinition"], arns.jobDefinitions, {
      // `IfExists`: whether Batch fills these keys for a definition of several containers is not documented.
      BoolIfExists: { "batch:Privileged": "false" },
      StringEqualsIfExists: { "batch:LogDriver": "awslogs", "batch:AWSLogsGroup": programLogGroup },
    }),
    // Neither description knows a resource.
    allow(
      "FindDefinitions",
      ["ecs:DescribeTaskDefinition", "batch:DescribeJobDefinitions"],
      everything,
    ),
    allow("PassRoles", ["iam:PassRole"], [taskRoles, executionRole], {
      StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" },
    }),
  ];
}
