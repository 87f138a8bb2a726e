// Invariants 2 and 5: no fenced instance runs twice at once, and no backend resource outlives its execution by more than the grace time.
import { type InstanceId, instanceName } from "#shared/instance.ts";

/** Crashed hosts come back after 90 s at most, calls stall for 130 s, a sweep comes every 15 s: then nothing may be left. */
export const GRACE_MS = 300_000;

/** `isFenced`: all kinds of services but workers. */
export function runsTwice(
  running: readonly InstanceId[],
  isFenced: (id: InstanceId) => boolean,
): string | undefined {
  const seen = new Map<string, InstanceId>();
  for (const id of running.filter(isFenced)) {
    const name = `${id.executionId}/${id.service}-${id.index}`;
    const other = seen.get(name);
    if (other !== undefined)
      return `${name} runs twice: generations ${other.generation} and ${id.generation}.`;
    seen.set(name, id);
  }
  return undefined;
}

/** Of a gang, no node of one generation runs beside a node of another. */
export function gangRunsTwice(
  running: readonly InstanceId[],
  isGang: (id: InstanceId) => boolean,
): string | undefined {
  const seen = new Map<string, InstanceId>();
  for (const id of running.filter(isGang)) {
    const name = `${id.executionId}/${id.service}`;
    const other = seen.get(name);
    if (other !== undefined && other.generation !== id.generation)
      return `${instanceName(id)} of ${id.executionId} runs beside ${instanceName(other)}.`;
    seen.set(name, id);
  }
  return undefined;
}

/** `overSince`: when its execution ended, or was forgotten; undefined while it lives. */
export function outlives(
  resources: readonly InstanceId[],
  overSince: (executionId: string) => number | undefined,
  now: number,
): string | undefined {
  for (const id of resources) {
    const since = overSince(id.executionId);
    if (since !== undefined && now - since > GRACE_MS)
      return `${id.executionId}/${instanceName(id)} runs, and its execution is over since ${(now - since) / 1000} s.`;
  }
  return undefined;
}
