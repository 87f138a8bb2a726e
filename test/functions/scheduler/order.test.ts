// Who comes first.
import { expect, test } from "vitest";
import { keys } from "#functions/records.ts";
import { rank } from "#functions/scheduler/order.ts";
import { aWaiting, NOON } from "#test/builders.ts";

const line = [
  aWaiting("exe_urgent", { priority: 90, createdAt: NOON + 9 }),
  aWaiting("exe_old", { createdAt: NOON }),
  aWaiting("exe_twin_a", { createdAt: NOON + 5 }),
  aWaiting("exe_twin_b", { createdAt: NOON + 5 }),
  aWaiting("exe_late", { priority: 10, createdAt: NOON - 1000 }),
];

test("priority comes before age, age before the id", () => {
  expect([...line].reverse().sort(rank)).toEqual(line);
});

test("the sort keys of the waiting list have the same order", () => {
  const sorted = line.map((waiting) => keys.waiting(waiting).sk);
  expect([...sorted].sort()).toEqual(sorted);
});

test("nobody comes before itself", () => {
  for (const waiting of line) expect(rank(waiting, waiting)).toBe(0);
});
