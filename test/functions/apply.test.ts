// What events change: records, counts, what follows; and that a late, repeated or older one changes nothing.
import { describe, expect, test } from "vitest";
import { apply, type Scene } from "#functions/apply.ts";
import type { InstanceEvent } from "#functions/backend.ts";
import type { Instance } from "#functions/records.ts";
import { INSTANCE_MOVES, INSTANCE_STATES, type Outcome } from "#shared/instance.ts";
import type { Placement } from "#shared/placement.ts";
import {
  anArray,
  anInstance,
  aPlacement,
  aWorker,
  FAILED,
  NOON,
  SUCCEEDED,
} from "#test/builders.ts";

function aScene(
  placements: readonly Placement[],
  instances: readonly Instance[],
  bend: Partial<Scene> = {},
): Scene {
  return {
    ...{ now: NOON, isStopping: false, changed: new Set(), moves: [], launches: [] },
    wakes: new Set(),
    placements: new Map(placements.map((placement) => [placement.service, placement])),
    instances: new Map(instances.map((one) => [`${one.service}-${one.index}`, one])),
    ...bend,
  };
}

const id = { executionId: "exe_1", service: "main", index: 0, generation: 1 };
const starts = (bend = {}): InstanceEvent => {
  const instance = { ...id, ...bend };
  return { kind: "running", instance, at: NOON, backendId: "b" };
};
const ends = (outcome: Outcome = SUCCEEDED, bend = {}): InstanceEvent => {
  const usage = { cpuSeconds: 1, wallSeconds: 2, peakMemoryMib: 30 };
  return { kind: "ended", instance: { ...id, ...bend }, at: NOON, outcome, usage };
};
const running = anInstance({ state: "running", startedAt: NOON - 1 });
const runs = aPlacement("exe_1", { running: 1 });
const main = (scene: Scene) => scene.placements.get("main");

describe("a start", () => {
  test("is counted, kept as a move, and lets those go that come after", () => {
    const later = aPlacement("exe_1", { service: "later", after: ["main"], ready: false, next: 2 });
    const scene = aScene([aPlacement("exe_1"), later], [anInstance()]);
    apply(scene, starts());
    expect(main(scene)).toMatchObject({ live: 1, running: 1 });
    expect(scene.instances.get("main-0")).toMatchObject({
      state: "running",
      startedAt: NOON,
      backendId: "b",
    });
    expect(scene.moves).toMatchObject([{ from: "placed", to: "running", instance: "main-0.1" }]);
    expect(scene.placements.get("later")?.ready).toBe(true);
    expect(scene.launches).toMatchObject([{ service: "later", from: 0, to: 2 }]);
  });

  test("lets nobody go who waits for another one too", () => {
    const later = aPlacement("exe_1", { service: "later", after: ["main", "other"], ready: false });
    const other = aPlacement("exe_1", { service: "other" });
    const scene = aScene([aPlacement("exe_1"), other, later], [anInstance()]);
    apply(scene, starts());
    expect(scene.placements.get("later")?.ready).toBe(false);
  });
});

