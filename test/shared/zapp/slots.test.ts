import { expect, test } from "vitest";
import { slotsOf } from "#shared/zapp/slots.ts";

test("ranks in all are dealt evenly over the nodes", () => {
  expect(slotsOf({ count: 4, ranks: { total: 7 } })).toEqual([2, 2, 2, 1]);
  expect(slotsOf({ count: 4, ranks: { total: 8 } })).toEqual([2, 2, 2, 2]);
  expect(slotsOf({ count: 3, ranks: { total: 1 } })).toEqual([1, 0, 0]);
});

test("ranks of each node are the same on all of them", () => {
  expect(slotsOf({ count: 3, ranks: { perNode: 2 } })).toEqual([2, 2, 2]);
});
