// Slurm's commands against a real local server, as scripts call them.
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../zoe.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.end(), 120_000);

function script(name: string, text: string): string {
  const path = join(server.folder, name);
  writeFileSync(path, text);
  return path;
}

const small = ["--mem=100M", "-D"];

/** Runs it to its end; its number. */
async function done(...words: string[]): Promise<{ id: string; code: number; err: string }> {
  const all = ["sbatch", "--parsable", "--wait", ...small, server.folder, ...words];
  const { out, code, err } = await server.zoe(all);
  return { id: out.trim(), code, err };
}

test("a script runs with Slurm's variables, in its folder, and writes its files", async () => {
  const text =
    '#!/bin/bash\n#SBATCH -J vars -o %x-%4j.txt\necho $SLURM_JOB_ID $SLURM_JOB_NAME $1 "$PWD"\necho err >&2\nsrun -n1 echo step $SLURM_CPUS_PER_TASK\n';
  const { id, code } = await done("-c1", script("vars.sh", text), "arg");
  expect(code).toBe(0);
  const written = readFileSync(join(server.folder, `vars-${id.padStart(4, "0")}.txt`), "utf8");
  expect(written).toBe(`${id} vars arg ${server.folder}\nerr\nstep 1\n`);
  expect((await server.zoe(["logs", "vars"])).out).toContain("step 1");
});

test("the exit code of a job is that of --wait, and sacct tells it", async () => {
  const { id, code } = await done("--wrap=exit 7");
  expect(code).toBe(7);
  const { out } = await server.zoe(["sacct", "-X", "-nP", "-j", id, "-o", "JobID,State,ExitCode"]);
  expect(out).toBe(`${id}|FAILED|7:0\n`);
});

test("stdout and stderr go to two files where two are named; append keeps what was there", async () => {
  const words = ["-o", "two.out", "-e", "two.err", "--wrap=echo out; echo err >&2"];
  await done(...words);
  await done("--open-mode=append", ...words);
  expect(readFileSync(join(server.folder, "two.out"), "utf8")).toBe("out\nout\n");
  expect(readFileSync(join(server.folder, "two.err"), "utf8")).toBe("err\nerr\n");
});

test("an array's tasks have numbers of their own; what it used stands with each", async () => {
  const { id, code } = await done("-a", "2,5,11", "-o", "a-%A_%a", "--wrap=echo $SLURM_JOB_ID");
  expect(code).toBe(0);
  for (const [at, task] of [2, 5, 11].entries()) {
    const text = readFileSync(join(server.folder, `a-${id}_${task}`), "utf8");
    expect(text).toBe(`${Number(id) + at}\n`);
  }
  const { out } = await server.zoe(["sacct", "-nP", "-j", id, "-o", "JobID,JobIDRaw,State,MaxRSS"]);
  expect(out).toMatch(new RegExp(`^${id}_5\\|${Number(id) + 1}\\|COMPLETED\\|$`, "m"));
  expect(out).toMatch(new RegExp(`^${id}_5\\.batch\\|.*\\|COMPLETED\\|\\d+K$`, "m"));
});

test("squeue, scontrol and scancel know a job by its number", async () => {
  const all = ["sbatch", ...small, server.folder, "-J", "sleeper", "--wrap=sleep 60"];
  const { out } = await server.zoe(all);
  const id = /^Submitted batch job (\d+)\n$/.exec(out)?.[1] ?? "";
  const user = { USER: "whoever" };
  const squeue = await server.zoe(["squeue", "-h", "-o", "%i %j", "-t", "all", "-u", "whoever"], {
    environment: user,
  });
  expect(squeue.out).toMatch(new RegExp(`^${id} sleeper$`, "m"));
  expect((await server.zoe(["scontrol", "show", "job", id])).out).toMatch(/JobName=sleeper/);
  expect((await server.zoe(["scancel", id])).code).toBe(0);
  const state = await server.zoe(["squeue", "-h", "-t", "all", "-j", id, "-o", "%t"]);
  expect(state.out).toMatch(/^(CG|CA)\n$/);
});

