// The fence: whoever asks for an instance, at most one runner has it at a time, and a newer generation waits until the older one's lease is over.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CLAIM, type Claimant, claim, endClaim, judge, renewClaim } from "#functions/aws/claim.ts";
import { memoryStore } from "#local/store/memory-store.ts";
import { seededRandom } from "#test/contract/seeded-random.ts";

const ME: Claimant = {
  ...{ owner: "lab#hello", executionId: "exe_1", service: "main", index: 0 },
  ...{ generation: 2, runner: "task/me" },
};
const NOW = 1_000_000;
const MARGIN = CLAIM.marginSeconds * 1000;
const found = (more: object) => ({
  ...{ generation: 2, runner: "task/other", leaseUntil: NOW + 60_000, isOver: false, version: 1 },
  ...more,
});

describe("what may be done about a claim that is there", () => {
  const table: Record<string, readonly [Parameters<typeof judge>[0], unknown]> = {
    "there is none": [undefined, "free"],
    "a newer generation": [found({ generation: 3, isOver: true }), "duplicate"],
    "mine, again": [found({ runner: "task/me" }), "free"],
    "mine, which I ended": [found({ runner: "task/me", isOver: true }), "duplicate"],
    "another of my generation": [found({}), "duplicate"],
    "another of my generation that ended": [found({ isOver: true, leaseUntil: 0 }), "duplicate"],
    "another of my generation, long gone": [found({ leaseUntil: NOW - MARGIN }), "free"],
    "an older one that may run": [found({ generation: 1 }), { until: NOW + 60_000 + MARGIN }],
    "an older one that ended": [found({ generation: 1, isOver: true }), "free"],
    "an older one whose lease is over, by another clock": [
      found({ generation: 1, leaseUntil: NOW - MARGIN + 1 }),
      { until: NOW + 1 },
    ],
    "an older one whose lease is over": [
      found({ generation: 1, leaseUntil: NOW - MARGIN }),
      "free",
    ],
  };
  test.each(Object.entries(table))("%s", (_, [claimed, expected]) => {
    expect(judge(claimed, ME, NOW)).toEqual(expected);
  });
});

test("a claim is renewed by its runner alone, and not after its end", async () => {
  const store = memoryStore({ now: () => NOW });
  await claim(store, ME, () => NOW);
  const other = { ...ME, runner: "task/other" };
  expect(await renewClaim(store, other, () => NOW)).toBeUndefined();
  expect(await renewClaim(store, ME, () => NOW + 5)).toBe(NOW + 5 + CLAIM.leaseSeconds * 1000);
  await endClaim(store, ME);
  expect(await renewClaim(store, ME, () => NOW)).toBeUndefined();
  expect(await claim(store, ME, () => NOW)).toEqual({ kind: "duplicate" });
});

test("whatever claims, renews, ends and falls silent, two never run at once", async () => {
  const step = fc.record({
    runner: fc.integer({ min: 0, max: 3 }),
    generation: fc.integer({ min: 1, max: 3 }),
    act: fc.constantFrom("claim", "renew", "end", "wait"),
    seconds: fc.integer({ min: 0, max: 100 }),
  });
  const property = fc.asyncProperty(
    fc.array(step, { maxLength: 60 }),
    fc.nat(),
    async (steps, seed) => {
      let now = NOW;
      const store = memoryStore({ now: () => now, random: seededRandom(seed), conflictRate: 0.2 });
      /** Who believes that it may run, and until when it will at the latest. */
      const runs = new Map<string, { until: number; me: Claimant }>();
      for (const { runner, generation, act, seconds } of steps) {
        const me = { ...ME, generation, runner: `task/${runner}.${generation}` };
        if (act === "wait") now += seconds * 1000;
        for (const [name, { until }] of runs) if (until <= now) runs.delete(name);
        if (act === "claim") {
          const reply = await claim(store, me, () => now);
          if (reply.kind === "claimed") runs.set(me.runner, { until: reply.leaseUntil, me });
        }
        if (act === "renew" && runs.has(me.runner)) {
          const until = await renewClaim(store, me, () => now);
          if (until === undefined) runs.delete(me.runner);
          else runs.set(me.runner, { until, me });
        }
        if (act === "end" && runs.delete(me.runner)) await endClaim(store, me);
        expect([...runs.keys()].length, [...runs.keys()].join()).toBeLessThanOrEqual(1);
      }
    },
  );
  await fc.assert(property, { numRuns: 200 });
});
