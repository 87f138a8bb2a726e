// One message of the double's SQS: when it can be seen, how often it was received, which receipt handle is the last one.

export interface Message {
  readonly id: string;
  readonly body: string;
  readonly md5: string;
  /** Order among messages that became visible at the same time. */
  readonly place: number;
  readonly sentAt: number;
  /** Function name -> how often it was on the way to this message: Lambda's recursion guard looks at it. */
  readonly lineage: Readonly<Record<string, number>>;
  /** Delayed or in flight until then. */
  visibleAt: number;
  receives: number;
  firstReceivedAt: number | undefined;
  lastReceivedAt: number;
  /** The most recent one; older ones delete nothing. */
  receipt: string | undefined;
  /** Deleted, too old, or in the dead-letter queue. */
  isGone: boolean;
}

export function isInFlight(message: Message, now: number): boolean {
  return message.receipt !== undefined && message.visibleAt > now;
}

export function isDelayed(message: Message, now: number): boolean {
  return message.receipt === undefined && message.visibleAt > now;
}

/** Standard queues keep the order as well as they can: by the time a message could be seen, then by the time it came. */
export function inOrder(a: Message, b: Message): number {
  return a.visibleAt - b.visibleAt || a.place - b.place;
}
