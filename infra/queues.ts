// The message queues between functions, and the one queue where messages end that failed too often. Queues of tasks are made at run time.
import { Duration } from "aws-cdk-lib";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";

/** Deliveries before a message is put aside. */
const RECEIVES = 10;

export interface QueuesProps {
  readonly key?: IKey;
}

export class Queues extends Construct {
  readonly decide: Queue;
  readonly launch: Queue;
  /** Events of ECS and Batch, our own instance events, and ticks. */
  readonly event: Queue;
  readonly feed: Queue;
  /** Shared, so that one metric, and one alarm, watches all of them; a message says itself where it came from. */
  readonly dead: Queue;

  constructor(scope: Construct, id: string, { key }: QueuesProps) {
    super(scope, id);
    const kept = {
      encryption: key ? QueueEncryption.KMS : QueueEncryption.SQS_MANAGED,
      encryptionMasterKey: key,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    };
    this.dead = new Queue(this, "Dead", kept);
    // Six times the function's time-out, as Lambda wants it.
    const control = (name: string, timeoutSeconds: number) =>
      new Queue(this, name, {
        ...kept,
        visibilityTimeout: Duration.seconds(6 * timeoutSeconds),
        deadLetterQueue: { queue: this.dead, maxReceiveCount: RECEIVES },
      });
    this.decide = control("Decide", TIMEOUT_SECONDS.schedule);
    this.launch = control("Launch", TIMEOUT_SECONDS.launch);
    this.event = control("Event", TIMEOUT_SECONDS.observe);
    this.feed = control("Feed", TIMEOUT_SECONDS.feed);
  }
}

/** Of the functions: what a batch takes at worst. */
export const TIMEOUT_SECONDS = {
  // HTTP APIs wait at most 30 s.
  api: 29,
  schedule: 60,
  launch: 120,
  observe: 60,
  sweep: 300,
  feed: 60,
  // Registering is one a second for the whole account.
  definer: 60,
  roles: 60,
} as const;
