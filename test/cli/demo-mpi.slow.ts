// `npm run demo:mpi` as a newcomer starts it: the ring on four nodes with its hop time, or one sentence that says what to install.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
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

function hasMpi(): boolean {
  try {
    execFileSync("mpicc", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

test.skipIf(!hasMpi())(
  "seven ranks are dealt over four nodes, and the hop is told in microseconds (needs openmpi-bin libopenmpi-dev gcc)",
  async () => {
    const { code, out, err } = await demo(["--engine", "process", "--laps", "200"]).ended;
    expect(out).toContain("ranks on each node: 2 2 2 1");
    expect(out).toContain("token 1470 of 1470");
    expect(err).toMatch(/One hop takes [\d.]+ microseconds/);
    expect(code).toBe(0);
    expect(readdirSync(folder)).toEqual([]);
  },
);

test("with neither containers nor MPI it says in one sentence what to install, and exits 3", async () => {
  const { code, err } = await demo([], { PATH: "/nowhere" }).ended;
  expect(err.trim().split("\n")).toEqual([expect.stringContaining("apt-get install openmpi-bin")]);
  expect(code).toBe(3);
});
