// A gang's life: together or not at all, node 0 decides, a lost node takes all with it, and those that wait for too long are released.
import { describe, expect, test } from "vitest";
import { launch } from "#functions/launch.ts";
import { retry } from "#functions/retry.ts";
import { schedule } from "#functions/scheduler/schedule.ts";
import { sweep } from "#functions/sweep.ts";
import { why } from "#functions/why.ts";
import type { Part, Stage } from "#local/backends/simulated.ts";
import type { Outcome } from "#shared/instance.ts";
import { aWorld, aZapp, FAILED, SUCCEEDED, type WorldOptions } from "#test/builders.ts";
import { deliver, executionOf, submitted, viewOf } from "./deliver.ts";

const LOST: Outcome = { kind: "lost", reason: "Its machine was lost." };
const gang = (bend = {}) =>
  aZapp([{ name: "ranks", run: "gang", nodes: 3, retry: { backoff: "5s" }, ...bend }]);

/** Its nodes as they were cast, and what they have in hand. */
async function started(zapp: object = gang(), options: WorldOptions = {}) {
  const stages: Stage[] = [];
  const play = (stage: Stage) => void stages.push(stage);
  const cast = (): Part => ({ reply: "launched", startsAfterMs: 0, play });
  const t = aWorld({ cast, ...options });
  const id = await submitted(t, zapp);
  await deliver(t);
  t.pass(1);
  await deliver(t);
  const end = async (node: number, outcome: Outcome, generation = 1) => {
    const mine = stages.find(
      ({ request: { instance } }) => instance.index === node && instance.generation === generation,
    );
    mine?.end(outcome);
    await deliver(t);
  };
  const placement = async () => (await viewOf(t, id)).placements[0];
  return { t, id, stages, end, placement };
}

describe("the nodes of a gang", () => {
  test("are launched in one call that tells each its node, the slots of all and the secret's name", async () => {
    const { id, stages } = await started(gang({ ranks: 7 }));
    expect(stages.map(({ request }) => request.gang)).toEqual(
      [0, 1, 2].map((node) => ({
        ...{ node, nodes: 3, slots: [3, 2, 2] },
        ...{ startWithinSeconds: 600, secret: `${id}.gang.secret` },
      })),
    );
  });

  test("are placed together or not at all", async () => {
    const { t } = await started(gang(), { capacity: { instances: 5 } });
    const second = await submitted(t, gang());
    await deliver(t);
    expect(t.backend.running()).toHaveLength(3);
    expect((await executionOf(t, second)).waiting?.text).toContain("3 instances");
  });

  test("are none of them launched as long as one finds no room", async () => {
    let calls = 0;
    const cast = (): Part => ({ reply: calls++ === 0 ? "noRoom" : "launched", startsAfterMs: 0 });
    const t = aWorld({ cast });
    await submitted(t, gang());
    await schedule(t.world);
    await launch(t.world, t.launch.take());
    expect(t.backend.running()).toHaveLength(0);
    expect(t.launch.sent).toMatchObject([{ message: { from: 0, to: 3 }, delaySeconds: 2 }]);
    await launch(t.world, t.launch.take());
    expect(t.backend.running()).toHaveLength(3);
  });

  test("are launched again whole when the message was lost", async () => {
    const t = aWorld();
    await submitted(t, gang());
    await schedule(t.world);
    t.launch.take();
    t.pass(600_000);
    await sweep(t.world);
    await launch(t.world, t.launch.take());
    expect(t.backend.running()).toHaveLength(3);
  });
});

describe("the end of node 0", () => {
  test("decides: the others are stopped, and the gang ends as it did", async () => {
    const { t, id, end, placement } = await started();
    await end(0, SUCCEEDED);
    expect(t.backend.running()).toHaveLength(0);
    expect(await placement()).toMatchObject({ live: 0, succeeded: 3, failed: 0, cancelled: 0 });
    expect((await executionOf(t, id)).outcome).toEqual(SUCCEEDED);
  });

  test("with a failure fails the gang, though it might be restarted for a lost node", async () => {
    const { t, id, end } = await started(gang({ retry: { on: ["lost"] } }));
    await end(0, FAILED);
    expect((await executionOf(t, id)).outcome).toEqual(FAILED);
  });

  test("that comes after the others were told to go still decides", async () => {
    const { t, id, end } = await started();
    await end(1, { kind: "cancelled", by: "zoe" });
    await end(2, { kind: "cancelled", by: "zoe" });
    expect((await executionOf(t, id)).state).toBe("running");
    await end(0, SUCCEEDED);
    expect((await executionOf(t, id)).outcome).toEqual(SUCCEEDED);
  });
});

