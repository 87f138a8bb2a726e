// What Zoe says of jobs that ended, as sacct shows it: a job and its step, its use, its state and exit code. Without a server.
import { describe, expect, test } from "vitest";
import { type Numbered, recordOf } from "#cli/slurm/record.ts";
import { SACCT_OPTIONS, sacctLines } from "#cli/slurm/sacct.ts";
import { exitCode, reasonOf, stateNamed, stateOf } from "#cli/slurm/state.ts";
import type { Outcome } from "#shared/instance.ts";
import { aRow, given, NOON } from "./row.ts";

const sacct = (rows: readonly Numbered[], words = "") =>
  sacctLines(rows.map(recordOf), given(SACCT_OPTIONS, words), NOON);

describe("sacct", () => {
  const used = { cpuSeconds: 61.5, wallSeconds: 65, peakMemoryMib: 310.5 };
  const ended = aRow({ state: "ended", endedAt: NOON, outcome: { kind: "succeeded" }, used });

  test("shows a job and its script as a step, in the columns of Slurm", () => {
    expect(sacct([ended])).toEqual([
      "       JobID    JobName  Partition    Account  AllocCPUS      State ExitCode ",
      "------------ ---------- ---------- ---------- ---------- ---------- -------- ",
      "          12      trial    process        lab          4  COMPLETED      0:0 ",
      "    12.batch      batch                   lab          4  COMPLETED      0:0 ",
    ]);
  });

  const FORMATS: Readonly<Record<string, readonly string[]>> = {
    "-X -P -n --format=JobIdRaw,State": ["12|COMPLETED"],
    "-n -P -o JobID,MaxRSS,Elapsed,TotalCPU": [
      "12||00:01:05|01:01.500",
      "12.batch|317952K|00:01:05|01:01.500",
    ],
    "-X -n -p -o jobid,timelimit": ["12|01:00:00|"],
    "-X -n -P --delimiter=, -o JobID,ElapsedRaw,CPUTimeRAW": ["12,65,260"],
    "-n -P --units=M -j 12.batch -o MaxRSS": ["", "310.50M"],
    "-X -n -o JobName%4,State%-12": ["tri+ COMPLETED   ".trimEnd().padEnd(17)],
  };
  test.each(Object.entries(FORMATS))("%s", (words, wanted) => {
    expect(sacct([ended], words).map((line) => line.trimEnd())).toEqual(
      wanted.map((line) => line.trimEnd()),
    );
  });
});

describe("ends", () => {
  const ENDS: readonly (readonly [Outcome, string, string, string])[] = [
    [{ kind: "succeeded" }, "COMPLETED", "0:0", "None"],
    [
      { kind: "failed", code: "exit_7", exitCode: 7, reason: "" },
      "FAILED",
      "7:0",
      "NonZeroExitCode",
    ],
    [{ kind: "failed", code: "SIGSEGV", reason: "" }, "FAILED", "0:11", "JobLaunchFailure"],
    [{ kind: "outOfMemory", reason: "" }, "OUT_OF_MEMORY", "0:125", "OutOfMemory"],
    [{ kind: "timedOut", reason: "" }, "TIMEOUT", "0:0", "TimeLimit"],
    [{ kind: "cancelled", by: "ada" }, "CANCELLED", "0:0", "None"],
    [
      { kind: "cancelled", by: "zoe", reason: "DependencyNeverSatisfied: it waited." },
      ...(["CANCELLED", "0:0", "DependencyNeverSatisfied"] as const),
    ],
    [{ kind: "lost", reason: "" }, "NODE_FAIL", "0:0", "NodeDown"],
    [{ kind: "interrupted", reason: "" }, "PREEMPTED", "0:0", "None"],
    [{ kind: "rejected", reason: "" }, "FAILED", "1:0", "None"],
  ];
  test.each(ENDS)("%j", (outcome, state, code, reason) => {
    const found = stateOf("ended", outcome);
    expect([found, exitCode(outcome), reasonOf(found, undefined, outcome)]).toEqual([
      ...[state, code, reason],
    ]);
  });

  test("states have two names", () => {
    expect([stateNamed("oom"), stateNamed("Running"), stateNamed("S"), stateNamed("x")]).toEqual([
      ...["OUT_OF_MEMORY", "RUNNING", "never", undefined],
    ]);
  });
});
