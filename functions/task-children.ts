// The tasks that a result puts into other queues, checked: all of them can be put, or the result's task is a dead letter that says why not.

import { type Routed, type RoutedTask, routed } from "#shared/route.ts";
import type { Route } from "#shared/zapp.ts";
import { TASK_LIMITS } from "./task-queues.ts";
import { childTooLarge, isLonger, noSuchQueue } from "./task-rules.ts";

export function checkedChildren(
  parent: RoutedTask,
  routes: readonly Route[],
  hasQueue: (name: string) => boolean,
): Routed {
  const made = routed(parent, routes);
  if (made.kind === "deadLetter") return made;
  for (const { queue, payload } of made.children) {
    if (!hasQueue(queue)) return { kind: "deadLetter", error: noSuchQueue(queue) };
    if (isLonger(payload, TASK_LIMITS.payloadBytes))
      return { kind: "deadLetter", error: childTooLarge(queue) };
  }
  return made;
}

/** Every queue that a result may be routed to. */
export function targetsOf(routes: readonly Route[]): readonly string[] {
  const all = routes.flatMap(({ to, otherwise }) => [
    ...Object.values(to),
    ...(otherwise.kind === "queue" ? [otherwise.queue] : []),
  ]);
  return [...new Set(all)];
}
