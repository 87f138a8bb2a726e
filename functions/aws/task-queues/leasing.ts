// A lease over SQS: receives, until there is enough or nothing more. What was delivered too often runs alone; what has its outcome is deleted.
import type { Lease } from "#functions/task-queues.ts";
import { killedError } from "#functions/task-rules.ts";
import { wrap } from "./envelope.ts";
import type { Delivery, Hand, Hands } from "./hands.ts";
import type { TaskQueueParts } from "./parts.ts";
import type { KnownQueue } from "./shelf.ts";
import { type Sifted, sift } from "./sift.ts";
import { recordStart, silentEnd } from "./starts.ts";

export interface Asking {
  readonly queue: KnownQueue;
  readonly url: string;
  readonly worker: string;
  readonly max: number;
  readonly waitSeconds: number;
  readonly signal?: AbortSignal | undefined;
  /** A suspect that took too many machines with it gets its attempt without a start. */
  readonly giveUp: (suspect: Sifted, error: string) => Promise<void>;
}

const RECEIVE = 10;

/** Whether more can be given to a worker at all, before it has ended what it holds. */
export function mayTake(hand: Hand): boolean {
  if (hand.held.size === 0) hand.isEmptying = false;
  const isAlone = [...hand.held].some((each) => each.isAlone);
  return !isAlone && !hand.isEmptying;
}

export async function leaseTasks(
  parts: TaskQueueParts,
  hands: Hands,
  asking: Asking,
): Promise<readonly Delivery[]> {
  const { queue, worker, max } = asking;
  const hand = hands.expire(queue, worker);
  const wasEmpty = hand.held.size === 0;
  const taken: Sifted[] = [];
  while (taken.length < max) {
    const wanted = Math.min(RECEIVE, max - taken.length);
    const found = await receive(parts, asking, wanted, taken.length === 0);
    if (found.length === 0) break;
    const sifted = await sift(parts, hands, queue, found);
    const suspects = sifted.filter(({ seen }) => seen >= queue.options.maxAttempts);
    const fresh = sifted.filter((each) => !suspects.includes(each));
    taken.push(...fresh);
    const [suspect] = suspects;
    if (suspect && wasEmpty && hand.held.size === 0)
      return takeAlone(parts, hands, asking, { suspect, others: suspects.slice(1), taken });
    if (suspect) {
      hand.isEmptying = true;
      await parts.messages.hide(asking.url, atOnce(suspects));
      break;
    }
    if (found.length < wanted) break;
  }
  return holdAll(parts, hands, asking, taken);
}

async function receive(parts: TaskQueueParts, asking: Asking, max: number, isFirst: boolean) {
  const { url, queue, waitSeconds, signal } = asking;
  // Upwards: what is left of a second would be a second of short polls, each of them paid.
  const seconds = isFirst ? Math.min(20, Math.ceil(waitSeconds)) : 0;
  const visibilitySeconds = queue.options.leaseSeconds;
  return parts.messages.receive(url, { max, waitSeconds: seconds, visibilitySeconds, signal });
}

/** Nobody listens any more, or a suspect was taken meanwhile: what came goes back as if not delivered. */
async function holdAll(
  parts: TaskQueueParts,
  hands: Hands,
  asking: Asking,
  taken: readonly Sifted[],
): Promise<readonly Delivery[]> {
  const hand = hands.of(asking.queue, asking.worker);
  const isAlone = [...hand.held].some((each) => each.isAlone);
  if (!asking.signal?.aborted && !isAlone)
    return taken.map((each) => hold(hands, asking, each, false));
  await sendBack(parts, asking.url, taken);
  return [];
}

interface Alone {
  readonly suspect: Sifted;
  readonly others: readonly Sifted[];
  readonly taken: readonly Sifted[];
}

/** Its start is durable before the worker has it. */
async function takeAlone(
  parts: TaskQueueParts,
  hands: Hands,
  asking: Asking,
  { suspect, others, taken }: Alone,
): Promise<readonly Delivery[]> {
  await parts.messages.hide(asking.url, atOnce(others));
  await sendBack(parts, asking.url, taken);
  const { attempts } = silentEnd(suspect.trouble);
  if (attempts > suspect.trouble.attempts) {
    const most = asking.queue.options.maxAttempts;
    await asking.giveUp(suspect, killedError(asking.worker, attempts, most));
    await parts.messages.hide(asking.url, atOnce([suspect]));
    return [];
  }
  const delivery = hold(hands, asking, suspect, true);
  if (await recordStart(parts, delivery, suspect.trouble)) return [delivery];
  hands.end(delivery, "over");
  await parts.messages.hide(asking.url, atOnce([suspect]));
  return [];
}

function atOnce(all: readonly { readonly receipt: string }[]) {
  return all.map(({ receipt }) => ({ receipt, seconds: 0 }));
}

/** A new message takes the place of each, so that SQS counts this delivery no longer. */
export async function sendBack(
  { messages }: TaskQueueParts,
  url: string,
  all: readonly (Pick<Sifted, "task" | "payload" | "from" | "seen" | "round"> & {
    receipt: string;
  })[],
): Promise<void> {
  if (all.length === 0) return;
  await messages.send(
    url,
    all.map((each) => wrap(each)),
  );
  await messages.delete(
    url,
    all.map(({ receipt }) => receipt),
  );
}

function hold(hands: Hands, asking: Asking, sifted: Sifted, isAlone: boolean): Delivery {
  const { queue, worker } = asking;
  const { task, payload, from, seen, round, receipt, message, receivedAt } = sifted;
  const delivery: Delivery = {
    ...{ queue, task, worker, message, from, round, seen, payload, receivedAt, isAlone, receipt },
    lease: hands.newLease(),
    attempts: sifted.trouble.attempts,
    until: receivedAt + queue.options.leaseSeconds * 1000,
    state: "held",
    hasFailed: false,
  };
  hands.hold(delivery);
  return delivery;
}

export function leaseOf({ lease, task, payload, attempts, until }: Delivery): Lease {
  return { lease, task, payload: JSON.parse(payload), attempts, until };
}
