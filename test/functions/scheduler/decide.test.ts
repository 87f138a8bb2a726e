// The decision, as a table: from what waits and what is held, to who starts, who grows, who waits and why.
import { describe, expect, test } from "vitest";
import { decide } from "#functions/scheduler/decide.ts";
import type { Snapshot } from "#functions/scheduler/snapshot.ts";
import { anAmount, anArray, anAsk, aPlacement, aWaiting, aWorker, NOON } from "#test/builders.ts";
import { aSnapshot, decided } from "./snapshots.ts";

const pool = (instances: number) => [
  { name: "simulated", capacity: anAmount({ instances, cpu: 100, memoryMib: 100_000 }) },
];
const full = { ...aPlacement("exe_0"), next: 2, live: 2 };
const array = (id: string, bend = {}) => aWaiting(id, { asks: [anArray(bend)] });
const pair = (id: string) =>
  aWaiting(id, { asks: [anAsk({ service: "a" }), anAsk({ service: "b", essential: 2 })] });

const table: Record<string, [Partial<Snapshot>, string[]]> = {
  "what fits starts": [{ waiting: [aWaiting("exe_1")] }, ["admit exe_1 main 1"]],
  "essential instances start together": [{ waiting: [pair("exe_1")] }, ["admit exe_1 a 1 b 2"]],
  "or not at all": [{ waiting: [pair("exe_1")], pools: pool(2) }, ["wait exe_1 pool"]],
  "a smaller one behind goes first when the first does not fit": [
    { waiting: [pair("exe_1"), aWaiting("exe_2", { createdAt: NOON + 1 })], pools: pool(2) },
    ["admit exe_2 main 1", "wait exe_1 pool"],
  ],
  "elastic ones get what room there is": [
    { waiting: [array("exe_1")], pools: pool(3) },
    ["admit exe_1 child 3"],
  ],
  "elastic ones get no more than they want at once": [
    { waiting: [array("exe_1", { want: 2 })], pools: pool(9) },
    ["admit exe_1 child 2"],
  ],
  "essential ones of all go before the elastic ones of any": [
    { waiting: [array("exe_1"), aWaiting("exe_2", { createdAt: NOON + 1 })], pools: pool(3) },
    ["admit exe_2 main 1", "admit exe_1 child 2"],
  ],
  "what runs and could use more grows": [
    { placements: [aPlacement("exe_1", { ...anArray(), next: 2, live: 2 })], pools: pool(3) },
    ["grow exe_1 child 1"],
  ],
  "workers grow beyond their indexes": [
    { placements: [aPlacement("exe_1", { ...aWorker({ want: 3 }), next: 7, live: 1 })] },
    ["grow exe_1 puller 2"],
  ],
  "what is not ready, or stopped, or too early, does not grow": [
    {
      placements: [
        aPlacement("exe_1", { ...anArray(), ready: false }),
        aPlacement("exe_2", { ...anArray(), stopped: true }),
        aPlacement("exe_3", { ...anArray(), notBefore: NOON + 1 }),
      ],
    },
    [],
  ],
  "a retry that is due counts as room for one": [
    {
      placements: [
        aPlacement("exe_1", {
          ...anArray({ count: 2 }),
          next: 2,
          live: 0,
          retrying: 1,
          retryDue: NOON,
        }),
        aPlacement("exe_2", {
          ...anArray({ count: 2 }),
          next: 2,
          live: 0,
          retrying: 1,
          retryDue: NOON + 1,
        }),
      ],
    },
    ["grow exe_1 child 1"],
  ],
  "higher priority is served first": [
    {
      waiting: [array("exe_1", { want: 2 }), { ...array("exe_2", { want: 2 }), priority: 80 }],
      pools: pool(2),
    },
    ["admit exe_2 child 2", "wait exe_1 pool"],
  ],
  "an array gives its slots back when somebody better waits": [
    {
      waiting: [aWaiting("exe_2", { priority: 80 })],
      placements: [aPlacement("exe_1", { ...anArray(), next: 2, live: 2, slots: 2 })],
      pools: pool(2),
    },
    ["reclaim exe_1 child", "wait exe_2 pool"],
  ],
  "an array keeps its slots when only somebody behind it waits": [
    {
      waiting: [aWaiting("exe_2", { priority: 10 })],
      placements: [aPlacement("exe_1", { ...anArray({ want: 2 }), next: 2, live: 2, slots: 2 })],
      pools: pool(2),
    },
    ["wait exe_2 pool"],
  ],
  "nothing waits for a service that comes after another": [
    { waiting: [aWaiting("exe_1", { asks: [anAsk(), anArray({ ready: false })] })] },
    ["admit exe_1 main 1"],
  ],
  "over a quota it waits, whatever the pool has": [
    { waiting: [aWaiting("exe_1")], quotas: new Map([["tenant:alpha", { instances: 0 }]]) },
    ["wait exe_1 tenantQuota"],
  ],
};

