// Long polls: a request that waits until there is news, its time is up, or the host closes.

import { pause } from "#functions/pause.ts";
import type { Api } from "./api.ts";

/** So many waiting requests look at the usual pace; more look slower, so that waiting stays cheap. */
const FAST_WAITERS = 20;

/** The first look that is news, or the last one. */
export async function waitFor<T>(
  api: Api,
  request: Request,
  seconds: number,
  look: () => Promise<T>,
  isNews: (seen: T) => boolean,
): Promise<T> {
  const { world, limits, waiters, closing } = api;
  const until = world.now() + Math.min(seconds, limits.waitSeconds) * 1000;
  waiters.count++;
  try {
    for (;;) {
      const seen = await look();
      if (isNews(seen) || world.now() >= until) return seen;
      if (closing?.aborted || request.signal.aborted) return seen;
      const slower = Math.max(1, waiters.count / FAST_WAITERS);
      await pause(Math.min(limits.lookMs * slower, until - world.now()), closing);
    }
  } finally {
    waiters.count--;
  }
}

/** Where nobody waits (AWS), the caller is told when to ask again. */
export function retryHeaders(
  { limits }: Api,
  asked: number,
  isNews: boolean,
): Record<string, string> {
  return asked > 0 && limits.waitSeconds === 0 && !isNews ? { "retry-after": "2" } : {};
}
