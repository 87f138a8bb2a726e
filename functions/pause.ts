// Waiting that can be called off.
import { setTimeout } from "node:timers/promises";

/** Resolves after so long, or as soon as the signal says so. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return setTimeout(milliseconds, undefined, { signal }).catch(() => {});
}
