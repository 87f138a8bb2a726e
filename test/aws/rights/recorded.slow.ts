// Every call of a day in the AWS body, judged by the rights of who made it; and each right of the stack, by who needs it.
import { beforeAll, describe, expect, test } from "vitest";
import { AWS_FUNCTIONS } from "#shared/aws-names.ts";
import type { RecordedCall } from "#test/aws/recorder.ts";
import { AS_BUILT, runSeed } from "#test/aws/story/seeds/seed.ts";
import { type Day, liveThroughADay } from "./a-day.ts";
import { openGround } from "./ground.ts";
import { judgeAll, REASONS } from "./recorded.ts";
import { statementsOf } from "./table.ts";

const { rights } = await openGround();
let day: Day;
beforeAll(async () => {
  day = await liveThroughADay();
  await day.close();
}, 300_000);

test("all that was submitted ended as it should", () => {
  const { "tasks, some of which fail": mixed, ...others } = day.outcomes;
  expect(mixed).toBe("failed");
  for (const [what, outcome] of Object.entries(others))
    expect([what, outcome]).toEqual([what, what.includes("stopped") ? "cancelled" : "succeeded"]);
});

test("every function made calls, and programs under roles of their own", () => {
  const who = new Set(day.calls.map(({ principal }) => principal.split("/").slice(1).join("/")));
  for (const name of AWS_FUNCTIONS) expect(who).toContain(`zoe-${name}`);
  expect([...who].filter((name) => name.startsWith("zoe/zoe/task/zoe_r_")).length).toBeGreaterThan(
    3,
  );
});

test("all calls are allowed, with the resources and conditions that they had", () => {
  const { denied, strangers } = judgeAll(day.calls, rights);
  expect(strangers).toEqual([]);
  expect(denied).toEqual([]);
});

test("nor is any call denied that only bad luck brings about, over twenty seeds", async () => {
  const denied = new Set<string>();
  for (let seed = 1; seed <= 20; seed++) {
    const calls: RecordedCall[] = [];
    await runSeed(seed, AS_BUILT, (call) => calls.push(call));
    const judged = judgeAll(calls, rights);
    for (const one of [...judged.denied, ...judged.strangers]) denied.add(one);
  }
  expect([...denied]).toEqual([]);
}, 300_000);

describe("a right of the stack", () => {
  test("is used by a call, or has a reason, and not both", () => {
    const { used } = judgeAll(day.calls, rights);
    const all = statementsOf(rights).map(({ who, statement }) => `${who} ${statement.Sid}`);
    expect(all.filter((one) => !used.has(one) && REASONS[one] === undefined)).toEqual([]);
    expect(Object.keys(REASONS).filter((one) => used.has(one) || !all.includes(one))).toEqual([]);
  });

  test("that is taken away is missed", () => {
    const [launch, sweep] = [rights.functions.launch, rights.functions.sweep];
    const functions = { ...rights.functions, launch: sweep, sweep: launch };
    expect(judgeAll(day.calls, { ...rights, functions }).denied).toContainEqual(
      expect.stringContaining("launch may not ecs:RunTask"),
    );
  });
});
