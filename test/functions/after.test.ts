// Executions that come after others: outside the line until what they wait for has come, cancelled when it no longer can.
import { expect, test } from "vitest";
import { cancel } from "#functions/cancel.ts";
import { retry } from "#functions/retry.ts";
import { submit } from "#functions/submit.ts";
import { sweep } from "#functions/sweep.ts";
import { why } from "#functions/why.ts";
import type { Stage } from "#local/backends/simulated.ts";
import type { AfterWhen } from "#shared/after.ts";
import type { Outcome } from "#shared/instance.ts";
import { aPrincipal, aSubmission, aWorld, aZapp } from "#test/builders.ts";
import { deliver, executionOf, line, submitted } from "./deliver.ts";

const once = aZapp([{ name: "main", run: "once", retry: { attempts: 1 } }]);
const ending = (outcome: Outcome) => () => ({
  ...({ reply: "launched", startsAfterMs: 0 } as const),
  play: ({ end }: Stage) => end(outcome),
});
const succeeds = ending({ kind: "succeeded" });
const fails = ending({ kind: "failed", code: "exit_1", exitCode: 1, reason: "It failed." });

function after(execution: string, when: AfterWhen = "ok") {
  return { after: [{ execution, when }] };
}

test("it waits outside the line, and says for what", async () => {
  const t = aWorld();
  const first = await submitted(t, once);
  const second = await submitted(t, once, after(first));
  await deliver(t);
  const execution = await executionOf(t, second);
  expect(execution).toMatchObject({ state: "queued", waiting: { code: "dependency" } });
  expect((await why(t.world, execution)).map(({ text }) => text)).toEqual([
    `It waits for execution ${first} to succeed.`,
  ]);
  expect(await line(t)).toEqual([]);
});

const ENDS: Readonly<Record<string, readonly [AfterWhen, "succeeds" | "fails", boolean]>> = {
  "ok comes with success": ["ok", "succeeds", true],
  "ok never comes with a failure": ["ok", "fails", false],
  "any comes with success": ["any", "succeeds", true],
  "any comes with a failure": ["any", "fails", true],
  "notOk comes with a failure": ["notOk", "fails", true],
  "notOk never comes with success": ["notOk", "succeeds", false],
};

test.each(Object.entries(ENDS))("%s", async (_, [when, end, isRun]) => {
  const cast = end === "fails" ? fails : succeeds;
  const t = aWorld({ cast });
  const first = await submitted(t, once);
  const second = await submitted(t, once, after(first, when));
  await deliver(t);
  expect((await executionOf(t, first)).outcome?.kind).toBe(
    end === "fails" ? "failed" : "succeeded",
  );
  const { state, outcome, startedAt } = await executionOf(t, second);
  expect(state).toBe("ended");
  expect(startedAt !== undefined).toBe(isRun);
  if (!isRun)
    expect(outcome).toMatchObject({
      kind: "cancelled",
      by: "zoe",
      reason: expect.stringMatching(/^DependencyNeverSatisfied: .*exe_/),
    });
});

test("a chain of them runs in its order, and a broken one is cancelled to its end", async () => {
  const t = aWorld();
  const ids = [await submitted(t, once)];
  for (let n = 0; n < 4; n++) ids.push(await submitted(t, once, after(ids.at(-1) ?? "")));
  await deliver(t);
  await cancel(t.world, ids[0] ?? "", { by: "ann" });
  await deliver(t);
  const ends = await Promise.all(ids.map((id) => executionOf(t, id)));
  expect(ends.map(({ outcome }) => outcome?.kind)).toEqual(Array(5).fill("cancelled"));
  expect(ends.every(({ outcome }, n) => n === 0 || JSON.stringify(outcome).includes("Never"))).toBe(
    true,
  );
});

test("of several, each must come", async () => {
  const t = aWorld();
  const [a, b] = [await submitted(t, once), await submitted(t, once)];
  const both = { after: [a, b].map((execution) => ({ execution, when: "any" as const })) };
  const last = await submitted(t, once, both);
  await deliver(t);
  await cancel(t.world, a, { by: "ann" });
  await deliver(t);
  expect(await executionOf(t, last)).toMatchObject({
    state: "queued",
    waiting: { text: `It waits for execution ${b} to end.` },
  });
  await cancel(t.world, b, { by: "ann" });
  await deliver(t);
  expect((await executionOf(t, last)).state).toBe("running");
});

test("what has ended before is known at once", async () => {
  const t = aWorld({ cast: succeeds });
  const first = await submitted(t, once);
  await deliver(t);
  const second = await submitted(t, once, after(first));
  expect(await line(t)).toHaveLength(1);
  await deliver(t);
  expect((await executionOf(t, second)).outcome?.kind).toBe("succeeded");
});

test("when nobody was woken by the end, the sweep lets go", async () => {
  const t = aWorld();
  const first = await submitted(t, once);
  const second = await submitted(t, once, after(first, "any"));
  await deliver(t);
  await cancel(t.world, first, { by: "ann" });
  const stops = t.launch.take();
  await t.launch.send(stops);
  await deliverWithoutTicks();
  expect((await executionOf(t, second)).state).toBe("queued");
  t.pass(60_000);
  await sweep(t.world);
  await deliver(t);
  expect((await executionOf(t, second)).state).toBe("running");

  async function deliverWithoutTicks() {
    const { tick } = t;
    for (let round = 0; round < 5; round++) {
      tick.take();
      const [{ launch }, { observe }] = await Promise.all([
        import("#functions/launch.ts"),
        import("#functions/observe.ts"),
      ]);
      await launch(t.world, t.launch.take());
      t.pass(20_000);
      await observe(t.world, t.observe.take());
    }
    tick.take();
  }
});

test("it can be stopped while it waits, and retried: then it waits for nobody", async () => {
  const t = aWorld();
  const first = await submitted(t, once);
  const second = await submitted(t, once, after(first));
  await cancel(t.world, second, { by: "ann" });
  await deliver(t);
  expect((await executionOf(t, second)).state).toBe("ended");
  await retry(t.world, second, "ann");
  await deliver(t);
  expect((await executionOf(t, second)).state).toBe("running");
});

test("nobody comes after what is another's, or after nothing", async () => {
  const t = aWorld();
  const mine = await submitted(t, once);
  const strangers = [{ user: "ben" }, { tenant: "beta" }];
  for (const bend of strangers) {
    const theirs = submit(t.world, aPrincipal(bend), aSubmission(once, after(mine)));
    await expect(theirs).rejects.toMatchObject({
      code: "invalid",
      faults: [{ pointer: "/after/0/execution" }],
    });
  }
  await expect(submitted(t, once, after("exe_none"))).rejects.toMatchObject({ code: "invalid" });
});
