// What a clinical stack has over others: a key of its own, by which all of its data is read, and a record of who talked to whom on its network.
import { RemovalPolicy, Stack } from "aws-cdk-lib";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";

/** Those who bring us messages and lines, and must encrypt them: EventBridge, alarms, logs. */
const SERVICES = [
  "events.amazonaws.com",
  "cloudwatch.amazonaws.com",
  "delivery.logs.amazonaws.com",
];

export class Clinical extends Construct {
  readonly key: Key;
  readonly flowLogs: LogGroup;

  constructor(scope: Construct, id: string, stack: string) {
    super(scope, id);
    const { region, account, partition } = Stack.of(this);
    this.key = new Key(this, "Key", {
      alias: `zoe/${stack}`,
      description: `All data of ${stack}`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const actions = ["kms:Decrypt", "kms:GenerateDataKey*", "kms:Encrypt", "kms:ReEncrypt*"];
    this.key.addToResourcePolicy(
      new PolicyStatement({
        principals: SERVICES.map((service) => new ServicePrincipal(service)),
        actions,
        resources: ["*"],
        conditions: { StringEquals: { "aws:SourceAccount": account } },
      }),
    );
    this.key.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal(`logs.${region}.amazonaws.com`)],
        actions: [...actions, "kms:DescribeKey"],
        resources: ["*"],
        conditions: {
          ArnLike: {
            "kms:EncryptionContext:aws:logs:arn": `arn:${partition}:logs:${region}:${account}:log-group:/zoe/${stack}/*`,
          },
        },
      }),
    );
    this.flowLogs = new LogGroup(this, "FlowLogs", {
      logGroupName: `/zoe/${stack}/network`,
      retention: RetentionDays.ONE_YEAR,
      removalPolicy: RemovalPolicy.RETAIN,
      encryptionKey: this.key,
    });
  }
}
