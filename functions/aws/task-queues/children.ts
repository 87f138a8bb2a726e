// The tasks that a result puts into other queues: stored with it, then sent. Whoever meets the parent again sends them again.
import type { Item } from "#functions/store.ts";
import { checkedChildren } from "#functions/task-children.ts";
import type { Child, Routed } from "#shared/route.ts";
import { wrap } from "./envelope.ts";
import type { TaskQueueParts } from "./parts.ts";
import { outcomeOf } from "./records.ts";
import { type KnownQueue, Shelf } from "./shelf.ts";

export interface Parent {
  readonly task: string;
  /** JSON text. */
  readonly payload: string;
}

export function childrenOf(
  queue: KnownQueue,
  { task, payload }: Parent,
  output: string,
  hasQueue: (name: string) => boolean,
): Routed {
  const parent = { queue: queue.name, task, input: payload, output };
  return checkedChildren(parent, queue.options.routes, hasQueue);
}

/** A parent that was delivered again although it has its outcome: what put it there may have ended before it sent. */
export async function sendChildren(
  parts: TaskQueueParts,
  queue: KnownQueue,
  parent: Parent,
  outcome: Item,
): Promise<void> {
  const { ok, output } = outcomeOf(outcome);
  if (!ok || output === undefined || queue.options.routes.length === 0) return;
  const targets = await targetsOf(parts, queue);
  const made = childrenOf(queue, parent, output, (name) => targets.has(name));
  if (made.kind === "children") await sendAllChildren(parts, targets, made.children);
}

export async function targetsOf(
  parts: TaskQueueParts,
  { ref }: KnownQueue,
): Promise<ReadonlyMap<string, KnownQueue>> {
  const all = await new Shelf(parts).all(ref.executionId);
  return new Map(all.map((queue) => [queue.name, queue]));
}

/** A queue that is not placed yet gets them from its own placement on, by the sweep. */
export async function sendAllChildren(
  { messages }: TaskQueueParts,
  targets: ReadonlyMap<string, KnownQueue>,
  children: readonly Child[],
): Promise<void> {
  const bodies = new Map<string, string[]>();
  for (const { queue, id, payload } of children) {
    const url = targets.get(queue)?.url;
    if (url === undefined) continue;
    const body = wrap({ task: id, payload, from: undefined, seen: 0, round: 0 });
    bodies.set(url, [...(bodies.get(url) ?? []), body]);
  }
  await Promise.all([...bodies].map(([url, all]) => messages.send(url, all)));
}
