// Feeding: chunks of tasks that a put has stored go to the queues from which sidecars lease.
import { Construct } from "constructs";
import type { Queues } from "./queues.ts";
import { type Ground, Step } from "./step.ts";

export class Feeder extends Construct {
  readonly feed: Step;

  constructor(scope: Construct, id: string, ground: Ground, { feed }: Queues) {
    super(scope, id);
    this.feed = new Step(this, "feed", ground);
    this.feed.wokenBy(feed, { batchSize: 10 });
  }
}
