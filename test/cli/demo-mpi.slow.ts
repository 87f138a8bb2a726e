// `npm run demo:mpi` as a newcomer starts it: the ring on four nodes with its hop time, or one sentence that says what to install.
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { isInstalled } from "#test/installed.ts";
import { runtimesHere } from "#test/local/container-body.ts";
import { Running } from "./zoe.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const folder = mkdtempSync(join(tmpdir(), "zoe-mpi-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function demo(flags: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
  const child = spawn(process.execPath, [join(ROOT, "cli", "demo-mpi.ts"), ...flags], {
    ...{ cwd: ROOT, env: { ...process.env, TMPDIR: folder, ...env } },
  });
  return new Running(child);
}

const runtimes = await runtimesHere("zoe/openmpi", "zoe/mpi-ring");
if (runtimes.length === 0) test.skip("no container runtime answers here", () => {});

async function expectsRing(flags: readonly string[], env: Readonly<Record<string, string>>) {
  const { code, out, err } = await demo([...flags, "--laps", "200"], env).ended;
  expect(out).toContain("ranks on each node: 2 2 2 1");
  expect(out).toContain("token 1470 of 1470");
  expect(err).toMatch(/One hop takes [\d.]+ microseconds/);
  expect(code).toBe(0);
  expect(readdirSync(folder)).toEqual([]);
  return err;
}

for (const { name, dockerHost } of runtimes)
  test(`${name}: seven ranks are dealt over four containers, and the hop is told in microseconds`, async () => {
    const err = await expectsRing([], { DOCKER_HOST: dockerHost });
    expect(err).toContain("4 nodes will be containers");
  });

test.skipIf(!isInstalled("mpicc"))(
  "where no container runtime is, the nodes are processes (needs openmpi-bin libopenmpi-dev gcc)",
  async () => {
    const bin = mkdtempSync(join(tmpdir(), "zoe-mpi-path-"));
    try {
      for (const name of readdirSync("/usr/bin").filter((name) => !/^(docker|podman)/.test(name)))
        symlinkSync(join("/usr/bin", name), join(bin, name));
      const err = await expectsRing([], { PATH: bin });
      expect(err).toContain("4 nodes will be processes");
    } finally {
      rmSync(bin, { recursive: true });
    }
  },
);

test("with neither containers nor MPI it says in one sentence what to install, and exits 3", async () => {
  const { code, err } = await demo([], { PATH: "/nowhere" }).ended;
  expect(err.trim().split("\n")).toEqual([expect.stringContaining("apt-get install openmpi-bin")]);
  expect(code).toBe(3);
});
