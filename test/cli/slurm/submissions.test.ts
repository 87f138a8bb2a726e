// What a batch script asks for, as a submission, or why it is refused. Without a server.
import { describe, expect, test } from "vitest";
import { submissionOf, type Where } from "#cli/slurm/describe.ts";
import { exportedOf, exportText } from "#cli/slurm/export.ts";
import { jobOf } from "#cli/slurm/job.ts";
import { readOptions } from "#cli/slurm/option.ts";
import { SBATCH_OPTIONS } from "#cli/slurm/sbatch-options.ts";
import { batchOf, sbatchWords } from "#cli/slurm/script.ts";
import { tasksOfNodes } from "#cli/slurm/variables.ts";
import { runnable } from "#cli/slurm/wrapper.ts";
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
