// What programs may do at most: the boundary of every task role, and the two roles that bring a program up. None of it reaches the control table, roles or other clusters.
import type { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Arns } from "#infra/arns.ts";
import { TENANT_TAG } from "#shared/aws-names.ts";
import { allow, everything, useKey } from "./allow.ts";

const TENANT = `\${aws:PrincipalTag/${TENANT_TAG}}`;

export interface ProgramArns
  extends Pick<
    Arns,
    "work" | "bucket" | "taskQueues" | "secrets" | "programLogs" | "repositories" | "key"
  > {}

/** A task role narrows this to its zapp: keys that begin `tenant#zapp#`, its queues, its prefix. Secrets are in its environment: it reads none. */
export function boundary(arns: ProgramArns): PolicyStatement[] {
  const { work, bucket, taskQueues, key } = arns;
  return [
    // No deletion, and no batches, which may hold some: only redrive takes an outcome away, and the api does that. `Null` since a condition for all values holds for none.
    allow(
      "OwnItems",
      [
        "dynamodb:GetItem",
        "dynamodb:BatchGetItem",
        "dynamodb:Query",
        "dynamodb:UpdateItem",
        "dynamodb:ConditionCheckItem",
      ],
      work,
      {
        "ForAllValues:StringLike": { "dynamodb:LeadingKeys": [`${TENANT}#*`] },
        Null: { "dynamodb:LeadingKeys": "false" },
      },
    ),
    allow(
      "OwnFiles",
      ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"],
      `${bucket}/tenants/${TENANT}/*`,
    ),
    allow("ListOwnFiles", ["s3:ListBucket"], bucket, {
      StringLike: { "s3:prefix": [`tenants/${TENANT}/*`] },
    }),
    allow(
      "Tasks",
      [
        "sqs:ReceiveMessage",
        "sqs:DeleteMessage",
        "sqs:ChangeMessageVisibility",
        "sqs:SendMessage",
        "sqs:GetQueueAttributes",
      ],
      taskQueues,
    ),
    ...useKey(key),
  ];
}

/** Pulls images and writes logs, before the program and for it. Users' own repositories of this account can be pulled too. */
export function execution(arns: ProgramArns): PolicyStatement[] {
  const { repositories, programLogs, secrets, key } = arns;
  return [
    allow("SignIn", ["ecr:GetAuthorizationToken"], everything),
    allow(
      "PullImages",
      ["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"],
      repositories,
    ),
    allow("WriteLogs", ["logs:CreateLogStream", "logs:PutLogEvents"], programLogs),
    // ECS resolves the secrets that a definition names; only `definer` writes definitions.
    allow("ResolveSecrets", ["secretsmanager:GetSecretValue"], secrets),
    ...useKey(key),
  ];
}

/** Of EC2 hosts, which programs of theirs could borrow: to join Batch's clusters, pull and log, nothing else. */
export function host(arns: ProgramArns): PolicyStatement[] {
  return [
    ...execution(arns).filter(({ sid }) => sid !== "ResolveSecrets"),
    // Batch names its clusters itself; the agent registers with the one in its configuration.
    allow(
      "JoinCluster",
      [
        "ecs:RegisterContainerInstance",
        "ecs:DeregisterContainerInstance",
        "ecs:SubmitContainerStateChange",
        "ecs:SubmitTaskStateChange",
        "ecs:SubmitAttachmentStateChanges",
        "ecs:UpdateContainerInstancesState",
        "ecs:Poll",
        "ecs:StartTelemetrySession",
        "ecs:DiscoverPollEndpoint",
      ],
      everything,
    ),
  ];
}
