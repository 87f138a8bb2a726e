// A worker ended: what it held can be had by others at once. Of one that was killed, what it ran alone is an attempt; also when another process tells so.
import { killedError } from "#functions/task-rules.ts";
import type { Hands } from "./hands.ts";
import type { TaskQueueParts } from "./parts.ts";
import type { Recorder } from "./recorder.ts";
import { startOf, troubleOf } from "./records.ts";
import type { KnownQueue } from "./shelf.ts";
import { forgetStart, startEnds } from "./starts.ts";

export interface Releasing {
  readonly parts: TaskQueueParts;
  readonly hands: Hands;
  readonly recorder: Recorder;
}

export async function releaseWorker(
  releasing: Releasing,
  queue: KnownQueue,
  worker: string,
  killed: boolean,
): Promise<void> {
  const { parts, hands, recorder } = releasing;
  // A lease of ours that ended before its worker did is no attempt: another may have the task by now.
  if (!hands.knows(queue, worker)) return releaseElsewhere(releasing, queue, worker, killed);
  const hand = hands.expire(queue, worker);
  hand.isEmptying = false;
  const held = [...hand.held];
  const alone = held.find(({ isAlone }) => isAlone);
  if (alone && killed) {
    const most = queue.options.maxAttempts;
    await recorder.failed(alone, worker, killedError(worker, alone.attempts + 1, most));
  } else if (alone) await forgetStart(parts, alone);
  await recorder.letGo(held);
}

/** Another process gave it what it ran alone: the recorded start says what. */
async function releaseElsewhere(
  { parts, recorder }: Releasing,
  queue: KnownQueue,
  worker: string,
  killed: boolean,
): Promise<void> {
  const { keys, options, url = "" } = queue;
  const start = startOf(await parts.store.get(keys.start(worker)));
  if (!start) return;
  const { task, receipt, from } = start;
  const { startedBy, attempts } = troubleOf(await parts.store.get(keys.trouble(task)));
  if (startedBy !== worker) return;
  if (!killed) await forgetStart(parts, { queue, task, worker, isAlone: true });
  else {
    const also = startEnds({ queue, worker, isAlone: true });
    const error = killedError(worker, attempts + 1, options.maxAttempts);
    const reply = await recorder.attempt({ queue, task, worker, from, also }, error);
    if (reply !== "again") return parts.messages.delete(url, [receipt]);
  }
  await parts.messages.hide(url, [{ receipt, seconds: 0 }]);
}
