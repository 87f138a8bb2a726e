// Sweeping: one constant rule, every minute, for ever. One that armed and disarmed itself would race with submissions and strand them.
import { Duration } from "aws-cdk-lib";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { Construct } from "constructs";
import { type Ground, Step } from "./step.ts";

export class Sweeper extends Construct {
  readonly sweep: Step;

  constructor(scope: Construct, id: string, ground: Ground) {
    super(scope, id);
    this.sweep = new Step(this, "sweep", ground);
    new Rule(this, "EveryMinute", {
      description: "Finds what a crash lost, what is overdue, what runs and should not",
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [
        // A sweep that failed or came late is not repeated: the next comes in a minute.
        new LambdaFunction(this.sweep.function, {
          retryAttempts: 0,
          maxEventAge: Duration.minutes(1),
        }),
      ],
    });
    this.sweep.function.configureAsyncInvoke({
      retryAttempts: 0,
      maxEventAge: Duration.minutes(1),
    });
  }
}
