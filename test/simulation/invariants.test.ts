// Each invariant's checker, seen to find what it is for and to leave alone what is right.
import { describe, expect, test } from "vitest";
import type { Placement } from "#shared/placement.ts";
import {
  anAmount,
  anAsk,
  anExecution,
  anInstance,
  aPlacement,
  aWaiting,
  FAILED,
  SUCCEEDED,
} from "#test/builders.ts";
import { GRACE_MS, outlives, runsTwice } from "./invariants/alone.ts";
import { lostOrDouble, neverEnded } from "./invariants/ends.ts";
import { heldByNobody, overLimit, sumOf, wrongCounts } from "./invariants/held.ts";
import { wrongReason } from "./invariants/reasons.ts";
import { wrongExecutionMove, wrongGeneration, wrongInstanceMove } from "./invariants/states.ts";
import { wrongAtEnd, wrongCount } from "./invariants/tasks.ts";
import { foreignKey, tellsTooMuch } from "./invariants/tenants.ts";

const id = { executionId: "exe_1", service: "main", index: 0, generation: 1 };

describe("1: what is accepted ends", () => {
  test("what has not ended is named", () => {
    const executions = [anExecution({ state: "ended" }), anExecution({ state: "running" })];
    expect(neverEnded(executions)).toEqual(["exe_1 is still running."]);
  });

  test("a submission that was answered and is not stored, or is stored twice, is named", () => {
    const answered = new Map([["0", "exe_1"]]);
    expect(lostOrDouble(answered, new Map([["0", ["exe_1"]]]))).toEqual([]);
    expect(lostOrDouble(answered, new Map())).toHaveLength(1);
    expect(lostOrDouble(answered, new Map([["0", ["exe_1", "exe_2"]]]))).toHaveLength(1);
  });
});

describe("2 and 5: nothing runs twice, or for nobody", () => {
  const next = { ...id, generation: 2 };

  test("two generations of one index at once are found, unless they are workers", () => {
    expect(runsTwice([id, { ...id, index: 1 }], () => true)).toBeUndefined();
    expect(runsTwice([id, next], () => true)).toContain("runs twice");
    expect(runsTwice([id, next], () => false)).toBeUndefined();
  });

  test("what runs for an execution that is over is found after the grace time", () => {
    expect(outlives([id], () => 0, GRACE_MS)).toBeUndefined();
    expect(outlives([id], () => undefined, GRACE_MS + 1)).toBeUndefined();
    expect(outlives([id], () => 0, GRACE_MS + 1)).toContain("its execution is over");
  });
});

describe("3: what is held is the sum of placements, within every limit", () => {
  const ended = anInstance({ state: "ended", outcome: SUCCEEDED });
  const retried = anInstance({ state: "ended", outcome: FAILED, retryAt: 1 });
  const running = anInstance({ state: "running", startedAt: 1 });
  const cases: Record<string, [Partial<Placement>, ReturnType<typeof anInstance>[], boolean]> = {
    "one that was just placed has no record": [{}, [], true],
    "one that runs is counted": [{ running: 1 }, [running], true],
    "one that ended is no longer live": [{ live: 0, succeeded: 1 }, [ended], true],
    "one that waits for its next try is counted": [{ live: 0, retrying: 1 }, [retried], true],
    "one that ended and is counted as live is found": [{ live: 1, succeeded: 1 }, [ended], false],
    "one that runs and is not counted is found": [{ running: 0 }, [running], false],
    "one that ended and is counted nowhere is found": [{ live: 0 }, [ended], false],
    "one that waits and is not counted is found": [{ live: 0, failed: 1 }, [retried], false],
    "more than there are to be is found": [{ next: 2, live: 2 }, [], false],
  };
  for (const [fact, [bend, latest, isRight]] of Object.entries(cases))
    test(fact, () => {
      const wrong = wrongCounts(aPlacement("exe_1", bend), latest);
      expect(wrong === undefined).toBe(isRight);
    });

  test("sums that pass a pool, a quota or a shared maximum are found, but for a limit that was lowered", () => {
    const share = { group: "all", max: 1 };
    const before = sumOf([aPlacement("exe_1", { share })]);
    const after = sumOf([aPlacement("exe_1", { share }), aPlacement("exe_2")]);
    const accounts = ["pool:simulated", "tenant:alpha", "user:alpha#ann"];
    for (const account of accounts) {
      expect(overLimit(before, after, new Map([[account, { cpu: 2 }]]))).toBeUndefined();
      expect(overLimit(before, after, new Map([[account, { cpu: 1 }]]))).toContain(account);
    }
    expect(overLimit(after, before, new Map([["tenant:alpha", { cpu: 0 }]]))).toBeUndefined();
    const two = sumOf([aPlacement("exe_1", { share, live: 2 })]);
    const limits = new Map([["group:exe_1#all", { instances: 1 }]]);
    expect(overLimit(before, two, limits)).toContain("group:exe_1#all");
  });

  test("a placement that is left when all has ended is named", () => {
    expect(heldByNobody([aPlacement("exe_1")])).toHaveLength(1);
  });
});

