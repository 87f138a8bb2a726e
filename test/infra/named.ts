// A template's rights with the names that the double has: every reference as what the functions' environment says it is.
import type { Template } from "aws-cdk-lib/assertions";
import { ACCOUNT, arn, REGION } from "#test/aws/rights/names.ts";
import { all, one, ROLES, type Statement, text } from "./look.ts";

const PSEUDO: Readonly<Record<string, string>> = {
  ...{ "AWS::Partition": "aws", "AWS::Region": REGION, "AWS::AccountId": ACCOUNT },
};

export interface NamedStatement {
  readonly Sid: string | undefined;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition: unknown;
}

/** `env`: of a function, as the double has it. */
export function namer(template: Template, env: Readonly<Record<string, string>>) {
  const names = namesIn(template, env);
  const named = (words: string) =>
    words.replaceAll(/<([^>]+)>/g, (_, reference: string) => {
      const name = names.get(reference) ?? PSEUDO[reference];
      if (name === undefined) throw new Error(`Nothing says what ${reference} is called.`);
      return name;
    });
  return ({ Sid, Action, Resource, Condition }: Statement): NamedStatement => ({
    ...{ Sid, Action: [...Action].sort(), Resource: Resource.map(named).sort() },
    Condition: deep(Condition, named),
  });
}

function namesIn(template: Template, env: Readonly<Record<string, string>>): Map<string, string> {
  const { Environment } = one(template, "AWS::Lambda::Function", ROLES.launch).Properties as {
    Environment: { Variables: Record<string, unknown> };
  };
  const names = new Map<string, string>();
  for (const [name, value] of Object.entries(Environment.Variables)) {
    const [, reference = ""] = /^<([^<>]+)>$/.exec(text(value)) ?? [];
    if (reference) names.set(reference, env[name] ?? "");
  }
  const arnOf = (type: string, arnFor: (name: string) => string) => {
    for (const { id } of all(template, type)) {
      const name = names.get(id);
      if (name !== undefined) names.set(`${id}.Arn`, arnFor(name));
    }
  };
  arnOf("AWS::DynamoDB::Table", (name) => arn("dynamodb", `table/${name}`));
  arnOf("AWS::SQS::Queue", (url) => arn("sqs", url.split("/").at(-1) ?? ""));
  arnOf("AWS::S3::Bucket", (name) => `arn:aws:s3:::${name}`);
  for (const { id, Properties } of all(template, "AWS::Logs::LogGroup"))
    names.set(`${id}.Arn`, arn("logs", `log-group:${text(Properties.LogGroupName)}:*`));
  const cluster = one(template, "AWS::ECS::Cluster").id;
  names.set(cluster, names.get(`${cluster}.Arn`)?.split("/").at(-1) ?? "");
  return names;
}

function deep(value: unknown, named: (words: string) => string): unknown {
  if (typeof value !== "object" || value === null)
    return typeof value === "string" ? named(value) : value;
  if (Array.isArray(value)) return value.map((one) => deep(one, named));
  const keys = Object.keys(value);
  if (keys.length === 1 && /^(Ref|Fn::.*)$/.test(keys[0] ?? "")) return named(text(value));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, deep(one, named)]));
}
