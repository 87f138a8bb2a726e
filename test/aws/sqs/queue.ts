// One queue of the double's SQS, with the manners of a standard queue: leases that end, copies, a dead-letter queue. Protocol and limits are ../sqs.ts.
import { createHash, randomUUID } from "node:crypto";
import type { Clock } from "../clock.ts";
import { AwsError } from "../service.ts";
import { isDelayed, isInFlight, type Message } from "./message.ts";
import { Visible } from "./visible.ts";

export interface Attributes {
  readonly VisibilityTimeout: number;
  readonly DelaySeconds: number;
  readonly MessageRetentionPeriod: number;
  readonly MaximumMessageSize: number;
  readonly ReceiveMessageWaitTimeSeconds: number;
  readonly RedrivePolicy?: string;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html */
export const DEFAULTS: Attributes = {
  VisibilityTimeout: 30,
  DelaySeconds: 0,
  MessageRetentionPeriod: 345_600,
  MaximumMessageSize: 1_048_576,
  ReceiveMessageWaitTimeSeconds: 0,
};

/** Chances, from 0 to 1, of what a standard queue may do; without a seed nothing of it happens. */
export interface Manners {
  readonly random: () => number;
  /** A message in flight is received a second time, or comes again after it was deleted: "at-least-once delivery". */
  readonly copy: number;
  /** A short poll samples servers, and misses what lies on the others. */
  readonly miss: number;
  /** A receive takes messages out of their order. */
  readonly shuffle: number;
}

export interface QueueParts {
  readonly name: string;
  readonly arn: string;
  readonly url: string;
  readonly clock: Clock;
  readonly manners: Manners | undefined;
  /** By ARN. */
  readonly queueAt: (arn: string) => SqsQueue | undefined;
}

/** In flight at once: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const IN_FLIGHT = 120_000;
/** From the receipt on, however often it is put off: API_ChangeMessageVisibility. */
const LONGEST_LEASE_MS = 12 * 3600 * 1000;

export class SqsQueue {
  readonly parts: QueueParts;
  createdAt: number;
  attributes: Attributes;
  purgedAt = Number.NEGATIVE_INFINITY;
  readonly #messages = new Map<string, Message>();
  readonly #byReceipt = new Map<string, Message>();
  readonly #visible = new Visible();
  /** Of those who wait, in the order they came. */
  readonly #watchers = new Set<() => void>();
  #alarmAt = Number.POSITIVE_INFINITY;
  #cancelAlarm = () => {};
  #places = 0;

  constructor(parts: QueueParts, attributes: Attributes) {
    this.parts = parts;
    this.createdAt = parts.clock.now();
    this.attributes = attributes;
  }

  send(body: string, delaySeconds: number | undefined, lineage: Message["lineage"] = {}): Message {
    const now = this.parts.clock.now();
    const message: Message = {
      id: randomUUID(),
      body,
      md5: createHash("md5").update(body).digest("hex"),
      place: ++this.#places,
      sentAt: now,
      lineage,
      visibleAt: now + (delaySeconds ?? this.attributes.DelaySeconds) * 1000,
      receives: 0,
      firstReceivedAt: undefined,
      lastReceivedAt: 0,
      receipt: undefined,
      isGone: false,
    };
    this.#messages.set(message.id, message);
    this.#expect(message);
    return message;
  }

  /** What can be seen now, at most `max` of it; each is hidden for so long. */
  receive(max: number, visibilitySeconds: number, isShortPoll: boolean): Message[] {
    const now = this.parts.clock.now();
    const found: Message[] = [];
    if (isShortPoll && this.#chance("miss")) return found;
    for (const message of this.#candidates(now, max)) {
      if (this.#isTooOld(message, now)) this.#forget(message);
      else if (found.length === max) this.#visible.place(message, now);
      else if (!this.#wentAside(message)) found.push(message);
    }
    for (const message of found) this.#hand(message, now, visibilitySeconds);
    for (const message of found) this.#expect(message);
    if (found.length < max && this.#chance("copy")) found.push(...this.#copy(now, found));
    if (this.#watchers.size > 0) this.#arm();
    return found.map((message) => ({ ...message }));
  }

  #candidates(now: number, max: number): Message[] {
    if (!this.#chance("shuffle")) return this.#visible.take(now, max);
    const some = this.#visible.take(now, 5 * max);
    return some.sort(() => (this.parts.manners?.random() ?? 0) - 0.5);
  }

  #chance(of: "copy" | "miss" | "shuffle"): boolean {
    const { manners } = this.parts;
    return manners !== undefined && manners.random() < manners[of];
  }

  #copy(now: number, found: readonly Message[]): Message[] {
    for (const message of this.#byReceipt.values()) {
      if (!isInFlight(message, now) || found.includes(message)) continue;
      this.#hand(message, now, (message.visibleAt - now) / 1000);
      return [message];
    }
    return [];
  }

  #isTooOld(message: Message, now: number): boolean {
    return message.sentAt < now - this.attributes.MessageRetentionPeriod * 1000;
  }

  /** "When the ReceiveCount for a message exceeds the maxReceiveCount", it is moved: SetQueueAttributes, RedrivePolicy. */
  #wentAside(message: Message): boolean {
    const { RedrivePolicy } = this.attributes;
    if (RedrivePolicy === undefined) return false;
    const { maxReceiveCount, deadLetterTargetArn } = JSON.parse(RedrivePolicy);
    if (message.receives < Number(maxReceiveCount)) return false;
    const other = this.parts.queueAt(deadLetterTargetArn);
    if (other === undefined) return false;
    this.#forget(message);
    other.#adopt(message);
    return true;
  }

  /** The age goes on from when it was first sent. */
  #adopt(message: Message): void {
    const now = this.parts.clock.now();
    const fresh = { visibleAt: now, receipt: undefined, isGone: false };
    const moved = { ...message, place: ++this.#places, ...fresh };
    this.#messages.set(moved.id, moved);
    this.#expect(moved);
  }

  #hand(message: Message, now: number, visibilitySeconds: number): void {
    message.receives++;
    message.firstReceivedAt ??= now;
    message.lastReceivedAt = now;
    if (message.receipt) this.#byReceipt.delete(message.receipt);
    message.receipt = randomUUID();
    this.#byReceipt.set(message.receipt, message);
    message.visibleAt = now + visibilitySeconds * 1000;
  }