describe("4: every task has exactly one outcome", () => {
  const counts = { put: 2, done: 2, failed: 1, leased: 0, redriven: 0, closed: true };
  const outcome = { ok: true, attempts: 0, worker: "puller-0.1", at: 1 };
  const outcomes = [
    { ...outcome, task: "a" },
    { ...outcome, task: "b", ok: false },
  ];
  const queue = { name: "q", counts, outcomes, known: ["a", "b"], isComplete: true };

  test("a queue whose tasks all ended once is right", () => {
    expect(wrongAtEnd(queue)).toEqual([]);
    expect(wrongCount({ ...counts, done: 1, failed: 0 }, counts)).toBeUndefined();
  });

  const broken = {
    "a task without an outcome is named": { known: ["a", "b", "c"] },
    "a task with two outcomes is found": { outcomes: [...outcomes, { ...outcome, task: "a" }] },
    "a dead letter that is not counted is found": { counts: { ...counts, failed: 0 } },
    "a queue that is complete with open tasks is found": { counts: { ...counts, put: 3 } },
  };
  for (const [fact, bend] of Object.entries(broken))
    test(fact, () => expect(wrongAtEnd({ ...queue, ...bend })).not.toEqual([]));

  test("counts that fall, reopen, or pass what was put are found", () => {
    expect(wrongCount(counts, { ...counts, done: 1, failed: 1 })).toContain("done fell");
    expect(wrongCount(counts, { ...counts, closed: false })).toContain("open again");
    expect(wrongCount(undefined, { ...counts, done: 3 })).toContain("3 of 2");
    expect(wrongCount(undefined, { ...counts, leased: 1 })).toContain("leased");
  });
});

describe("6: states move along the tables", () => {
  test("executions only along theirs, a retry in one write", () => {
    const move = (from: "queued" | "running" | "ended", bend: object) =>
      wrongExecutionMove({ before: anExecution({ state: from }), after: anExecution(bend) });
    expect(move("queued", { state: "starting" })).toBeUndefined();
    expect(move("queued", { state: "running" })).toContain("went from queued to running");
    expect(move("ended", { state: "starting", round: 2 })).toBeUndefined();
    expect(move("ended", { state: "starting" })).toContain("went from ended");
    expect(move("ended", { state: "ended", outcome: SUCCEEDED })).toContain("written again");
  });

  test("one that is forgotten must have ended, one that is new must be queued", () => {
    const running = anExecution({ state: "running" });
    expect(wrongExecutionMove({ before: running, after: undefined })).toContain("forgotten");
    expect(wrongExecutionMove({ before: undefined, after: running })).toContain("first stored");
  });

  test("instances only along theirs, and an ended one changes no more", () => {
    const ended = anInstance({ state: "ended", outcome: FAILED });
    const write = (before: typeof ended, after: typeof ended) =>
      wrongInstanceMove({ before, after });
    expect(write(anInstance(), anInstance({ state: "running" }))).toBeUndefined();
    expect(write(anInstance({ state: "running" }), anInstance({ state: "launching" }))).toContain(
      "went from running to launching",
    );
    expect(write(ended, { ...ended, retryAt: 5 })).toBeUndefined();
    expect(write(ended, { ...ended, outcome: SUCCEEDED })).toContain("written again");
    expect(
      wrongInstanceMove({
        before: undefined,
        after: anInstance({ generation: 2, state: "running" }),
      }),
    ).toContain("first stored");
  });

  test("a generation comes after the end of the one before", () => {
    const second = anInstance({ generation: 2 });
    expect(wrongGeneration([anInstance({ state: "ended" }), second])).toBeUndefined();
    expect(wrongGeneration([anInstance({ state: "running" }), second])).toContain("was running");
    expect(wrongGeneration([second])).toContain("no generation before");
  });
});

