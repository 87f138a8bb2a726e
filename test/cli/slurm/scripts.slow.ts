// Batch scripts after the manners of public cluster guides: each runs, or names what Zoe does not support, with its line. On processes of this machine.
import { cpSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isInstalled } from "#test/installed.ts";
import { startTestServer, type TestServer } from "../zoe.ts";

const SCRIPTS = join(import.meta.dirname, "scripts");
const hasCompiler = isInstalled("cc");

let server: TestServer;
let folder: string;
beforeAll(async () => {
  server = await startTestServer(["--cpus", "8"]);
  folder = join(server.folder, "work");
  cpSync(SCRIPTS, folder, { recursive: true });
  const shims = join(server.folder, "shims");
  await server.zoe(["slurm-shims", shims]);
});
afterAll(() => server?.end(), 120_000);

interface Ran {
  readonly code: number;
  readonly err: string;
  /** What it wrote into files, by name, its number as J. */
  readonly files: Readonly<Record<string, string>>;
}

async function run(name: string): Promise<Ran> {
  const environment = {
    PATH: `${join(server.folder, "shims")}:${process.env.PATH}`,
    GREETING: "hello",
    USER: "ada",
  };
  const before = new Set(readdirSync(folder));
  const words = ["sbatch", "--parsable", "--wait", `${name}.sh`];
  const { code, out, err } = await server.spawnZoe(words, { cwd: folder, environment }).ended;
  const fresh = readdirSync(folder).filter((file) => !before.has(file));
  const named = fresh.map((file) => [
    file.replace(new RegExp(`(?<!\\d)${out.trim()}(?!\\d)`), "J"),
    readFileSync(join(folder, file), "utf8"),
  ]);
  return { code, err, files: Object.fromEntries(named) };
}

interface Runs {
  readonly code?: number;
  readonly files: Readonly<Record<string, RegExp>>;
  readonly notes?: RegExp;
  readonly isGang?: true;
}

const RUNS: Readonly<Record<string, Runs>> = {
  serial: {
    files: { "serial_test_J.log": /Running plain script on a single CPU core/ },
    notes: /serial.sh, line 3: --mail-type has no effect[\s\S]*line 4: --mail-user has no effect/,
  },
  threads: { files: { "threads_J.log": /^threads: 4 of 4$/m } },
  array: { files: { "array_J-3.log": /^This is task 3 of 5\nruns 2001 to 3000$/m } },
  "array-of-files": { files: { "files.J.2": /^working on gamma$/m } },
  mpi: {
    isGang: true,
    files: { "mpi_test_J.log": /Allocated {6}= 2\n.* = 4\n[\s\S]*task 3 of 4/ },
    notes: /line 10: --distribution has no effect/,
  },
  "ranks-on-one-node": { isGang: true, files: { "one_node_J.log": /^ *3 \S+$/m } },
  python: { files: { "python_J.log": /^job \d+ in python.sh$/m } },
  "two-files": { files: { "two-J.out": /^fine\n$/, "two-J.err": /^trouble\n$/ } },
  scratch: { files: { "scratch-result.txt": /^result$/m, "scratch_J.log": /^done in .*work$/m } },
  steps: { files: { "steps_J.log": /^(first\nsecond|second\nfirst)\nboth done\n$/ } },
  failing: { code: 1, files: { "failing_J.log": /^before\n$/ } },
  timeout: { code: 1, files: { "timeout_J.log": /^begins\n$/ } },
  exported: { files: { "exported_J.log": /^hello zoe$/m } },
  hosts: { isGang: true, files: { "hosts_J.log": /^3$/m, "hosts.txt": /^job-0\njob-1\njob-2$/m } },
};

const NAMES: Readonly<Record<string, RegExp>> = {
  gpu: /--gres: The process engine has no GPUs/,
  "gpu-kind": /gpu-kind.sh, line 3: --gpus=a100:2: the kind of GPU can't be chosen/,
  exclusive: /line 3: --exclusive is not supported[\s\S]*line 4: --constraint is not supported/,
  held: /line 2: --begin is not supported by Zoe[\s\S]*line 3: --signal is not supported by Zoe/,
  licences: /line 3: --licenses is not supported by Zoe/,
  "whole-memory": /line 3: --mem=0: all memory of a machine is not supported by Zoe/,
  "node-list": /line 2: --nodelist is not supported[\s\S]*line 3: --tmp is not supported/,
  heterogeneous: /line 3: "hetjob" is no option/,
};

test("every script is tried here, and there are 20 or more", () => {
  const names = readdirSync(SCRIPTS).map((file) => file.replace(".sh", ""));
  expect(names.toSorted()).toEqual([...Object.keys(RUNS), ...Object.keys(NAMES)].toSorted());
  expect(names.length).toBeGreaterThanOrEqual(20);
});

describe("runs", () => {
  for (const [name, { code = 0, files, notes, isGang }] of Object.entries(RUNS)) {
    const missing = isGang && !hasCompiler;
    test.skipIf(missing)(`${name}${missing ? " (gangs need a C compiler)" : ""}`, async () => {
      const ran = await run(name);
      expect(ran.err).toMatch(notes ?? /^$/);
      for (const [file, wanted] of Object.entries(files))
        expect(ran.files[file], `${file} of ${Object.keys(ran.files)}`).toMatch(wanted);
      expect(ran.code).toBe(code);
    });
  }
});

describe("names what is not supported, and is 1", () => {
  test.each(Object.entries(NAMES))("%s", async (name, wanted) => {
    const { code, err } = await run(name);
    expect(err).toMatch(wanted);
    expect(code).toBe(1);
  });
});
