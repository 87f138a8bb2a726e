// The message-queue port: wake-ups between steps. A message is a hint (the store is the truth): delivered at least once, in no order, late or twice.
import { VisibleError } from "#shared/fault.ts";

/** What a step holds: it only sends. */
export interface MessageQueue<M> {
  /** In any number. Once it resolves, each message will be delivered, after `delaySeconds` (0 to 900) at the earliest. */
  send(messages: readonly M[], options?: { readonly delaySeconds?: number }): Promise<void>;
}

/** What a host holds: it brings the messages to the step that they wake. */
export interface ConsumedQueue<M> extends MessageQueue<M> {
  consume(handler: Handler<M>, options: ConsumeOptions): Consumer;
  /** Messages that failed too often, oldest first; kept for people to look at. */
  dead(limit: number): Promise<readonly DeadMessage<M>[]>;
}

/** Answers the positions of the messages that failed; they come again later. Throwing fails all of them. */
export type Handler<M> = (messages: readonly M[]) => Promise<readonly number[]>;

export interface ConsumeOptions {
  /** Most messages at once, 1 to 1,000. */
  readonly batch: number;
  /** How long a first message waits for others to make up a batch; 0 takes what there is. */
  readonly windowMs: number;
  /** Most handlers at once. */
  readonly concurrency: number;
  /** A message whose handler did not end within this time is delivered again, beside it. */
  readonly visibilitySeconds: number;
}

export interface Consumer {
  /** Takes no more messages, and waits for the handlers in flight. */
  close(): Promise<void>;
}

export interface DeadMessage<M> {
  readonly message: M;
  readonly receives: number;
  /** Unix milliseconds of the last failure. */
  readonly at: number;
}

/** Limits of SQS where it has one; kept by every implementation. */
export const QUEUE_LIMITS = {
  messageBytes: 256 * 1024,
  delaySeconds: 900,
  batch: 1000,
  /** Deliveries before a message is put aside as dead. */
  receives: 10,
} as const;

/** From this delivery on a message comes alone, so that a poisonous one takes no others with it. */
export const ALONE_FROM = 4;

/** Seconds before a message that failed `receives` times comes again: 1, 2, 4 ... at most 300. */
export function redeliverySeconds(receives: number): number {
  return Math.min(300, 2 ** (receives - 1));
}

export function checkDelay(seconds: number): void {
  if (seconds >= 0 && seconds <= QUEUE_LIMITS.delaySeconds) return;
  throw new RangeError(`A message waits 0 to ${QUEUE_LIMITS.delaySeconds} s, not ${seconds}.`);
}

const encoder = new TextEncoder();

/** The message as it travels. */
export function bodyOf(message: unknown): string {
  const body = JSON.stringify(message);
  const { byteLength } = encoder.encode(body);
  if (byteLength <= QUEUE_LIMITS.messageBytes) return body;
  throw new VisibleError(
    "tooLarge",
    `A message has at most ${QUEUE_LIMITS.messageBytes} bytes; this one has ${byteLength}.`,
  );
}
