// What a batch script asks for, as a submission; and what Zoe says of it, as Slurm's commands show it. Without a server.
import { describe, expect, test } from "vitest";
import { submissionOf, type Where } from "#cli/slurm/describe.ts";
import { exportedOf, exportText } from "#cli/slurm/export.ts";
import { jobOf } from "#cli/slurm/job.ts";
import { readOptions } from "#cli/slurm/option.ts";
import { arrayRecords, type Numbered, recordOf } from "#cli/slurm/record.ts";
import { SACCT_OPTIONS, sacctLines } from "#cli/slurm/sacct.ts";
import { SBATCH_OPTIONS } from "#cli/slurm/sbatch-options.ts";
import { hostList, hostNames, jobLines } from "#cli/slurm/scontrol.ts";
import { batchOf, sbatchWords } from "#cli/slurm/script.ts";
import { chosen, SQUEUE_OPTIONS, squeueLines } from "#cli/slurm/squeue.ts";
import { exitCode, reasonOf, stateNamed, stateOf } from "#cli/slurm/state.ts";
import { tasksOfNodes } from "#cli/slurm/variables.ts";
import { runnable } from "#cli/slurm/wrapper.ts";
import type { InstanceAnswer } from "#shared/api/history.ts";
import type { Outcome } from "#shared/instance.ts";
import { readSubmission } from "#shared/submission.ts";

const SCRIPT = "#!/bin/bash -l\n#SBATCH -J trial\n#SBATCH --mem=2G\necho\n";
const here: Where = { kind: "here" };

function batch(words: readonly string[], script = SCRIPT, environment = {}) {
  return batchOf(sbatchWords(words), environment, () => script);
}

// biome-ignore lint/suspicious/noExplicitAny: a description is looked into field by field.
function described(words: readonly string[], where = here): any {
  const submission = submissionOf({
    ...{ batch: batch(words), where, engine: "process" },
    by: { user: "ada", host: "laptop", directory: "/users/ada" },
    uploads: { script: "upl_1", environment: "upl_2" },
  });
  expect(readSubmission(submission).faults).toEqual([]);
  return submission;
}

const serviceOf = (...words: string[]) => described([...words, "x.sh"]).description.services[0];

describe("a submission", () => {
  test("of one task is a once, with its name, its numbers and its limits", () => {
    const { name, numbers, labels } = described(["-t", "90", "x.sh"]);
    expect({ name, numbers }).toEqual({ name: "trial", numbers: 1 });
    expect(labels).toMatchObject({ "slurm/memory": "2G", "slurm/time": "5400" });
    expect(serviceOf("-t", "90")).toMatchObject({
      ...{ run: "once", program: ".", maxTime: "5400s" },
      resources: { cpu: 1, memory: "2048MiB" },
    });
  });

  const KINDS: Readonly<Record<string, readonly [string[], object]>> = {
    "an array is an array": [["-a", "1-9:2%3"], { run: "array", count: 5, atOnce: 3 }],
    "several nodes are a gang": [["-N", "3"], { run: "gang", nodes: 3, ranks: 3 }],
    "several tasks are a gang": [["-n", "4"], { run: "gang", nodes: 1, ranks: 4 }],
    "tasks and tasks per node make nodes": [
      ["-n", "7", "--ntasks-per-node=2"],
      { run: "gang", nodes: 4, ranks: 7 },
    ],
    "CPUs are those of one node": [
      ["-n4", "-N2", "-c3"],
      { run: "gang", resources: { cpu: 6, memory: "2048MiB" } },
    ],
    "memory may be said per CPU": [
      ["--mem-per-cpu=500M", "-c4"],
      { run: "once", resources: { cpu: 4, memory: "2048MiB" } },
    ],
    "GPUs in all are dealt to the nodes": [
      ["-N2", "--gpus=4"],
      { resources: { cpu: 1, memory: "2048MiB", gpu: 2 } },
    ],
    "no requeue is no second try": [["--no-requeue"], { retry: { attempts: 1 } }],
  };
  test.each(Object.entries(KINDS))("%s", (_, [words, wanted]) => {
    if (words.includes("--mem-per-cpu=500M")) {
      const given = readOptions(SBATCH_OPTIONS, words).given;
      expect(jobOf(given).memoryMib).toBe(2000);
    } else expect(serviceOf(...words)).toMatchObject(wanted);
  });

  test("away from the submitter's files it runs in an image, and what it leaves is kept", () => {
    const away = described(["x.sh"], { kind: "away", image: "busybox" }).description.services[0];
    expect(away).toMatchObject({ image: "busybox", outputs: [{ path: "**" }] });
    expect(away.program).toBeUndefined();
    expect(away.command[2]).not.toContain("/users/ada");
  });

  test("the command line goes before variables, and these before the script", () => {
    const of = (words: string[], environment = {}) => batch(words, SCRIPT, environment).job.name;
    expect(of(["x.sh"])).toBe("trial");
    expect(of(["x.sh"], { SBATCH_JOB_NAME: "set" })).toBe("set");
    expect(of(["-J", "said", "x.sh"], { SBATCH_JOB_NAME: "set" })).toBe("said");
  });

  test("a wrapped command is a script of its own, called wrap", () => {
    const wrapped = batch(["--wrap=hostname"]);
    expect(wrapped).toMatchObject({ usualName: "wrap", text: "#!/bin/sh\nhostname\n" });
  });

  test("tasks are dealt as Slurm writes it", () => {
    expect([tasksOfNodes(4, 2), tasksOfNodes(7, 4), tasksOfNodes(3, 1)]).toEqual([
      ...["2(x2)", "2(x3),1", "3"],
    ]);
  });
});

