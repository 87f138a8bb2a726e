// Services of which few calls are made: Lambda, CloudWatch Logs, Secrets Manager, STS.

import { type AsksOf, known, tagContext } from "#test/aws/rights/asks/words.ts";
import { ACCOUNT, arn } from "#test/aws/rights/names.ts";
import type { Ask } from "#test/aws/rights/policy.ts";

type Input = Readonly<Record<string, unknown>>;

/** Secrets Manager puts six characters behind a secret's name. */
const secretArn = (name: unknown) =>
  String(name).startsWith("arn:") ? String(name) : arn("secretsmanager", `secret:${name}-AbCdEf`);
const groupArn = (name: unknown) => arn("logs", `log-group:${name}`);

const one = (action: string, resource: string): Ask[] => [{ action, resource, context: {} }];

const ASKS: Readonly<Record<string, (input: Input) => readonly Ask[]>> = {
  // "No permissions are required."
  GetCallerIdentity: () => [],
  AssumeRole: ({ RoleArn }) => one("sts:AssumeRole", String(RoleArn)),
  Invoke: ({ FunctionName }) =>
    one("lambda:InvokeFunction", arn("lambda", `function:${FunctionName}`)),
  GetLogEvents: ({ logGroupName, logStreamName }) =>
    one("logs:GetLogEvents", `${groupArn(logGroupName)}:log-stream:${logStreamName}`),
  PutLogEvents: ({ logGroupName, logStreamName }) =>
    one("logs:PutLogEvents", `${groupArn(logGroupName)}:log-stream:${logStreamName}`),
  // Asked of the group itself, which is written with what would be its streams.
  CreateLogStream: ({ logGroupName }) =>
    one("logs:CreateLogStream", `${groupArn(logGroupName)}:log-stream:`),
  DeleteLogGroup: ({ logGroupName }) =>
    one("logs:DeleteLogGroup", `${groupArn(logGroupName)}:log-stream:`),
  CreateSecret: createSecret,
  PutSecretValue: ({ SecretId }) => one("secretsmanager:PutSecretValue", secretArn(SecretId)),
  DeleteSecret: ({ SecretId }) => one("secretsmanager:DeleteSecret", secretArn(SecretId)),
  RestoreSecret: ({ SecretId }) => one("secretsmanager:RestoreSecret", secretArn(SecretId)),
  GetSecretValue: ({ SecretId }) => one("secretsmanager:GetSecretValue", secretArn(SecretId)),
};

export const otherAsks: AsksOf = (operation, input) => known(ASKS, operation, ACCOUNT)(input);

function createSecret({ Name, Tags }: Input): Ask[] {
  const tags = ((Tags ?? []) as { Key: string; Value: string }[]).map(({ Key, Value }) => ({
    ...{ key: Key, value: Value },
  }));
  const context = tagContext(tags);
  const resource = secretArn(Name);
  return [
    { action: "secretsmanager:CreateSecret", resource, context },
    ...(tags.length > 0 ? [{ action: "secretsmanager:TagResource", resource, context }] : []),
  ];
}