  /** Succeeds also for a handle that is not the last one, and then deletes nothing: API_DeleteMessage. */
  delete(receipt: string): void {
    const message = this.#byReceipt.get(receipt);
    if (!message) return;
    if (!this.#chance("copy")) this.#forget(message);
  }

  hide(receipt: string, seconds: number): void {
    const now = this.parts.clock.now();
    const message = this.#byReceipt.get(receipt);
    const refuse = (reason: string) =>
      new AwsError(
        "InvalidParameterValue",
        `Value ${receipt} for parameter ReceiptHandle is invalid. Reason: ${reason}`,
      );
    if (!message || !isInFlight(message, now))
      throw refuse("Message does not exist or is not available for visibility timeout change.");
    if (now + seconds * 1000 > message.lastReceivedAt + LONGEST_LEASE_MS)
      throw refuse("Total VisibilityTimeout for the message is beyond the limit [43200 seconds]");
    if (message.visibleAt === now + seconds * 1000) return;
    message.visibleAt = now + seconds * 1000;
    this.#expect(message);
  }

  lineageOf(id: string): Message["lineage"] {
    return this.#messages.get(id)?.lineage ?? {};
  }

  purge(): void {
    for (const message of this.#messages.values()) this.#forget(message);
  }

  counts(): { readonly visible: number; readonly inFlight: number; readonly delayed: number } {
    const now = this.parts.clock.now();
    const all = [...this.#messages.values()].filter((message) => !this.#isTooOld(message, now));
    const inFlight = all.filter((message) => isInFlight(message, now)).length;
    const delayed = all.filter((message) => isDelayed(message, now)).length;
    return { visible: all.length - inFlight - delayed, inFlight, delayed };
  }

  get isFull(): boolean {
    return this.#byReceipt.size >= IN_FLIGHT && this.counts().inFlight >= IN_FLIGHT;
  }

  /** Resolves when something can be seen, or at the latest when `until` (Unix milliseconds) or the signal say so. */
  async waitForOne(until: number, signal?: AbortSignal): Promise<void> {
    const { clock } = this.parts;
    if (signal?.aborted || clock.now() >= until || this.#visible.hasAny(clock.now())) return;
    await new Promise<void>((resolve) => {
      const end = () => {
        this.#watchers.delete(end);
        cancel();
        signal?.removeEventListener("abort", end);
        resolve();
      };
      const isEndless = until === Number.POSITIVE_INFINITY;
      const cancel = isEndless ? () => {} : clock.after(until - clock.now(), end);
      this.#watchers.add(end);
      signal?.addEventListener("abort", end, { once: true });
      this.#arm();
    });
  }

  #expect(message: Message): void {
    this.#visible.place(message, this.parts.clock.now());
    if (this.#watchers.size > 0) this.#arm();
  }

  /** Who waits is told in the turn after: what is sent together is found together, and the first who waits looks first. */
  #arm(): void {
    const { clock } = this.parts;
    if (this.#visible.hasAny(clock.now())) queueMicrotask(() => this.#wake());
    const { nextAt } = this.#visible;
    if (nextAt >= this.#alarmAt || nextAt === Number.POSITIVE_INFINITY) return;
    this.#cancelAlarm();
    this.#alarmAt = nextAt;
    this.#cancelAlarm = clock.after(nextAt - clock.now(), () => {
      this.#alarmAt = Number.POSITIVE_INFINITY;
      if (this.#watchers.size > 0) this.#arm();
    });
  }

  #wake(): void {
    const [first] = this.#watchers;
    if (first && this.#visible.hasAny(this.parts.clock.now())) first();
  }

  #forget(message: Message): void {
    this.#messages.delete(message.id);
    message.isGone = true;
    if (message.receipt) this.#byReceipt.delete(message.receipt);
  }
}
