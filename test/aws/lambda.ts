// The double's Lambda: real handlers in this process, invoked directly or by event-source mappings (lambda/poller.ts), within the account's concurrency.
//
// Facts: docs.aws.amazon.com/lambda/latest/dg, pages lambda-concurrency, services-sqs-parameters, services-sqs-configure,
// services-sqs-errorhandling, invocation-recursion.
import type { Clock } from "./clock.ts";
import type { FunctionOptions, Invoked } from "./lambda/function.ts";
import { type MappingOptions, Poller } from "./lambda/poller.ts";
import { type Lineage, withLineage } from "./sqs/lineage.ts";
import type { Sqs } from "./sqs.ts";

export interface LambdaOptions {
  readonly clock: Clock;
  readonly sqs: Sqs;
  /** Invocations at once in the account: 1,000, of a new account 10. */
  readonly concurrency?: number;
  /** Told how each invocation ended. */
  readonly log?: (name: string, invoked: Invoked) => void;
}

export class Lambda {
  readonly #options: LambdaOptions;
  readonly #pollers: Poller[] = [];
  #running = 0;
  mostRunning = 0;

  constructor(options: LambdaOptions) {
    this.#options = options;
  }

  /** CreateEventSourceMapping over an SQS queue. */
  map(of: FunctionOptions, queueArn: string, options: MappingOptions): Poller {
    const { clock, sqs } = this.#options;
    const queue = sqs.queueAt(queueArn);
    if (!queue) throw new Error(`There is no queue ${queueArn}.`);
    checkMapping(options, of, queue.attributes.VisibilityTimeout);
    const invoke = (event: object, lineage: Lineage) => this.invoke(of, event, lineage);
    const poller = new Poller({ of, queue, clock, invoke, sqs }, options);
    this.#pollers.push(poller);
    return poller;
  }

  async invoke(of: FunctionOptions, event: object, lineage: Lineage = {}): Promise<Invoked> {
    const invoked = await this.#invoke(of, event, lineage);
    this.#options.log?.(of.name, invoked);
    return invoked;
  }

  async #invoke(of: FunctionOptions, event: object, lineage: Lineage): Promise<Invoked> {
    if (this.#running >= (this.#options.concurrency ?? 1000)) return { kind: "throttled" };
    this.mostRunning = Math.max(this.mostRunning, ++this.#running);
    try {
      const inside = { ...lineage, [of.name]: (lineage[of.name] ?? 0) + 1 };
      return await withLineage(inside, () => this.#run(of, event));
    } finally {
      this.#running--;
    }
  }

  /** What its handler does after its time is over is late; Lambda would have frozen it. */
  #run(of: FunctionOptions, event: object): Promise<Invoked> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(of.timeoutSeconds * 1000, () =>
        resolve({ kind: "timedOut" }),
      );
      const end = (invoked: Invoked) => {
        cancel();
        resolve(invoked);
      };
      of.handler(JSON.parse(JSON.stringify(event)) as never).then(
        (answer) => end({ kind: "answered", answer }),
        (error: unknown) => end({ kind: "failed", error }),
      );
    });
  }

  /** Takes nothing more, and waits for what runs. */
  async close(): Promise<void> {
    await Promise.all(this.#pollers.map((poller) => poller.close()));
  }
}

function checkMapping(
  { batchSize, windowSeconds, maximumConcurrency = 2 }: MappingOptions,
  { timeoutSeconds }: FunctionOptions,
  visibilitySeconds: number,
): void {
  const refuse = (reason: string) => {
    throw new Error(`InvalidParameterValueException: ${reason}`);
  };
  if (batchSize < 1 || batchSize > 10_000) refuse(`BatchSize is 1 to 10,000, not ${batchSize}.`);
  if (batchSize > 10 && windowSeconds < 1)
    refuse("A batch of more than 10 needs a window of at least one second.");
  if (windowSeconds > 300) refuse("MaximumBatchingWindowInSeconds is at most 300.");
  if (maximumConcurrency < 2 || maximumConcurrency > 1000)
    refuse(`MaximumConcurrency is 2 to 1,000, not ${maximumConcurrency}.`);
  if (visibilitySeconds < timeoutSeconds)
    refuse("Queue visibility timeout is less than the function's timeout.");
}
