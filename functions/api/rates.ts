// How often one token may ask: a bucket each, that fills with time.
import type { World } from "#functions/world.ts";
import type { ApiLimits } from "./settings.ts";

export interface Rates {
  /** 0 when the request may pass, else the seconds to wait. */
  take(tokenId: string): number;
}

interface Bucket {
  left: number;
  at: number;
}

export function newRates(
  world: World,
  { requestsPerSecond, requestBurst, cacheEntries }: ApiLimits,
): Rates {
  const buckets = new Map<string, Bucket>();
  return {
    take(tokenId) {
      const now = world.now();
      if (buckets.size > cacheEntries) buckets.clear();
      const bucket = buckets.get(tokenId) ?? { left: requestBurst, at: now };
      const filled = bucket.left + (Math.max(0, now - bucket.at) / 1000) * requestsPerSecond;
      const left = Math.min(requestBurst, filled);
      const passes = left >= 1;
      buckets.set(tokenId, { left: passes ? left - 1 : left, at: now });
      return passes ? 0 : Math.ceil((1 - left) / requestsPerSecond);
    },
  };
}
