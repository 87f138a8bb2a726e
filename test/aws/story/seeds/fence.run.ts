// That nothing runs twice is the fence's work: without it the same seeds show instances that do.
import { expect, test } from "vitest";
import { AS_BUILT, runSeed } from "./seed.ts";

test("with it a seed ends with nothing lost, nothing twice, nothing left", async () => {
  expect((await runSeed(1)).violations).toEqual([]);
});

test("without the fence instances run twice at once, and the guard sees it", async () => {
  const mode = { ...AS_BUILT, isFenced: false };
  let twice = 0;
  for (let seed = 1; seed <= 30 && twice === 0; seed++) twice += (await runSeed(seed, mode)).twice;
  expect(twice).toBeGreaterThan(0);
});
