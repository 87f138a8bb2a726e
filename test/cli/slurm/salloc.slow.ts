// `zoe salloc` as people use it: nodes that stay, a shell and commands on node 0, srun over all of them, and their end by hand or by idleness.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "#test/cli/zoe.ts";
import { isInstalled } from "#test/installed.ts";
import { runtimesHere } from "#test/local/container-body.ts";

const SMALL = ["--mem=100M", "-c", "1"];

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer(["--cpus", "4"]);
});
afterAll(() => server?.end(), 120_000);

function salloc(...words: string[]) {
  return server.spawnZoe(["salloc", ...SMALL, ...words]);
}

async function granted(...words: string[]): Promise<string> {
  const { err } = await salloc("--no-shell", ...words).ended;
  return /Granted job allocation (\d+)/.exec(err)?.[1] ?? err;
}

const zoe = async (...words: string[]) => {
  const { code, out, err } = await server.spawnZoe(words).ended;
  return { code, out, err };
};

test("one command on held nodes reaches all of them, and its exit code is salloc's", async () => {
  const { code, out, err } = await salloc("-N", "4", "sh", "-c", "srun -n 8 echo here; exit 7")
    .ended;
  expect(out).toBe("here\n".repeat(8));
  expect(err).toMatch(/Granted job allocation \d+[\s\S]*Relinquishing job allocation/);
  expect(code).toBe(7);
});

test("a shell on node 0 keeps what it is told from line to line, and its end lets the nodes go", async () => {
  const shell = salloc("-N", "2");
  shell.child.stdin?.end("cd /tmp\nx=42\necho $PWD $x >&2\nsrun -N 2 echo both </dev/null\n");
  const { code, out, err } = await shell.ended;
  expect(err).toContain("/tmp 42\n");
  expect(out).toBe("both\nboth\n");
  expect(code).toBe(0);
  expect((await zoe("squeue", "-h", "-t", "R,CF")).out).toBe("");
});

test("nodes that stay are used again and again, until scancel", async () => {
  const job = await granted("-N", "3");
  for (const round of [1, 2]) {
    const { out, code } = await zoe("srun", `--jobid=${job}`, "-N", "3", "echo", `round ${round}`);
    expect(out).toBe(`round ${round}\n`.repeat(3));
    expect(code).toBe(0);
  }
  expect((await zoe("srun", "--jobid", job, "false")).code).toBe(1);
  expect((await zoe("squeue", "-h", "-o", "%i %t %D")).out).toBe(`${job} R 3\n`);
  expect((await zoe("scancel", job)).code).toBe(0);
  expect((await zoe("srun", `--jobid=${job}`, "hostname")).code).toBe(1);
});

test("nodes that nobody uses are let go of", async () => {
  const job = await granted("-N", "2", "--idle=2s");
  let state = "";
  while (state !== "COMPLETED") {
    const { out } = await zoe("sacct", "-X", "-n", "-P", "-j", job, "--format=State");
    state = out.trim();
  }
  expect(state).toBe("COMPLETED");
});

const PROGRAM = `#include <mpi.h>
#include <stdio.h>
int main(int c, char **v) { int n; MPI_Init(&c, &v); MPI_Comm_size(MPI_COMM_WORLD, &n); printf("of %d\\n", n); MPI_Finalize(); }
`;

test.skipIf(!isInstalled("mpicc"))(
  "an MPI program is compiled and run there (needs openmpi-bin libopenmpi-dev gcc)",
  async () => {
    writeFileSync(join(server.folder, "size.c"), PROGRAM);
    const job = await granted("-N", "2");
    const compile = "mpicc -o $TMPDIR/size size.c && srun -n 2 $TMPDIR/size";
    const { out } = await zoe("srun", `--jobid=${job}`, "-n1", "sh", "-c", compile);
    const { out: held } = await salloc("-N", "2", "sh", "-c", compile).ended;
    await zoe("scancel", job);
    expect({ out, held }).toMatchObject({ held: "of 2\nof 2\n" });
  },
);

const runtimes = await runtimesHere("zoe/openmpi");
if (runtimes.length === 0) test.skip("no container runtime answers here", () => {});

for (const { name, dockerHost } of runtimes)
  test(`${name}: held nodes are containers of an image`, async () => {
    const flags = ["--cpus", "4", "--engine", "container"];
    const containers = await startTestServer(flags, { DOCKER_HOST: dockerHost });
    try {
      const words = ["salloc", ...SMALL, "-N", "3", "--container-image=docker.io/zoe/openmpi"];
      const { out, code } = await containers.spawnZoe([...words, "srun", "hostname"]).ended;
      expect(out.trim().split("\n").sort()).toEqual(["job-0", "job-1", "job-2"]);
      expect(code).toBe(0);
    } finally {
      await containers.end();
    }
  });
