// The rights of the stack as documents of the double's account: what infra/rights says, with the names that the functions' environment has.
// test/infra/rights.test.ts holds them against the synthesized template.
import { App, Stack } from "aws-cdk-lib";
import type { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { type Arns, arnsOf } from "#infra/arns.ts";
import type { Queues } from "#infra/queues.ts";
import { boundary, execution, host, type ProgramArns } from "#infra/rights/programs.ts";
import { rightsOf } from "#infra/rights/rights.ts";
import type { Storage } from "#infra/storage.ts";
import { AWS_FUNCTIONS, type AwsFunction } from "#shared/aws-names.ts";
import type { AwsEnv } from "#shared/env.ts";
import { ACCOUNT, arn, REGION } from "./names.ts";
import type { PolicyDocument, Statement } from "./policy.ts";

export interface StackRights {
  readonly functions: Readonly<Record<AwsFunction, PolicyDocument>>;
  readonly boundary: PolicyDocument;
  readonly execution: PolicyDocument;
  readonly host: PolicyDocument;
}

/** `key` as of a clinical stack. */
export function rightsIn(env: AwsEnv, key?: string): StackRights {
  const stack = new Stack(new App(), "Rights", { env: { account: ACCOUNT, region: REGION } });
  const arns = doubleArns(stack, env, key);
  const document = (statements: readonly PolicyStatement[]): PolicyDocument => ({
    Statement: statements.map((one) => literal(stack.resolve(one.toStatementJson())) as Statement),
  });
  const programs: ProgramArns = arns;
  const functions = AWS_FUNCTIONS.map((name) => {
    const { Statement } = document(rightsOf(arns, name));
    return [name, { Statement: [...[Statement].flat(), ownLogs(env, name)] }];
  });
  return {
    functions: Object.fromEntries(functions),
    boundary: document(boundary(programs)),
    execution: document(execution(programs)),
    host: document(host(programs)),
  };
}

/** As step.ts gives it to each. */
function ownLogs({ ZOE_STACK }: AwsEnv, name: AwsFunction): Statement {
  return {
    ...{ Sid: "OwnLogs", Effect: "Allow" },
    Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
    Resource: arn("logs", `log-group:/zoe/${ZOE_STACK}/functions/${name}:*`),
  };
}

function doubleArns(stack: Stack, env: AwsEnv, key: string | undefined): Arns {
  const queue = (url: string) => ({ queueArn: arn("sqs", url.split("/").at(-1) ?? "") });
  const table = (name: string) => ({ tableArn: arn("dynamodb", `table/${name}`) });
  const queues = {
    ...{ decide: queue(env.ZOE_DECIDE_QUEUE_URL), launch: queue(env.ZOE_LAUNCH_QUEUE_URL) },
    ...{ event: queue(env.ZOE_EVENT_QUEUE_URL), feed: queue(env.ZOE_FEED_QUEUE_URL) },
  };
  const storage = {
    ...{ control: table(env.ZOE_CONTROL_TABLE), work: table(env.ZOE_WORK_TABLE) },
    bucket: { bucketArn: `arn:aws:s3:::${env.ZOE_BUCKET}` },
  };
  return {
    ...arnsOf(stack, {
      ...{ stack: env.ZOE_STACK, queues: queues as Queues, storage: storage as Storage, key },
      clusterName: env.ZOE_CLUSTER.split("/").at(-1) ?? "",
      clusterArn: env.ZOE_CLUSTER,
      programLogsArn: arn("logs", `log-group:${env.ZOE_LOG_GROUP}:*`),
    }),
    ...{ executionRole: env.ZOE_EXECUTION_ROLE_ARN, boundary: env.ZOE_TASK_BOUNDARY_ARN },
  };
}

/** With the partition put in, the one thing that a stack of a known account leaves open. */
function literal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(literal);
  if (typeof value !== "object" || value === null) return value;
  const { Ref, "Fn::Join": join } = value as { Ref?: string; "Fn::Join"?: [string, unknown[]] };
  if (Ref === "AWS::Partition") return "aws";
  if (join) return join[1].map(literal).join(join[0]);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, literal(one)]));
}
