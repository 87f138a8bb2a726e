// Watching: the log group of programs, one alarm over the dead letters of all control queues, and the budget.
import { RemovalPolicy } from "aws-cdk-lib";
import { CfnBudget } from "aws-cdk-lib/aws-budgets";
import { Alarm, ComparisonOperator, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { logGroupName } from "#shared/aws-names.ts";
import type { Stage } from "./stage.ts";

export interface WatchProps {
  readonly stage: Stage;
  readonly dead: IQueue;
  readonly key?: IKey;
}

/** Programs' lines: one group, named in every definition, so that nothing lands in a group that keeps it for ever. */
export function programLogs(scope: Construct, stack: string, key?: IKey): LogGroup {
  return new LogGroup(scope, "ProgramLogs", {
    logGroupName: logGroupName(stack),
    retention: key ? RetentionDays.ONE_YEAR : RetentionDays.ONE_MONTH,
    removalPolicy: key ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    encryptionKey: key,
  });
}

export class Watch extends Construct {
  constructor(scope: Construct, id: string, { stage, dead, key }: WatchProps) {
    super(scope, id);
    const alarm = new Alarm(this, "Dead", {
      alarmName: `${stage.name}-dead-letters`,
      alarmDescription:
        "A message between functions failed ten times, or an event could not be delivered. docs/deploy.md says what to do.",
      metric: dead.metricApproximateNumberOfMessagesVisible(),
      threshold: 0,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    const { alarmEmail, budgetUsd } = stage;
    if (alarmEmail === undefined) return;
    const topic = new Topic(this, "Alarms", { enforceSSL: true, masterKey: key });
    topic.addSubscription(new EmailSubscription(alarmEmail));
    alarm.addAlarmAction(new SnsAction(topic));
    if (budgetUsd !== undefined) this.budget(stage.name, budgetUsd, alarmEmail);
  }

  /** It tells, it stops nothing: what may be spent on programs the tenants' quotas say. */
  private budget(stack: string, amount: number, address: string): void {
    new CfnBudget(this, "Budget", {
      budget: {
        budgetName: stack,
        budgetType: "COST",
        timeUnit: "MONTHLY",
        budgetLimit: { amount, unit: "USD" },
      },
      notificationsWithSubscribers: [80, 100].map((threshold) => ({
        notification: {
          notificationType: "ACTUAL",
          comparisonOperator: "GREATER_THAN",
          threshold,
          thresholdType: "PERCENTAGE",
        },
        subscribers: [{ subscriptionType: "EMAIL", address }],
      })),
    });
  }
}
