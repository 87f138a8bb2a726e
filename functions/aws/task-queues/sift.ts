// What SQS delivered, looked at: copies of what is held here, tasks that have their outcome and messages from before a redrive are taken out.

import { sendChildren } from "./children.ts";
import { unwrap } from "./envelope.ts";
import type { Hands } from "./hands.ts";
import type { ReceivedMessage } from "./messages.ts";
import type { TaskQueueParts } from "./parts.ts";
import { NO_TROUBLE, type Place, type Trouble, troubleOf } from "./records.ts";
import type { KnownQueue } from "./shelf.ts";

export interface Sifted {
  readonly task: string;
  /** JSON text. */
  readonly payload: string;
  readonly from: Place;
  readonly round: number;
  /** Deliveries before this one. */
  readonly seen: number;
  readonly message: string;
  readonly receipt: string;
  readonly receivedAt: number;
  readonly trouble: Trouble;
}

export async function sift(
  parts: TaskQueueParts,
  hands: Hands,
  queue: KnownQueue,
  found: readonly ReceivedMessage[],
): Promise<readonly Sifted[]> {
  const receivedAt = parts.now();
  const all = found.map((message) => siftedOf(message, receivedAt));
  const fresh = all.filter((each) => !isCopy(hands, queue, each));
  const gone = all.filter(
    (each) => !fresh.includes(each) && hands.holding(queue, each.task)?.message !== each.message,
  );
  const { good, over } = await looked(parts, queue, fresh);
  await parts.messages.delete(
    queue.url ?? "",
    [...gone, ...over].map(({ receipt }) => receipt),
  );
  return good;
}

function siftedOf({ id, body, receipt, receives }: ReceivedMessage, receivedAt: number): Sifted {
  const { task, payload, from, seen, round } = unwrap(body);
  return {
    ...{ task, from, round, receipt, receivedAt },
    payload: JSON.stringify(payload),
    seen: seen + receives - 1,
    message: id,
    trouble: NO_TROUBLE,
  };
}

/** Held in this process already. Of the same message the newer receipt counts; another message of the same task is one too many. */
function isCopy(hands: Hands, queue: KnownQueue, { task, message, receipt }: Sifted): boolean {
  const held = hands.holding(queue, task);
  if (!held) return false;
  if (held.message === message) held.receipt = receipt;
  return true;
}

/** A first delivery has no past; for the others one read tells. */
async function looked(parts: TaskQueueParts, queue: KnownQueue, fresh: readonly Sifted[]) {
  const { keys } = queue;
  const old = fresh.filter(({ seen, round }) => seen > 0 || round > 0);
  const items = await parts.store.getMany(
    old.flatMap(({ task }) => [keys.outcome(task), keys.trouble(task)]),
  );
  const good: Sifted[] = [];
  const over: Sifted[] = [];
  for (const each of fresh) {
    const at = 2 * old.indexOf(each);
    const trouble = at < 0 ? NO_TROUBLE : troubleOf(items[at + 1]);
    const outcome = at < 0 ? undefined : items[at];
    if (outcome) await sendChildren(parts, queue, each, outcome);
    if (outcome || trouble.round > each.round) over.push(each);
    else good.push({ ...each, trouble });
  }
  return { good, over };
}
