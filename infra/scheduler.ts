// Deciding: wake-ups of the decide queue, gathered for a second, start one scheduling cycle.
import { Duration } from "aws-cdk-lib";
import { Construct } from "constructs";
import type { Queues } from "./queues.ts";
import { type Ground, Step } from "./step.ts";

export class Scheduler extends Construct {
  readonly schedule: Step;

  constructor(scope: Construct, id: string, ground: Ground, { decide }: Queues) {
    super(scope, id);
    this.schedule = new Step(this, "schedule", ground);
    // Not first-in-first-out: that would drop wake-ups for five minutes as copies, take ten at once and have no window.
    this.schedule.wokenBy(decide, { batchSize: 1000, maxBatchingWindow: Duration.seconds(1) });
  }
}
