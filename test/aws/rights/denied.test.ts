// What nobody may do, judged over the rights of the stack and the roles that it makes; and that each condition is what holds some of it.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { faultsOf } from "./authorization.ts";
import { deniedCalls } from "./denied/denied.ts";
import { judgeAttempt, openGround } from "./ground.ts";
import { PAGE, withTables } from "./page.ts";
import { mayAll } from "./principals.ts";
import { mutations } from "./without.ts";

const ground = await openGround();
const denied = deniedCalls();

describe.each(Object.entries(Object.groupBy(denied, ({ who }) => who)))(
  "%s never",
  (_, attempts) => {
    for (const attempt of attempts ?? [])
      test(attempt.what, () => {
        expect(mayAll(judgeAttempt(attempt, ground))).toBe(false);
      });
  },
);

test("at least 60 of the attempts differ in who, in what is asked, or in why it is denied", () => {
  const different = denied.map((attempt) => {
    const { ask, verdict } =
      judgeAttempt(attempt, ground).find((one) => !one.verdict.isAllowed) ?? {};
    return [attempt.who, ask?.action, ask?.resource, verdict && "why" in verdict && verdict.why];
  });
  expect(new Set(different.map(String)).size).toBeGreaterThanOrEqual(60);
});

test("each attempt is one that AWS would understand", async () => {
  const asks = denied.flatMap((attempt) => judgeAttempt(attempt, ground).map(({ ask }) => ask));
  const faults = await Promise.all(asks.map(faultsOf));
  expect([...new Set(faults.flat())]).toEqual([]);
});

test("each condition, and the boundary, holds back at least one of them", () => {
  const held = denied.filter((attempt) => !mayAll(judgeAttempt(attempt, ground)));
  const idle = mutations(ground).filter(
    ({ ground: bent }) => !held.some((attempt) => mayAll(judgeAttempt(attempt, bent))),
  );
  expect(idle.map(({ name }) => name)).toEqual([]);
});

test("docs/security.md has the tables as they are now: npm run rights", () => {
  const page = readFileSync(PAGE, "utf8");
  expect(withTables(page, ground.rights, denied)).toBe(page);
});
