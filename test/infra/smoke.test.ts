// The smoke test's own manners: what held, what broke, what could not be told, and that the clock ends it; and that the docs list its claims.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CLAIMS, type Claim, type Ground } from "#infra/account/claims.ts";
import { accountClients } from "#infra/account/clients.ts";
import { reportOf, SMOKE_SECONDS, smoke } from "#infra/account/smoke.ts";
import { Untried } from "#infra/account/untried.ts";

type Execution = Awaited<ReturnType<Ground["runs"]["execution"]>>;

/** An API whose executions go through the given states, one a look; the clock moves only when somebody waits. */
function aGround(states: readonly Execution[]): Ground {
  let now = 0;
  let look = 0;
  const nothing = () => Promise.resolve();
  return {
    runs: {
      submit: () => Promise.resolve({ id: "exe_1" }),
      execution: () => Promise.resolve(states[Math.min(look++, states.length - 1)] as Execution),
      queue: () => Promise.resolve({ put: 100, done: 100, failed: 0 }),
      ...{ putTasks: nothing, closeQueue: nothing, stop: nothing },
    },
    clients: accountClients({ region: "us-east-1" }),
    stack: "zoe",
    outputs: {},
    now: () => now,
    pause: (milliseconds) => {
      now += milliseconds;
      return Promise.resolve();
    },
  };
}

const RUNNING: Execution = { state: "running" };
const SUCCEEDED: Execution = { state: "ended", outcome: { kind: "succeeded" } };
const [first] = CLAIMS as readonly [Claim];

test("a claim holds when its execution succeeds, and says how long it took", async () => {
  const [trial] = await smoke(aGround([RUNNING, RUNNING, SUCCEEDED]), undefined, [first]);
  expect(trial).toMatchObject({ verdict: "held", seconds: 4 });
  expect(trial?.detail).toBe("exe_1 succeeded 4 s after it was submitted");
});

test("it is broken when the execution fails, with the reason", async () => {
  const failed: Execution = { state: "ended", outcome: { kind: "lost", reason: "No host" } };
  const [trial] = await smoke(aGround([failed]), undefined, [first]);
  expect(trial).toMatchObject({ verdict: "broken" });
  expect(trial?.detail).toContain("ended as lost: No host");
});

test("what waits for ever is broken at the end of the time, and says what it waits for", async () => {
  const waits: Execution = { state: "queued", waiting: { text: "It waits for 2 vCPU." } };
  const trials = await smoke(aGround([waits]), undefined, [first, first]);
  expect(trials[0]).toMatchObject({ verdict: "broken", seconds: SMOKE_SECONDS });
  expect(trials[0]?.detail).toContain("It waits for 2 vCPU.");
  expect(trials[1]).toMatchObject({ verdict: "untried" });
});

test("what cannot be told here is untried, not broken", async () => {
  const claim: Claim = { says: "x", try: () => Promise.reject(new Untried("No role yet.")) };
  const [trial] = await smoke(aGround([]), undefined, [claim]);
  expect(trial).toMatchObject({ verdict: "untried", detail: "No role yet." });
});

test("the report counts the verdicts and has a row for each claim", async () => {
  const trials = await smoke(aGround([SUCCEEDED]), undefined, [first, first]);
  const report = reportOf(trials, "zoe", 0);
  expect(report).toContain("2 held, 0 broken, 0 untried");
  expect(report.split("\n").filter((line) => line.startsWith(`| ${first.says}`))).toHaveLength(2);
});

test("docs/deploy.md lists every claim that is tried", () => {
  const page = readFileSync("docs/deploy.md", "utf8").replace(/\s+/g, " ");
  for (const { says } of CLAIMS) expect(page).toContain(says);
});
