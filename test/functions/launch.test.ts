// From placements to calls of backends, and what each answer means.
import { describe, expect, test } from "vitest";
import { cancel } from "#functions/cancel.ts";
import { launch } from "#functions/launch.ts";
import { keys, read } from "#functions/records.ts";
import { schedule } from "#functions/scheduler/schedule.ts";
import { sweep } from "#functions/sweep.ts";
import type { Part } from "#local/backends/simulated.ts";
import type { LaunchMessage } from "#shared/message.ts";
import { aWorld, aZapp, type TestWorld, type WorldOptions } from "#test/builders.ts";
import { deliver, executionOf, submitted, viewOf } from "./deliver.ts";

const once = aZapp([{ name: "main", run: "once" }]);
const part = (reply: Part["reply"]) => () => ({ reply, startsAfterMs: 5_000 });

/** One execution, placed, and the message that starts it. */
async function placed(options: WorldOptions = {}, zapp: object = once) {
  const t = aWorld(options);
  const id = await submitted(t, zapp);
  await schedule(t.world);
  return { t, id, starts: t.launch.take() };
}

async function record({ store }: TestWorld, executionId: string, bend = {}) {
  const id = { executionId, service: "main", index: 0, generation: 1, ...bend };
  const item = await store.get(keys.instance(id));
  return item && read.instance(item);
}

describe("a start", () => {
  test("asks the backend for each instance, once, however often it is repeated", async () => {
    const { t, starts } = await placed({}, aZapp([{ name: "child", run: "array", count: 3 }]));
    await launch(t.world, starts);
    await launch(t.world, [...starts, ...starts]);
    expect(t.backend.running()).toHaveLength(3);
  });

  test("writes nothing down where the backend remembers, else the backend's id", async () => {
    const remembering = await placed();
    await launch(remembering.t.world, remembering.starts);
    expect(await record(remembering.t, remembering.id)).toBeUndefined();
    const { t, id, starts } = await placed({ capabilities: { remembers: false } });
    await launch(t.world, starts);
    expect(await record(t, id)).toMatchObject({ state: "launching", backendId: `${id}/main-0.1` });
  });

  test("without room is tried again soon, each time later, and then with the sweep", async () => {
    const { t, starts } = await placed({ cast: part("noRoom") });
    const delays: (number | undefined)[] = [];
    for (let messages: readonly LaunchMessage[] = starts; messages.length > 0; ) {
      await launch(t.world, messages);
      delays.push(...t.launch.sent.map(({ delaySeconds }) => delaySeconds));
      messages = t.launch.take();
    }
    expect(delays).toEqual([2, 4, 8, 16]);
    t.pass(60_000);
    await sweep(t.world);
    expect(t.launch.take()).toMatchObject([{ kind: "start", from: 0, to: 1 }]);
  });

  test("that is rejected ends the instance, with the reason", async () => {
    const { t, id, starts } = await placed({ cast: part("rejected") });
    await launch(t.world, starts);
    expect(t.observe.sent).toMatchObject([
      { message: { kind: "ended", outcome: { kind: "rejected" } } },
    ]);
    await deliver(t);
    expect((await executionOf(t, id)).outcome).toMatchObject({ kind: "rejected" });
  });

  test("without an answer is unknown, and not tried again before it is known", async () => {
    const { t, id, starts } = await placed({ cast: part("lost") });
    await launch(t.world, starts);
    expect(await record(t, id)).toMatchObject({ state: "unknown" });
    await launch(t.world, starts);
    expect(t.backend.running()).toEqual([]);
  });

  test("whose answer comes after the event writes nothing over it", async () => {
    const t = aWorld({ cast: () => ({ reply: "unseen", startsAfterMs: 0 }) });
    const id = await submitted(t, once);
    await schedule(t.world);
    const launching = launch(slowly(t), t.launch.take());
    await new Promise(setImmediate);
    t.pass(0);
    await deliver(t);
    expect(await record(t, id)).toMatchObject({ state: "running" });
    await launching;
    expect(await record(t, id)).toMatchObject({ state: "running" });
  });

  test("of a service that comes after another waits for it", async () => {
    const chain = aZapp([
      { name: "main", run: "once" },
      { name: "later", run: "once", after: ["main"] },
    ]);
    const { t, starts } = await placed({}, chain);
    expect(starts).toHaveLength(2);
    await launch(t.world, starts);
    expect(t.backend.running()).toMatchObject([{ service: "main" }]);
    await deliver(t);
    expect(t.backend.running()).toMatchObject([{ service: "main" }, { service: "later" }]);
  });

  test("of what is being stopped, or was never placed, is none", async () => {
    const { t, id, starts } = await placed();
    await launch(t.world, [{ ...starts[0], from: 4, to: 6 } as never]);
    await cancel(t.world, id, { by: "ann" });
    await launch(t.world, starts);
    expect(t.backend.running()).toEqual([]);
  });
});

/** The same backend; its answers take until the next turn of the event loop. */
function slowly({ world, backend }: TestWorld) {
  const slow = Object.create(backend, {
    launch: {
      value: async (requests: Parameters<typeof backend.launch>[0]) => {
        const replies = await backend.launch(requests);
        for (let n = 0; n < 20; n++) await new Promise(setImmediate);
        return replies;
      },
    },
  });
  return { ...world, backends: [slow] };
}

describe("a stop", () => {
  test("reaches what runs, which is stopping until it has ended", async () => {
    const stubborn = () => ({
      ...{ reply: "launched" as const, startsAfterMs: 0 },
      play: (stage: Parameters<NonNullable<Part["play"]>>[0]) => stage.onStop(() => {}),
    });
    const { t, id, starts } = await placed({ cast: stubborn });
    await launch(t.world, starts);
    await deliver(t);
    await cancel(t.world, id, { by: "ann" });
    await launch(t.world, t.launch.take());
    expect(await record(t, id)).toMatchObject({ state: "stopping" });
    expect(await executionOf(t, id)).toMatchObject({ state: "ending" });
    t.pass(10_000);
    await deliver(t);
    expect(await viewOf(t, id)).toMatchObject({
      execution: { state: "ended", outcome: { kind: "cancelled", by: "ann" } },
      placements: [{ live: 0, cancelled: 1 }],
    });
  });

  test("ends at once what the backend has never seen", async () => {
    const { t, id } = await placed();
    await cancel(t.world, id, { by: "ann" });
    await deliver(t);
    expect((await executionOf(t, id)).state).toBe("ended");
  });

  test("observes what has ended without a word", async () => {
    const { t, id, starts } = await placed();
    await launch(t.world, starts);
    await deliver(t);
    t.backend.collapse({ kind: "lost", reason: "Gone." });
    await cancel(t.world, id, { by: "ann" });
    await deliver(t);
    expect((await executionOf(t, id)).state).toBe("ended");
    expect(await record(t, id)).toMatchObject({ outcome: { kind: "lost" } });
  });
});
