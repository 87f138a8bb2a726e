// One function of the control plane: its bundle, a role of its own, its log group. Who wakes it stands in the file of its name.
import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { Effect, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import {
  Architecture,
  type Code,
  EventSourceMapping,
  type EventSourceMappingOptions,
  Function as LambdaFunction,
  RecursiveLoop,
  Runtime,
} from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { type AwsFunction, functionName } from "#shared/aws-names.ts";
import { TIMEOUT_SECONDS } from "./queues.ts";

/** What all functions have in common. */
export interface Ground {
  readonly stack: string;
  readonly code: (name: AwsFunction) => Code;
  readonly environment: Readonly<Record<string, string>>;
  readonly rightsOf: (name: AwsFunction) => readonly PolicyStatement[];
  readonly key?: IKey;
}

const MEMORY_MIB: Readonly<Record<AwsFunction, number>> = {
  // What is given of a processor goes with the memory; 1,769 MiB are one.
  api: 1024,
  schedule: 1024,
  launch: 512,
  observe: 512,
  sweep: 512,
  feed: 512,
  definer: 256,
  roles: 256,
};

/** Functions on a loop through a queue: Lambda's guard would cut them after 16 rounds. They bound their rounds themselves. */
const LOOPED: readonly AwsFunction[] = ["schedule", "launch", "observe", "sweep", "feed"];

export class Step extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;

  constructor(scope: Construct, name: AwsFunction, ground: Ground) {
    super(scope, name);
    const { stack, key } = ground;
    const logGroup = new LogGroup(this, "Logs", {
      logGroupName: `/zoe/${stack}/functions/${name}`,
      retention: key ? RetentionDays.ONE_YEAR : RetentionDays.ONE_MONTH,
      removalPolicy: key ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      encryptionKey: key,
    });
    this.role = new Role(this, "Role", {
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
      description: `${stack}: what ${name} may do`,
    });
    for (const statement of ground.rightsOf(name)) this.role.addToPolicy(statement.copy());
    this.role.addToPolicy(
      new PolicyStatement({
        sid: "OwnLogs",
        effect: Effect.ALLOW,
        actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
        resources: [logGroup.logGroupArn],
      }),
    );
    this.function = new LambdaFunction(this, "Function", {
      functionName: functionName(stack, name),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: "index.handler",
      code: ground.code(name),
      role: this.role,
      memorySize: MEMORY_MIB[name],
      timeout: Duration.seconds(TIMEOUT_SECONDS[name]),
      environment: { ...ground.environment, NODE_OPTIONS: "--enable-source-maps" },
      environmentEncryption: key,
      logGroup,
      ...(LOOPED.includes(name) && { recursiveLoop: RecursiveLoop.ALLOW }),
    });
  }

  /** Messages of a queue wake it; those that fail come again alone. */
  wokenBy(
    queue: IQueue,
    options: Pick<EventSourceMappingOptions, "batchSize" | "maxBatchingWindow" | "maxConcurrency">,
  ): void {
    new EventSourceMapping(this, "Messages", {
      target: this.function,
      eventSourceArn: queue.queueArn,
      reportBatchItemFailures: true,
      ...options,
    });
  }
}
