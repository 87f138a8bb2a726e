// What Zoe says of jobs that wait and run, as squeue and scontrol show it. Without a server.
import { describe, expect, test } from "vitest";
import { arrayRecords, type Numbered, recordOf } from "#cli/slurm/record.ts";
import { hostList, hostNames, jobLines } from "#cli/slurm/scontrol.ts";
import { chosen, SQUEUE_OPTIONS, squeueLines } from "#cli/slurm/squeue.ts";
import type { InstanceAnswer } from "#shared/api/history.ts";
import { aRow, given, NOON } from "./row.ts";

const squeue = (rows: readonly Numbered[], words = "") =>
  squeueLines(rows.map(recordOf), given(SQUEUE_OPTIONS, words), NOON);

describe("squeue", () => {
  test("shows the columns of Slurm", () => {
    expect(squeue([aRow()])).toEqual([
      "             JOBID PARTITION     NAME     USER ST       TIME  NODES NODELIST(REASON)",
      "                12   process    trial      ada  R       1:05      1 process",
    ]);
  });

  test("says why one waits", () => {
    const waiting = { code: "dependency", text: "It waits for execution exe_0 to end." };
    expect(squeue([aRow({ state: "queued", waiting })], "-h -o %i|%t|%r|%R|%M")).toEqual([
      "12|PD|Dependency|(Dependency)|0:00",
    ]);
  });

  const FORMATS: Readonly<Record<string, string>> = {
    "-o %i,%t": "12,R",
    "-o %.6i%6t|": "    12R     |",
    "-o %T/%l/%L/%C/%m": "RUNNING/1:00:00/58:55/4/2G",
    "-o %V": "2026-03-01T11:58:30",
    "-o %Z%%": "/w%%",
    "-O JobID:6,State:.9,Name": "12      RUNNINGtrial",
  };
  test.each(Object.entries(FORMATS))("%s", (words, wanted) => {
    expect(squeue([aRow()], `-h ${words}`)).toEqual([wanted]);
  });

  test("names a field that it does not know", () => {
    expect(() => squeue([], "-o %y")).toThrow("the field %y is not supported by Zoe");
    expect(() => squeue([], "-O Sct")).toThrow("the field Sct is not supported by Zoe");
  });

  test("shows what lives, or the states that are asked for, of whom is asked for", () => {
    const outcome = { kind: "succeeded" } as const;
    const jobs = [
      aRow(),
      aRow({ number: 13, state: "queued", user: "ben" }),
      aRow({ number: 14, state: "ended", outcome }),
    ].map(recordOf);
    const isMe = (user: string) => ["me", "ada", "os-ada"].includes(user);
    const ids = (words: string) =>
      chosen(jobs, given(SQUEUE_OPTIONS, words), isMe).map(({ id }) => id);
    expect(ids("")).toEqual(["12", "13"]);
    expect(ids("-t all")).toEqual(["12", "13", "14"]);
    expect(ids("-t PD,cd")).toEqual(["13", "14"]);
    expect(ids("-u os-ada")).toEqual(["12"]);
    expect(ids("--me -t all")).toEqual(["12", "14"]);
    expect(ids("-u ben")).toEqual(["13"]);
    expect(ids("-t SUSPENDED")).toEqual([]);
    expect(() => ids("-t waiting")).toThrow("Invalid job state specified: waiting");
  });
});

describe("an array", () => {
  const row = aRow({
    numbers: 4,
    labels: { "slurm/array": "1-7:2", "slurm/at-once": "2", "slurm/cpus": "1" },
  });
  const instance = (index: number, bend: object): InstanceAnswer => ({
    ...{ executionId: "exe_1", service: "job", index, generation: 1, state: "running" as const },
    ...{ changedAt: NOON, startedAt: NOON - 10_000, ...bend },
  });
  const outcome = { kind: "succeeded" } as const;
  const instances = [
    instance(0, { state: "ended", outcome, endedAt: NOON - 5000 }),
    instance(1, {}),
  ];

  test("is one row for what waits, and one for each other task", () => {
    const jobs = arrayRecords(row, instances);
    expect(jobs.map(({ id, raw, state }) => [id, raw, state])).toEqual([
      ["12_[5,7%2]", 14, "PENDING"],
      ["12_1", 12, "COMPLETED"],
      ["12_3", 13, "RUNNING"],
    ]);
  });

  test("is one row for each task where that is asked for, each with a number of its own", () => {
    const jobs = arrayRecords(row, instances, true);
    expect(jobs.map(({ id, raw }) => `${id} ${raw}`)).toEqual([
      ...["12_1 12", "12_3 13", "12_5 14", "12_7 15"],
    ]);
  });
});

describe("scontrol", () => {
  test("shows a job as pairs", () => {
    const text = jobLines(recordOf(aRow()), NOON).join("\n");
    expect(text).toMatch(/^JobId=12 JobName=trial$/m);
    expect(text).toMatch(/JobState=RUNNING Reason=None/);
    expect(text).toMatch(/RunTime=00:01:05 TimeLimit=01:00:00/);
    expect(text).toMatch(/StdOut=\/w\/slurm-12\.out/);
  });

  test("expands lists of hosts, and folds them", () => {
    expect(hostNames("a[1-3,07],gpu1")).toEqual(["a1", "a2", "a3", "a07", "gpu1"]);
    expect(hostNames("vm")).toEqual(["vm"]);
    expect(hostList(["a1", "a2", "b"])).toBe("a[1,2],b");
  });
});