describe("a node that is lost", () => {
  test("takes the others with it, and all of them come back in a new generation", async () => {
    const { t, id, stages, end, placement } = await started();
    await end(2, LOST);
    expect(t.backend.running()).toHaveLength(0);
    expect(await placement()).toMatchObject({ live: 0, retrying: 3, gang: { generation: 1 } });
    t.pass(5_001);
    await t.world.queues.decide.send([{}]);
    await deliver(t);
    t.pass(1);
    await deliver(t);
    const running = t.backend.running().map(({ index, generation }) => [index, generation]);
    expect(running).toEqual([
      [0, 2],
      [1, 2],
      [2, 2],
    ]);
    stages.at(-3)?.end(SUCCEEDED);
    await deliver(t);
    expect((await executionOf(t, id)).outcome).toEqual(SUCCEEDED);
  });

  test("fails the gang where the zapp says so, and names the node", async () => {
    const { t, id, end } = await started(gang({ onLostNode: "fail" }));
    await end(1, LOST);
    expect((await executionOf(t, id)).outcome).toEqual({
      kind: "lost",
      reason: "Node 1 of the 3 of ranks ended before node 0. Its machine was lost.",
    });
  });

  test("is one too when its program succeeds before node 0 has ended", async () => {
    const { end, placement } = await started();
    await end(1, SUCCEEDED);
    expect(await placement()).toMatchObject({ retrying: 3 });
  });

  test("is not replaced before the rest of its generation has ended", async () => {
    const { t, stages, end, placement } = await started();
    for (const stage of stages) stage.onStop(() => {});
    await end(1, LOST);
    t.pass(5_000);
    await deliver(t);
    expect(await placement()).toMatchObject({ live: 2, retrying: 0 });
    t.pass(10_000);
    await deliver(t);
    expect(await placement()).toMatchObject({ live: 0, retrying: 3 });
  });
});

describe("a gang that is not complete in time", () => {
  async function incomplete(bend = {}) {
    let calls = 0;
    const cast = (): Part => ({ reply: "launched", startsAfterMs: calls++ === 2 ? 1e9 : 0 });
    const begun = await started(gang({ startWithin: "30s", ...bend }), { cast });
    begun.t.pass(29_000);
    await sweep(begun.t.world);
    await deliver(begun.t);
    expect(begun.t.backend.running()).toHaveLength(3);
    begun.t.pass(2_000);
    await sweep(begun.t.world);
    await deliver(begun.t);
    return begun;
  }

  test("releases all, says why, and waits for its next try", async () => {
    const { t, id, placement } = await incomplete();
    expect(t.backend.running()).toHaveLength(0);
    expect(await placement()).toMatchObject({ live: 0, retrying: 3 });
    const [reason] = await why(t.world, await executionOf(t, id));
    expect(reason?.code).toBe("backoff");
  });

  test("ends with the reason where nothing is restarted", async () => {
    const { t, id } = await incomplete({ onLostNode: "fail" });
    expect((await executionOf(t, id)).outcome).toEqual({
      kind: "interrupted",
      reason: "Only 2 of the 3 nodes of ranks ran within 30 s (startWithin): all were released.",
    });
  });
});

test("retrying a failed gang runs all of its nodes again", async () => {
  const { t, id, end, placement } = await started(gang({ retry: { attempts: 1 } }));
  await end(0, FAILED);
  await retry(t.world, id, "ann");
  expect(await placement()).toMatchObject({ retrying: 3, failed: 0, cancelled: 0 });
  await deliver(t);
  expect(t.backend.running().map(({ generation }) => generation)).toEqual([2, 2, 2]);
});