describe("7: a tenant sees and touches its own", () => {
  const ann = { tenant: "alpha", user: "ann" };
  const owners = new Map([
    ["exe_1", ann],
    ["exe_2", { tenant: "beta", user: "cat" }],
  ]);

  test("a key of another tenant is found, in every kind of record", () => {
    const foreign = [
      { pk: "exe#exe_2", sk: "meta" },
      { pk: "moves#exe_2", sk: "1" },
      { pk: "held#0", sk: "exe_2#main" },
      { pk: "wait#beta#cat#0", sk: "1" },
      { pk: "quota", sk: "beta#cat" },
      { pk: "idem#beta#cat", sk: "key" },
    ];
    for (const key of foreign) expect(foreignKey(ann, [key], owners)).toContain("of beta");
    const own = [
      { pk: "exe#exe_1", sk: "meta" },
      { pk: "due#1", sk: "1" },
    ];
    expect(foreignKey(ann, own, owners)).toBeUndefined();
  });

  test("a text that names another tenant, its user or its execution is found", () => {
    for (const text of ["Kept free for exe_2.", "The quota of beta is full.", "cat is first."])
      expect(tellsTooMuch(text, ann, owners)).toContain("is told of");
    expect(
      tellsTooMuch("It waits behind exe_1 for 2 vCPU, as in a category.", ann, owners),
    ).toBeUndefined();
  });
});

describe("8: whatever waits has a true reason", () => {
  const still = { held: new Map(), limits: new Map(), ahead: 0, mayBeKept: false, openTasks: 0 };
  const full = {
    ...still,
    held: new Map([["pool:simulated", anAmount({ cpu: 2 })]]),
    limits: new Map([["pool:simulated", { cpu: 2 }]]),
  };
  const row = aWaiting("exe_1", { asks: [anAsk()] });
  const pool = { code: "pool", text: "It waits for 1 vCPU: 2 of 2 are held." };

  test("what is missing is named", () => {
    expect(wrongReason([pool], row, full)).toBeUndefined();
    expect(wrongReason([{ code: "userQuota", text: "1 of 1." }], row, full)).toContain(
      "true would be pool",
    );
    expect(wrongReason([{ code: "pool", text: "No room." }], row, full)).toContain("no numbers");
    expect(wrongReason([], row, full)).toContain("without a reason");
  });

  test("what fits and waits is found, unless the pool may be kept for another", () => {
    expect(wrongReason([pool], row, still)).toContain("It fits, and waits");
    const kept = { code: "kept", text: "It is kept since 1." };
    expect(wrongReason([kept], row, { ...still, mayBeKept: true })).toBeUndefined();
  });

  test("without a place in line there must be no task", () => {
    const none = { code: "noTasks", text: "It waits for a first task." };
    expect(wrongReason([none], undefined, still)).toBeUndefined();
    expect(wrongReason([none], undefined, { ...still, openTasks: 2 })).toContain("has 2");
    expect(wrongReason([pool], undefined, still)).toContain("true would be noTasks");
  });
});
