// What is held and what is left: pools, quotas and shared maxima.
import { describe, expect, test } from "vitest";
import { Ledger } from "#functions/scheduler/ledger.ts";
import { whyNever } from "#functions/scheduler/never.ts";
import type { Snapshot } from "#functions/scheduler/snapshot.ts";
import { anAmount, anAsk, aPlacement, aWaiting, aWorker } from "#test/builders.ts";
import { aSnapshot } from "./snapshots.ts";

const ann = aWaiting("exe_2");

function ledger(bend: Partial<Snapshot>): Ledger {
  return new Ledger(aSnapshot(bend));
}

describe("room", () => {
  test("is what a pool has beside what placements hold", () => {
    const placements = [aPlacement("exe_1", { live: 3 })];
    expect(ledger({ placements }).room(ann, anAsk(), 20)).toBe(7);
  });

  test("is cut by the scarcest resource", () => {
    const pools = [
      { name: "simulated", capacity: anAmount({ instances: 9, cpu: 9, memoryMib: 250 }) },
    ];
    expect(ledger({ pools }).room(ann, anAsk(), 20)).toBe(2);
  });

  test("is cut by the tenant's and by the user's quota", () => {
    const placements = [
      aPlacement("exe_1", { user: "ben", live: 2 }),
      aPlacement("exe_3", { tenant: "beta", user: "ann", live: 2 }),
    ];
    const tenant = new Map([["tenant:alpha", { cpu: 5 }]]);
    expect(ledger({ placements, quotas: tenant }).room(ann, anAsk(), 20)).toBe(3);
    const user = new Map([["user:alpha#ann", { cpu: 5 }]]);
    expect(ledger({ placements, quotas: user }).room(ann, anAsk(), 20)).toBe(5);
  });

  test("is cut by the maximum that services share", () => {
    const share = { group: "all", max: 3 };
    const placements = [aPlacement("exe_2", { ...aWorker({ share }), live: 2 })];
    expect(ledger({ placements }).room(ann, aWorker({ service: "other", share }), 20)).toBe(1);
    const other = aWaiting("exe_9");
    expect(ledger({ placements }).room(other, aWorker({ share }), 20)).toBe(3);
  });

  test("a limit below what is held leaves none, and a fraction that fits exactly is not refused", () => {
    const quotas = new Map([["tenant:alpha", { cpu: 1 }]]);
    const placements = [aPlacement("exe_1", { live: 3 })];
    expect(ledger({ placements, quotas }).room(ann, anAsk(), 5)).toBe(0);
    const thirds = anAsk({ shape: anAmount({ cpu: 0.1 }) });
    const exact = new Map([["tenant:alpha", { cpu: 0.3 }]]);
    expect(ledger({ quotas: exact }).room(ann, thirds, 5)).toBe(3);
  });

  test("what is taken is gone", () => {
    const book = ledger({});
    book.take(ann, anAsk(), 8);
    expect(book.room(ann, anAsk(), 20)).toBe(2);
  });
});

describe("why not", () => {
  const three = [{ ask: anAsk(), n: 3 }];

  test("names the pool, with numbers and what would help", () => {
    const placements = [aPlacement("exe_1", { live: 8 })];
    const reason = ledger({ placements }).whyNot(ann, three);
    expect(reason?.code).toBe("pool");
    expect(reason?.text).toBe(
      "It waits for 3 instances on the simulated engine: 8 of 10 are held.",
    );
    expect(reason?.help).toContain("starts when");
  });

  test("names the quota of the tenant or the user", () => {
    const tenant = ledger({ quotas: new Map([["tenant:alpha", { cpu: 2 }]]) }).whyNot(ann, three);
    expect(tenant?.text).toBe(
      "It waits for the quota of tenant alpha: it needs 3 vCPU, 0 of 2 are held.",
    );
    const user = ledger({ quotas: new Map([["user:alpha#ann", { instances: 1 }]]) });
    expect(user.whyNot(ann, three)?.code).toBe("userQuota");
  });

  test("counts what is wanted together", () => {
    const wanted = [
      { ask: anAsk({ service: "a" }), n: 6 },
      { ask: anAsk({ service: "b" }), n: 5 },
    ];
    expect(ledger({}).whyNot(ann, wanted)?.code).toBe("pool");
    expect(ledger({}).whyNot(ann, wanted.slice(0, 1))).toBeUndefined();
  });
});

describe("never", () => {
  const pools = [
    { name: "simulated", capacity: anAmount({ instances: 9, cpu: 4, memoryMib: 900 }) },
  ];

  test("what must start together and passes the whole pool is told so", () => {
    expect(whyNever([anAsk({ essential: 4 })], pools)).toBeUndefined();
    expect(whyNever([anAsk({ essential: 3 }), anAsk({ essential: 2 })], pools)).toBe(
      "What must start together needs 5 vCPU, and the simulated engine has 4 in all. Ask for less, or for fewer instances.",
    );
  });

  test("minima that pass the maximum they share are told so", () => {
    const share = { group: "all", max: 2 };
    const worker = (essential: number) => aWorker({ share, essential });
    expect(whyNever([worker(1), worker(1)], pools)).toBeUndefined();
    expect(whyNever([worker(1), worker(2)], pools)).toContain("maximum all of 2");
  });
});
