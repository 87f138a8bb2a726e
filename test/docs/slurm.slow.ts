// The guide to Slurm's manners: its files and its commands, in order, as a newcomer would type them; and Snakemake through the shims.
import { execFile, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "#test/cli/zoe.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const guide = readFileSync(join(ROOT, "docs/guides/slurm.md"), "utf8");
const blocks = [...guide.matchAll(/^```(\w*) ?(\S*)\n([\s\S]*?)^```/gm)];
const commands = blocks
  .filter(([, language]) => language === "sh")
  .flatMap(([, , , text = ""]) => text.split("\n").filter((line) => line !== ""));
const SNAKEMAKE = "/usr/bin/snakemake";

let server: TestServer;
let work: string;
beforeAll(async () => {
  server = await startTestServer(["--cpus", "4"]);
  work = join(server.folder, "work");
  mkdirSync(work);
  for (const [, , file = "", text = ""] of blocks)
    if (file !== "") writeFileSync(join(work, file), text);
});
afterAll(() => server?.end(), 120_000);

function shell(line: string, path = process.env.PATH): Promise<{ code: number; output: string }> {
  const zoe = `'${process.execPath}' '${join(ROOT, "cli/zoe.mjs")}'`;
  const env = { ...process.env, ...server.environment, PATH: path, USER: "ada" };
  return new Promise((resolve) => {
    const words = ["-c", line.replace(/^npx zoe /, `${zoe} `)];
    const child = execFile("/bin/sh", words, { cwd: work, env }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(child.exitCode), output: out + err }),
    );
  });
}

const SAYS: Readonly<Record<string, RegExp>> = {
  "cat hello-1.out": /^job 1 on \S+, started in .*work\nstep of hello\n$/,
  "npx zoe sacct -j 1 --format=JobID,State,Elapsed,MaxRSS,ExitCode": /1\.batch +COMPLETED .*\d+K/,
  "npx zoe squeue -h -o '%i %t' -t all -u $USER": /^1 CD$/m,
  "cat part-7.txt": /^part 7\n$/,
  "npx zoe salloc -N 2 --mem=100M srun echo both": /both\nboth\n/,
  "npx zoe srun --jobid=17 -n 2 echo again": /^again\nagain\n$/,
  "cat ring.txt": /task 1 of 2/,
};

test("every command of the guide does what it says, in order", async () => {
  expect(commands.length).toBeGreaterThan(14);
  for (const command of commands) {
    const { code, output } = await shell(command);
    expect.soft(code, `${command}\n${output}`).toBe(0);
    expect.soft(output, command).toMatch(SAYS[command] ?? /(?:)/);
  }
  for (const command of Object.keys(SAYS)) expect(commands).toContain(command);
});

const SNAKEFILE = `rule all:
    input: "c.txt"
rule a:
    output: "a.txt"
    shell: "echo a > {output}"
rule b:
    input: "a.txt"
    output: "b.txt"
    shell: "cat {input} > {output}; echo b >> {output}"
rule c:
    input: "b.txt"
    output: "c.txt"
    shell: "cat {input} > {output}; echo c >> {output}"
`;

const hasSnakemake = existsSync(SNAKEMAKE) && spawnSync(SNAKEMAKE, ["--version"]).status === 0;
const why = hasSnakemake ? "" : " (apt-get install snakemake)";

// Snakemake looks at its jobs every 33 s, whatever it is told: three of them one after the other take two minutes.
test.skipIf(!hasSnakemake)(
  `Snakemake with --slurm finishes a workflow of three jobs${why}`,
  async () => {
    await shell("npx zoe slurm-shims snake-bin");
    writeFileSync(join(work, "Snakefile"), SNAKEFILE);
    const path = `${join(work, "snake-bin")}:/usr/bin:/bin`;
    const flags = "--slurm -j 3 --default-resources mem_mb=300 runtime=5 disk_mb=100";
    const { code, output } = await shell(`${SNAKEMAKE} ${flags}`, path);
    expect(code, output).toBe(0);
    expect(output.match(/has been submitted with SLURM jobid \d+/g)).toHaveLength(3);
    expect(readFileSync(join(work, "c.txt"), "utf8")).toBe("a\nb\nc\n");
  },
);
