// What a call asks of IAM: each action on each resource, with the values of the conditions that policies speak of.
// The call's own action, and what it implies: passing roles, tagging what it makes. After each service's page in AWS's service authorization reference.
import type { Account } from "./account.ts";
import { batchAsks } from "./asks/batch.ts";
import { dynamodbAsks } from "./asks/dynamodb.ts";
import { ec2Asks } from "./asks/ec2.ts";
import { ecsAsks } from "./asks/ecs.ts";
import { iamAsks } from "./asks/iam.ts";
import { otherAsks } from "./asks/others.ts";
import { s3Asks } from "./asks/s3.ts";
import { sqsAsks } from "./asks/sqs.ts";
import type { AsksOf, Call } from "./asks/words.ts";

const SERVICES: Readonly<Record<string, AsksOf>> = {
  dynamodb: dynamodbAsks,
  sqs: sqsAsks,
  s3: s3Asks,
  ecs: ecsAsks,
  batch: batchAsks,
  iam: iamAsks,
  ec2: ec2Asks,
  sts: otherAsks,
  lambda: otherAsks,
  logs: otherAsks,
  secretsmanager: otherAsks,
};

/** Throws at a call that nobody has read the reference for. */
export function asksOf({ service, operation, input, output = {} }: Call, account: Account) {
  const of = SERVICES[service];
  if (of === undefined) throw new Error(`Nothing is known of what ${service} asks of IAM.`);
  return of(operation, input as never, account, output as never);
}
