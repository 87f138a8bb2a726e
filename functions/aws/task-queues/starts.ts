// Suspects that run alone: their start is recorded first, so that a kill can be told, here or by whoever meets the task next.
import type { Action } from "#functions/store.ts";
import { commit } from "./commit.ts";
import type { Delivery } from "./hands.ts";
import type { TaskQueueParts } from "./parts.ts";
import { startItem, type Trouble, troubleItem, troubleOf } from "./records.ts";

/**
 * Starts whose end nobody told before each further one counts as a kill. A machine that was lost tells nothing either, and must not
 * condemn a healthy task; a task that takes whole machines down must end at some time.
 */
export const SILENT_ENDS = 8;

export function silentEnd(trouble: Trouble): Trouble {
  if (trouble.startedBy === undefined) return trouble;
  const silent = trouble.silent + 1;
  const attempts = trouble.attempts + (silent > SILENT_ENDS ? 1 : 0);
  return { ...trouble, silent, attempts, startedBy: undefined };
}

/** False: the task got its outcome, or another start, meanwhile. */
export async function recordStart(
  parts: TaskQueueParts,
  { queue, task, worker, receipt, from }: Delivery,
  trouble: Trouble,
): Promise<boolean> {
  const { keys } = queue;
  const lost = await commit(parts, [
    {
      kind: "put",
      item: troubleItem(keys.trouble(task), { ...silentEnd(trouble), startedBy: worker }),
      condition: asSeen(trouble),
    },
    { kind: "put", item: startItem(keys.start(worker), { task, receipt, from }) },
    { kind: "check", key: keys.outcome(task), condition: { absent: true } },
  ]);
  return lost === undefined;
}

export function asSeen({ version }: Trouble) {
  return version === 0 ? ({ absent: true } as const) : { version };
}

/** With whatever ends what a worker ran alone. Emptied, not deleted: a task role may delete nothing. */
export function startEnds({
  queue,
  worker,
  isAlone,
}: Pick<Delivery, "queue" | "worker" | "isAlone">): readonly Action[] {
  return isAlone ? [{ kind: "put", item: { ...queue.keys.start(worker), value: {} } }] : [];
}

/** The worker ended without having been killed, or never had it: what it was to run alone is no attempt. */
export async function forgetStart(
  parts: TaskQueueParts,
  delivery: Pick<Delivery, "queue" | "task" | "worker" | "isAlone">,
): Promise<void> {
  const { queue, task, worker } = delivery;
  const key = queue.keys.trouble(task);
  const trouble = troubleOf(await parts.store.get(key));
  if (trouble.startedBy !== worker) return;
  const item = troubleItem(key, { ...trouble, startedBy: undefined });
  await commit(parts, [{ kind: "put", item, condition: asSeen(trouble) }, ...startEnds(delivery)]);
}
