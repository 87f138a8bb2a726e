// Whole numbers of executions: counted by tenant, given once, and found again.
import { expect, test } from "vitest";
import { cancel } from "#functions/cancel.ts";
import { forget } from "#functions/forget.ts";
import { idOfNumber } from "#functions/numbers.ts";
import { submit } from "#functions/submit.ts";
import { readSpec } from "#functions/view.ts";
import { aPrincipal, aSubmission, aWorld, aZapp } from "#test/builders.ts";

const once = aZapp([{ name: "main", run: "once", environment: { N: "${execution.number}" } }]);

test("an execution has a number only if it was asked for", async () => {
  const { world } = aWorld();
  const plain = await submit(world, aPrincipal(), aSubmission(once));
  const numbered = await submit(world, aPrincipal(), aSubmission(once, { numbers: 1 }));
  expect(plain.execution.number).toBeUndefined();
  expect(numbered.execution.number).toBe(1);
});

test("the next begins behind all numbers of the one before, and each of them leads to it", async () => {
  const { world } = aWorld();
  const array = await submit(world, aPrincipal(), aSubmission(once, { numbers: 3 }));
  const next = await submit(world, aPrincipal(), aSubmission(once, { numbers: 1 }));
  expect(next.execution.number).toBe(4);
  const ids = [1, 2, 3, 4, 5].map((number) => idOfNumber(world, "alpha", number));
  const { id } = array.execution;
  expect(await Promise.all(ids)).toEqual([id, id, id, next.execution.id, undefined]);
});

test("each tenant counts for itself", async () => {
  const { world } = aWorld();
  await submit(world, aPrincipal(), aSubmission(once, { numbers: 1 }));
  const beta = await submit(
    world,
    aPrincipal({ tenant: "beta" }),
    aSubmission(once, { numbers: 1 }),
  );
  expect(beta.execution.number).toBe(1);
});

test("many at once get a number each", async () => {
  const { world } = aWorld();
  const all = Array.from({ length: 20 }, () =>
    submit(world, aPrincipal(), aSubmission(once, { numbers: 2 })),
  );
  const numbers = (await Promise.all(all)).map(({ execution }) => execution.number ?? 0);
  expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => 2 * n + 1));
});

test("its program finds the number where a template wants it", async () => {
  const { world } = aWorld();
  const { execution } = await submit(world, aPrincipal(), aSubmission(once, { numbers: 1 }));
  const spec = await readSpec(world, execution.id);
  expect(spec?.zapp.services[0]?.environment).toEqual({ N: "1" });
});

test("a repeat under the same key has the same number, and takes no other", async () => {
  const { world } = aWorld();
  const key = { idempotencyKey: "k" };
  await submit(world, aPrincipal(), aSubmission(once, { numbers: 1 }), key);
  const again = await submit(world, aPrincipal(), aSubmission(once, { numbers: 1 }), key);
  const next = await submit(world, aPrincipal(), aSubmission(once, { numbers: 1 }));
  expect([again.execution.number, next.execution.number]).toEqual([1, 2]);
});

test("what is forgotten is found by no number, and its number is not given again", async () => {
  const { world, pass } = aWorld();
  const { execution } = await submit(world, aPrincipal(), aSubmission(once, { numbers: 1 }));
  await cancel(world, execution.id, { by: "ann" });
  pass((world.settings.retentionDays + 1) * 86_400_000);
  expect(await forget(world, execution.id)).toBe(true);
  expect(await idOfNumber(world, "alpha", 1)).toBeUndefined();
  const next = await submit(world, aPrincipal(), aSubmission(once, { numbers: 1 }));
  expect(next.execution.number).toBe(2);
});
