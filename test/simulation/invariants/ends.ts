// Invariant 1: what was accepted ends, once faults stop.
import type { Execution } from "#shared/execution.ts";

export function neverEnded(executions: Iterable<Execution>): string[] {
  return [...executions]
    .filter(({ state }) => state !== "ended")
    .map(
      ({ id, state, waiting }) => `${id} is still ${state}${waiting ? `: ${waiting.text}` : "."}`,
    );
}

/** Every submission that was answered is stored, once: `answered` by idempotency key. */
export function lostOrDouble(
  answered: ReadonlyMap<string, string>,
  stored: ReadonlyMap<string, readonly string[]>,
): string[] {
  const wrong: string[] = [];
  for (const [key, id] of answered)
    if (!stored.get(key)?.includes(id))
      wrong.push(`${id} was accepted as ${key}, and is not there.`);
  for (const [key, ids] of stored)
    if (ids.length > 1) wrong.push(`${key} was stored ${ids.length} times: ${ids.join(", ")}.`);
  return wrong;
}
