// The double's EventBridge: events of other services to the queues that rules name, at least once and in no order; and a rule that ticks.
//
// Facts: docs.aws.amazon.com/eventbridge/latest/userguide, pages eb-event-patterns (matching), eb-rule-dlq and eb-delivery (at least once, retried
// for 24 hours), eb-create-rule-schedule ("a rate of 1 minute", to the minute and not to the second).
import { randomUUID } from "node:crypto";
import { ACCOUNT, REGION } from "./aws.ts";
import type { Clock } from "./clock.ts";
import { matches, type Pattern } from "./events/pattern.ts";
import type { Sqs } from "./sqs.ts";

/** What a service says happened. */
export interface Happened {
  readonly source: string;
  readonly "detail-type": string;
  readonly detail: object;
  readonly resources?: readonly string[];
}

export interface Rule {
  readonly name: string;
  readonly pattern: Pattern;
  /** ARN of the queue that it brings events to. */
  readonly queue: string;
}

/** Chances, from 0 to 1, of what EventBridge may do; without a seed every event comes once, at once, in order. */
export interface EventManners {
  readonly random: () => number;
  /** It comes twice. */
  readonly duplicate: number;
  /** It comes up to `mostLateMs` late, behind what happened after it. */
  readonly late: number;
  readonly mostLateMs: number;
}

export interface EventsOptions {
  readonly clock: Clock;
  readonly sqs: Sqs;
  readonly manners?: EventManners;
}

const MINUTE_MS = 60_000;

export class Events {
  readonly #options: EventsOptions;
  readonly #rules: Rule[] = [];
  /** While it is over, nothing is delivered: as bad an hour as EventBridge can have. Unix milliseconds. */
  lostUntil = Number.NEGATIVE_INFINITY;

  constructor(options: EventsOptions) {
    this.#options = options;
  }

  add(rule: Rule): void {
    this.#rules.push(rule);
  }

  /** Answers the event, as targets see it. */
  put(happened: Happened): object {
    const { clock } = this.#options;
    const event = {
      version: "0",
      id: randomUUID(),
      "detail-type": happened["detail-type"],
      source: happened.source,
      account: ACCOUNT,
      time: new Date(clock.now()).toISOString().replace(/\.\d+Z/, "Z"),
      region: REGION,
      resources: happened.resources ?? [],
      detail: happened.detail,
    };
    const body = JSON.stringify(event);
    if (clock.now() >= this.lostUntil)
      for (const rule of this.#rules)
        if (matches(rule.pattern, JSON.parse(body))) this.#deliver(rule, body);
    return event;
  }

  #deliver({ queue }: Rule, body: string): void {
    const { manners } = this.#options;
    const chance = (rate = 0) => manners !== undefined && manners.random() < rate;
    for (const _ of chance(manners?.duplicate) ? [1, 2] : [1]) {
      const lateMs = chance(manners?.late)
        ? Math.ceil((manners?.random() ?? 0) * (manners?.mostLateMs ?? 0))
        : 0;
      if (lateMs > 0) this.#options.clock.after(lateMs, () => this.#send(queue, body));
      else this.#send(queue, body);
    }
  }

  #send(queue: string, body: string): void {
    this.#options.sqs.queueAt(queue)?.send(body, 0);
  }

  /** A constant rule with a rate of one minute; answers how to disable it. */
  everyMinute(name: string, act: (event: object) => void): () => void {
    const { clock } = this.#options;
    let cancel = () => {};
    const next = () => {
      const wait = MINUTE_MS - (clock.now() % MINUTE_MS);
      cancel = clock.after(wait, () => {
        next();
        const rule = `arn:aws:events:${REGION}:${ACCOUNT}:rule/${name}`;
        act({
          source: "aws.events",
          "detail-type": "Scheduled Event",
          resources: [rule],
          detail: {},
        });
      });
    };
    next();
    return () => cancel();
  }
}