describe("an end", () => {
  test("gives back what was held, counts the outcome and what was used, and asks for a decision", () => {
    const scene = aScene([runs], [running]);
    apply(scene, ends());
    expect(main(scene)).toMatchObject({
      live: 0,
      running: 0,
      succeeded: 1,
      cpuSeconds: 1,
      peakMemoryMib: 30,
    });
    expect(scene.instances.get("main-0")).toMatchObject({ state: "ended", outcome: SUCCEEDED });
    expect([...scene.wakes]).toEqual([0]);
  });

  test("without a start before is an end all the same", () => {
    const scene = aScene([aPlacement("exe_1")], [anInstance()]);
    apply(scene, ends());
    expect(main(scene)).toMatchObject({ live: 0, running: 0, succeeded: 1 });
  });

  test("that is worth another try is due again after the backoff, which doubles", () => {
    const retry = { attempts: 3, backoffSeconds: 5, on: ["failed"], exits: [] } as const;
    const end = (generation: number) => {
      const scene = aScene([{ ...runs, retry }], [{ ...running, generation }]);
      apply(scene, ends(FAILED, { generation }));
      return scene;
    };
    expect(main(end(1))).toMatchObject({ retrying: 1, failed: 0, retryDue: NOON + 5000 });
    expect(end(1).instances.get("main-0")?.retryAt).toBe(NOON + 5000);
    expect([...end(2).wakes]).toEqual([0, 10]);
    expect(main(end(3))).toMatchObject({ retrying: 0, failed: 1, failure: FAILED });
  });

  const retry = { attempts: 2, backoffSeconds: 5, on: ["lost"], exits: [75] } as const;
  const worth: Record<string, [Outcome, Partial<Scene>, number]> = {
    "a reason that is named": [{ kind: "lost", reason: "" }, {}, 1],
    "an exit code that is named": [{ ...FAILED, exitCode: 75 } as Outcome, {}, 1],
    "another failure": [FAILED, {}, 0],
    "a rejection": [{ kind: "rejected", reason: "" }, {}, 0],
    "what is being stopped": [{ kind: "lost", reason: "" }, { isStopping: true }, 0],
  };
  for (const [what, [outcome, bend, retrying]] of Object.entries(worth))
    test(`another try is ${retrying === 1 ? "" : "not "}made of ${what}`, () => {
      const scene = aScene([{ ...runs, retry }], [running], bend);
      apply(scene, ends(outcome));
      expect(main(scene)?.retrying).toBe(retrying);
    });

  test("lets those go that come after a service that never ran, and failed for good", () => {
    const later = aPlacement("exe_1", { service: "later", after: ["main"], ready: false });
    const scene = aScene([aPlacement("exe_1"), later], [anInstance()]);
    apply(scene, ends({ kind: "rejected", reason: "No." }));
    expect(scene.placements.get("later")?.ready).toBe(true);
  });

  test("of a worker is a strike, unless it was stopped", () => {
    const worker = aPlacement("exe_1", { ...aWorker({ service: "main" }), running: 1 });
    const strikes = (outcome: Outcome) => {
      const scene = aScene([worker], [running]);
      apply(scene, ends(outcome));
      return main(scene);
    };
    expect(strikes(FAILED)).toMatchObject({ strikes: 1, failed: 1, retrying: 0 });
    expect(strikes(SUCCEEDED)).toMatchObject({ strikes: 1, succeeded: 1 });
    expect(strikes({ kind: "cancelled", by: "ann" })).toMatchObject({ strikes: 0, cancelled: 1 });
  });
});

describe("an array hands its slots on", () => {
  const array = (bend: Partial<Placement> = {}) =>
    aPlacement("exe_1", {
      ...anArray({ service: "main", count: 3 }),
      next: 1,
      running: 1,
      slots: 1,
      ...bend,
    });
  const next = { kind: "start", from: 1, to: 2, generation: 1 };

  test("to its next child at once", () => {
    const scene = aScene([array()], [running]);
    apply(scene, ends());
    expect(main(scene)).toMatchObject({ live: 1, next: 2, succeeded: 1 });
    expect(scene.launches).toMatchObject([next]);
  });

  const kept: Record<string, [Partial<Placement>, Partial<Scene>]> = {
    "when the scheduler took them back": [{ slots: 0 }, {}],
    "when no child is left": [{ next: 3, live: 1 }, {}],
    "when it is being stopped": [{}, { isStopping: true }],
    "when nothing more of it is to start": [{ stopped: true }, {}],
  };
  for (const [when, [bend, scene]] of Object.entries(kept))
    test(`but not ${when}`, () => {
      const stage = aScene([array(bend)], [running], scene);
      apply(stage, ends());
      expect(stage.launches).toEqual([]);
      expect(main(stage)?.live).toBe(0);
    });
});

describe("nothing is changed", () => {
  const untouched = (scene: Scene, event: InstanceEvent) => {
    const before = structuredClone({ ...scene });
    apply(scene, event);
    expect(scene).toEqual(before);
    expect(scene.changed.size).toBe(0);
  };

  for (const state of INSTANCE_STATES)
    for (const event of [starts(), ends()]) {
      if (INSTANCE_MOVES[state].includes(event.kind)) continue;
      test(`by the event ${event.kind} of one that is ${state}`, () =>
        untouched(aScene([runs], [anInstance({ state })]), event));
    }

  test("by an event of an older generation, or of a later one", () => {
    untouched(aScene([runs], [{ ...running, generation: 2 }]), ends());
    untouched(aScene([runs], [running]), ends(SUCCEEDED, { generation: 2 }));
  });

  test("by an event of an index that was never placed, or of another service", () => {
    untouched(aScene([runs], [{ ...running, index: 5 }]), ends(SUCCEEDED, { index: 5 }));
    untouched(aScene([runs], [running]), ends(SUCCEEDED, { service: "other" }));
  });
});
