// What ECS and Batch say happened: by EventBridge to the event queue, and from there to `observe`, which also takes ticks.
import { Duration } from "aws-cdk-lib";
import { type EventPattern, Rule } from "aws-cdk-lib/aws-events";
import { SqsQueue } from "aws-cdk-lib/aws-events-targets";
import { Construct } from "constructs";
import type { Queues } from "./queues.ts";
import { type Ground, Step } from "./step.ts";

export interface EventsProps {
  readonly clusterArn: string;
  readonly jobQueueArns: readonly string[];
}

export class Events extends Construct {
  readonly observe: Step;
  private readonly queues: Queues;

  constructor(scope: Construct, id: string, ground: Ground, queues: Queues, props: EventsProps) {
    super(scope, id);
    this.queues = queues;
    this.observe = new Step(this, "observe", ground);
    this.observe.wokenBy(queues.event, { batchSize: 100, maxBatchingWindow: Duration.seconds(1) });
    const jobQueue = [...props.jobQueueArns];
    this.rule("Tasks", "Tasks of our cluster that run or have stopped", {
      source: ["aws.ecs"],
      detailType: ["ECS Task State Change"],
      detail: { clusterArn: [props.clusterArn], lastStatus: ["RUNNING", "STOPPED"] },
    });
    // A job goes back to RUNNABLE when it is tried again. What runs as a node of a job tells nothing that its job does not.
    this.rule("Jobs", "Jobs of our queues, but for the children of arrays", {
      source: ["aws.batch"],
      detailType: ["Batch Job State Change"],
      detail: {
        jobQueue,
        status: ["RUNNABLE", "RUNNING", "SUCCEEDED", "FAILED"],
        arrayProperties: { index: [{ exists: false }] },
        nodeProperties: { nodeIndex: [{ exists: false }] },
      },
    });
    // An array of 10,000 is thus 10,000 events, not 60,000.
    this.rule("Children", "Ends of the children of arrays", {
      source: ["aws.batch"],
      detailType: ["Batch Job State Change"],
      detail: {
        jobQueue,
        status: ["SUCCEEDED", "FAILED"],
        arrayProperties: { index: [{ exists: true }] },
      },
    });
    this.rule("Blocked", "Queues whose first job cannot start", {
      source: ["aws.batch"],
      detailType: ["Batch Job Queue Blocked"],
      detail: { jobQueue },
    });
  }

  /** EventBridge tries for a day; what it could not bring ends with the dead letters. */
  private rule(id: string, description: string, eventPattern: EventPattern): void {
    const { event, dead } = this.queues;
    new Rule(this, id, {
      description,
      eventPattern,
      targets: [new SqsQueue(event, { deadLetterQueue: dead })],
    });
  }
}
