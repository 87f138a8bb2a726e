// Starting: `launch` alone starts and stops, two at once so that each keeps half of a rate; `definer` alone registers what can be started.
import { Construct } from "constructs";
import type { Queues } from "./queues.ts";
import { type Ground, Step } from "./step.ts";

export class Launcher extends Construct {
  readonly launch: Step;
  readonly definer: Step;

  constructor(scope: Construct, id: string, ground: Ground, { launch }: Queues) {
    super(scope, id);
    this.launch = new Step(this, "launch", ground);
    this.launch.wokenBy(launch, { batchSize: 10, maxConcurrency: 2 });
    this.definer = new Step(this, "definer", ground);
  }
}