test("a job waits for another, and is cancelled when that can't end as wanted", async () => {
  const first = await server.zoe([
    "sbatch",
    "--parsable",
    ...small,
    server.folder,
    "--wrap=sleep 60",
  ]);
  const id = first.out.trim();
  const after = (when: string) =>
    server.zoe([
      "sbatch",
      "--parsable",
      ...small,
      server.folder,
      "-d",
      `${when}:${id}`,
      "--wrap=:",
    ]);
  const [ok, any] = [(await after("afterok")).out.trim(), (await after("afterany")).out.trim()];
  const waiting = await server.zoe(["squeue", "-h", "-j", `${ok},${any}`, "-o", "%t %r"]);
  expect(waiting.out).toBe("PD Dependency\nPD Dependency\n");
  await server.zoe(["scancel", id]);
  await server.zoe(["attach", await executionOf(any), "-q"]);
  const { out } = await server.zoe(["sacct", "-XnP", "-j", `${ok},${any}`, "-o", "State,Reason"]);
  expect(out).toBe("CANCELLED|DependencyNeverSatisfied\nCOMPLETED|None\n");
});

async function executionOf(id: string): Promise<string> {
  const { out } = await server.zoe(["scontrol", "-o", "show", "job", id]);
  return /ZoeExecution=(\S+)/.exec(out)?.[1] ?? "";
}

test("of one name only one runs at a time, where it is a singleton", async () => {
  const words = ["sbatch", "--parsable", ...small, server.folder, "-J", "one", "-d", "singleton"];
  const first = (await server.zoe([...words, "--wrap=sleep 60"])).out.trim();
  const second = (await server.zoe([...words, "--wrap=:"])).out.trim();
  const { out } = await server.zoe(["squeue", "-h", "-n", "one", "-o", "%i %r"]);
  expect(out).toContain(`${second} Dependency`);
  await server.zoe(["scancel", first]);
  await server.zoe(["attach", await executionOf(second), "-q"]);
});

const MISTAKES: Readonly<Record<string, readonly [string[], RegExp]>> = {
  "an unsupported option": [
    ["sbatch", "--exclusive", "--wrap=:"],
    /^sbatch: error: --exclusive is not supported by Zoe: /m,
  ],
  "a script that is not there": [
    ["sbatch", "no.sh"],
    /^sbatch: error: Unable to open file no.sh$/m,
  ],
  "an engine's limit, by the option": [
    ["sbatch", "--gres=gpu:1", "--wrap=:"],
    /^sbatch: error: Batch job submission failed: --gres: The process engine has no GPUs/,
  ],
  "a job that is not there": [
    ["squeue", "-j", "9999"],
    /^squeue: error: .*Invalid job id specified$/m,
  ],
  "a stop of nobody": [["scancel", "9999"], /^scancel: error: Kill job error on job id 9999/],
  "an unsupported signal": [["scancel", "-s", "USR1", "1"], /--signal is not supported by Zoe/],
  "a verb of scontrol": [
    ["scontrol", "hold", "1"],
    /^scontrol: error: hold is not supported by Zoe$/m,
  ],
  "another cluster": [["squeue", "-M", "north"], /No cluster 'north' known/],
  "a dependency on nobody": [
    ["sbatch", "-d", "afterok:9999", "--wrap=:"],
    /Job dependency problem \(no job 9999\)/,
  ],
  "a command of sacctmgr": [
    ["sacctmgr", "add", "user", "x"],
    /`sacctmgr add user x` is not supported/,
  ],
};
test.each(Object.entries(MISTAKES))(
  "%s is told as Slurm tells it, and is 1",
  async (_, [words, wanted]) => {
    const { code, err } = await server.zoe(words);
    expect(err).toMatch(wanted);
    expect(code).toBe(1);
  },
);

test("options that zoe has too are Slurm's behind its commands", async () => {
  const { out, code } = await server.zoe(["sacct", "--helpformat"]);
  expect(out).toMatch(/JobIDRaw/);
  expect(code).toBe(0);
  expect((await server.zoe(["sbatch", "-q", "high", "--usage"])).out).toMatch(/Usage: zoe sbatch/);
});

test("sinfo lists the engines as partitions, the usual one marked", async () => {
  expect((await server.zoe(["sinfo", "-h", "-o", "%P %a"])).out).toBe("process* up\n");
});

test("shims are commands under Slurm's names", async () => {
  const folder = join(server.folder, "shims");
  const { out } = await server.zoe(["slurm-shims", folder, "-q"]);
  const names = "sbatch squeue scancel sacct scontrol sinfo srun salloc".split(" ");
  expect(out.trim().split(" ")).toEqual(expect.arrayContaining(names));
  expect(statSync(join(folder, "squeue")).mode & 0o111).toBe(0o111);
  expect(readFileSync(join(folder, "squeue"), "utf8")).toMatch(/zoe\.mjs' squeue "\$@"/);
});