describe("refused, with its line, is", () => {
  const LINES: Readonly<Record<string, readonly [string, RegExp]>> = {
    "an option that would change the job": [
      "#SBATCH --exclusive",
      /x.sh, line 2: --exclusive is not supported by Zoe: /,
    ],
    "a value that is none": ["#SBATCH -t soon", /x.sh, line 2: --time=soon: wanted a time/],
    "a kind of GPU": ["#SBATCH --gres=gpu:a100:2", /line 2: --gres=gpu:a100:2: the kind of GPU/],
    "another resource": ["#SBATCH --gres=craynetwork:0", /line 2: .*craynetwork is not supported/],
    "all memory of a machine": ["#SBATCH --mem=0", /line 2: --mem=0: all memory .* not supported/],
    "a dependency that Zoe has not": ["#SBATCH -d after:1", /line 2: .*after is not supported/],
    "an array of several nodes each": ["#SBATCH -a 1-2 -N 2", /line 2: .*not supported by Zoe/],
    "a field of a file name": ["#SBATCH -o %q.out", /line 2: .*%q in a file name is not supported/],
    "more nodes than tasks": ["#SBATCH -N 4 -n 2", /line 2: --nodes=4: can't run 2 tasks/],
    "a word that is no option": ["#SBATCH -N 1 two", /line 2: "two" is no option/],
    "an option that Slurm has not": ["#SBATCH --frob", /line 2: unrecognized option '--frob'/],
  };
  test.each(Object.entries(LINES))("%s", (_, [line, wanted]) => {
    expect(() => batch(["x.sh"], `#!/bin/sh\n${line}\necho\n`)).toThrow(wanted);
  });

  test("every option at once, not just the first", () => {
    const script = "#!/bin/sh\n#SBATCH -C gpu\n#SBATCH --exclusive\n";
    expect(() => batch(["x.sh"], script)).toThrow(/line 2: --constraint[\s\S]*line 3: --exclusive/);
  });

  test("what is no script", () => {
    expect(() => batch(["x.sh"], "echo\n")).toThrow(/does not look like a batch script/);
    expect(() => batch(["x.sh"], "#!/bin/sh\r\n")).toThrow(/DOS line breaks/);
  });
});

test("a login shell finds srun again, on the line that else is a comment", () => {
  const script = "#!/bin/bash -l\necho\n";
  expect(runnable(script, ["/bin/bash", "-l"])).toBe('export PATH="$ZOE_SLURM_BIN:$PATH"\necho\n');
  expect(runnable(script, ["/bin/bash"])).toBe(script);
  expect(runnable(script, ["/usr/bin/env", "python3"])).toBe(script);
});

test("what makes no difference is named, with its line", () => {
  const script = "#!/bin/sh\n#SBATCH --qos=high\ntrue\n#SBATCH -n 4\n";
  expect(batch(["--mail-type=END", "x.sh"], script).notes).toEqual([
    "x.sh, line 2: --qos has no effect: Zoe has no qualities of service; a job's place is that of its user.",
    "--mail-type has no effect: Zoe sends no mail.",
    "x.sh, line 4: #SBATCH behind the first command is not read",
  ]);
});

describe("what is exported", () => {
  const environment = {
    ...{ PATH: "/bin", HOME: "/users/ada", MY_TOKEN: "s", KEY_FILE: "/k", A_TOKEN_FILE: "/t" },
    ...{
      SLURM_JOB_ID: "1",
      ZOE_EXECUTION_ID: "exe_1",
      ZOE_SERVER: "http://x",
      "BASH_FUNC_x%%": "y",
    },
  };

  test("is everything but what is another job's own, and secrets", () => {
    const { variables, withheld } = exportedOf(undefined, environment, "everything");
    expect(Object.keys(variables).sort()).toEqual(
      ["A_TOKEN_FILE", "HOME", "KEY_FILE", "PATH", "ZOE_SERVER"].sort(),
    );
    expect(withheld).toEqual(["MY_TOKEN"]);
  });

  test("is what is named, with a value of its own where it has one", () => {
    const { variables, withheld } = exportedOf(
      "MY_TOKEN,B=it's,NOT_THERE",
      environment,
      "everything",
    );
    expect({ variables, withheld }).toEqual({
      variables: { MY_TOKEN: "s", B: "it's" },
      withheld: [],
    });
    expect(exportText({ variables, withheld })).toBe("export MY_TOKEN='s'\nexport B='it'\\''s'\n");
  });

  test("is nothing by itself where the job runs away from here", () => {
    expect(exportedOf("ALL,B=1", environment, "nothing").variables).toEqual({ B: "1" });
  });
});

const NOON = Date.parse("2026-03-01T12:00:00");

function aRow(bend: Partial<Numbered> = {}): Numbered {
  return {
    ...{ id: "exe_1", tenant: "lab", user: "ada", zapp: "sbatch", name: "trial", priority: 50 },
    ...{ number: 12, numbers: 1, state: "running", createdAt: NOON - 90_000, round: 1 },
    ...{ startedAt: NOON - 65_000, engine: "process" },
    labels: {
      "slurm/cpus": "4",
      "slurm/time": "3600",
      "slurm/memory": "2G",
      "slurm/directory": "/w",
    },
    ...bend,
  };
}

const given = (options: typeof SQUEUE_OPTIONS, words: string) =>
  readOptions(options, words.split(" ").filter(Boolean), { kind: "command" }, true).given;
const squeue = (rows: readonly Numbered[], words = "") =>
  squeueLines(rows.map(recordOf), given(SQUEUE_OPTIONS, words), NOON);
const sacct = (rows: readonly Numbered[], words = "") =>
  sacctLines(rows.map(recordOf), given(SACCT_OPTIONS, words), NOON);

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