describe("one cycle", () => {
  for (const [fact, [bend, expected]] of Object.entries(table))
    test(fact, () => expect(decided(bend).sort()).toEqual([...expected].sort()));
});

describe("patience", () => {
  const old = { ...pair("exe_1"), createdAt: NOON - 601_000 };
  const young = aWaiting("exe_2");

  test("a pool is kept free for the first in line that was passed for too long", () => {
    const one = aPlacement("exe_0");
    const bend = { waiting: [old, young], placements: [one], pools: pool(3) };
    expect(decided(bend)).toEqual(["wait exe_1 pool", "wait exe_2 kept"]);
    expect(decided({ ...bend, patienceSeconds: 700 })).toContain("admit exe_2 main 1");
  });

  test("but what has started, and holds a part of what it needs, gets the rest first", () => {
    const b = { ...aPlacement("exe_0", { ...anAsk({ service: "b" }) }), priority: 10 };
    const a = aPlacement("exe_0", { ...anAsk({ service: "a" }), next: 1, live: 0, retrying: 1 });
    const lacking = { ...a, priority: 10 };
    const bend = { waiting: [old], pools: pool(3) };
    expect(decided({ ...bend, placements: [b, lacking] })).toEqual([
      "grow exe_0 a 1",
      "wait exe_1 pool",
    ]);
    expect(decided({ ...bend, placements: [lacking], pools: pool(2) })).toEqual([
      "wait exe_1 pool",
    ]);
  });

  test("a quota of its own keeps no pool from others", () => {
    const quotas = new Map([["user:alpha#ann", { instances: 0 }]]);
    const other = aWaiting("exe_2", { user: "ben" });
    expect(decided({ waiting: [old, other], quotas })).toContain("admit exe_2 main 1");
  });

  test("who is not the owner is not told for whom", () => {
    const told = (user: string) => {
      const waiting = [old, aWaiting("exe_2", { user })];
      const decisions = decide(aSnapshot({ waiting, placements: [full], pools: pool(2) }));
      const mine = decisions.find(
        (decision) => decision.kind === "wait" && decision.waiting.executionId === "exe_2",
      );
      return mine?.kind === "wait" ? mine.reason.text : "";
    };
    expect(told("ann")).toContain("kept free for exe_1");
    expect(told("ben")).toContain("kept free for another execution");
  });
});

test("a cycle places its fill, and says so to those who are next", () => {
  const waiting = [aWaiting("exe_1"), aWaiting("exe_2", { createdAt: NOON + 1 })];
  expect(decided({ waiting, placedPerCycle: 1 })).toEqual([
    "admit exe_1 main 1",
    "wait exe_2 cycle",
  ]);
});

test("reasons come in the order of the line, elastic or not", () => {
  const waiting = [array("exe_1"), aWaiting("exe_2", { createdAt: NOON + 1 })];
  expect(decided({ waiting, placements: [full], pools: pool(2) })).toEqual([
    "wait exe_1 pool",
    "wait exe_2 pool",
  ]);
});
