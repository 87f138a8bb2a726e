// `npm run demo` as a newcomer starts it: every document has its result, it passes on one core too, and nothing is left behind.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { Running } from "./zoe.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const folder = mkdtempSync(join(tmpdir(), "zoe-demo-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function demo(flags: readonly string[], command: readonly string[] = [process.execPath]): Running {
  const [program = "", ...words] = command;
  const child = spawn(program, [...words, join(ROOT, "cli", "demo.ts"), ...flags], {
    ...{ cwd: ROOT, env: { ...process.env, TMPDIR: folder } },
  });
  return new Running(child);
}

const left = () => readdirSync(folder).filter((name) => name.startsWith("zoe-demo-"));

const LATER = ["document-classifier", "document-classifier-split", "document-classifier-two-level"];

test.each(LATER)(
  "%s: all hundred documents have their result, wrong ones first, beside two baselines",
  async (zapp) => {
    const { code, out, err } = await demo(["--zapp", zapp]).ended;
    expect(code).toBe(0);
    expect(err).toMatch(/control plane runs at http[\s\S]*at most 8 workers[\s\S]*100 abstracts/);
    const rows = out.split("\n").filter((line) => /^[✓✗] {2}[a-z-]+-\d+ {2}/.test(line));
    expect(rows).toHaveLength(100);
    expect(rows.map((row) => row[0]).join("")).toMatch(/^✗*✓*$/);
    const accuracy = /overall +([\d.]+) %/.exec(out)?.[1];
    expect(Number(accuracy)).toBeGreaterThanOrEqual(90);
    expect(out).toMatch(/baseline: counting keywords[\s\S]*baseline: always the same topic/);
    expect(out).toMatch(/✓ 100 of 100 documents have their result, after/);
    expect(left()).toEqual([]);
  },
);

test("zapps without a queue are shown too", async () => {
  const { code, out } = await demo(["--zapp", "hello"]).ended;
  expect(out).toMatch(/greeting\.txt[\s\S]*It succeeded/);
  expect(code).toBe(0);
});

test("one's own documents, without known answers", async () => {
  const file = join(folder, "mine.csv");
  writeFileSync(
    file,
    "id,title,abstract\n1,Photons,Entangled photons in a quantum field\n2,Cells,Proteins of a cell\n",
  );
  const { code, out } = await demo(["--input", file]).ended;
  expect(out).toMatch(/✓ 2 of 2 documents/);
  expect(out).not.toMatch(/ACCURACY/);
  expect(code).toBe(0);
});

test.skipIf(availableParallelism() === 1)(
  "on one core it passes with fewer workers, and says why",
  async () => {
    const { code, err, out } = await demo([], ["taskset", "-c", "0", process.execPath]).ended;
    expect(err).toMatch(/Only 4 of 8 run at once: this machine has 1 vCPU/);
    expect(out).toMatch(/✓ 100 of 100/);
    expect(code).toBe(0);
  },
);

test("Ctrl-C in the middle ends the control plane and removes its folder", async () => {
  const running = demo([]);
  await running.says(/100 abstracts lie in/);
  running.child.kill("SIGINT");
  expect((await running.ended).code).toBe(130);
  expect(left()).toEqual([]);
});

test("--keep leaves the control plane up and says how to reach and to end it", async () => {
  const { out } = await demo(["--keep", "--zapp", "hello"]).ended;
  const [, address = ""] = /npx zoe login (\S+) --token-file/.exec(out) ?? [];
  const [, pid, place = ""] = /kill (\d+) && rm -r (\S+)/.exec(out) ?? [];
  expect((await fetch(`${address}/healthz`)).status).toBe(200);
  process.kill(Number(pid), "SIGTERM");
  await until(async () => !existsSync(`/proc/${pid}`));
  rmSync(place, { recursive: true, force: true });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 50));
}

test("a zapp that is not there, and a wrong flag, are told; nothing is left", async () => {
  const missing = await demo(["--zapp", "nothing"]).ended;
  expect(missing).toMatchObject({ code: 3 });
  expect(missing.err).toMatch(/no zapp "nothing"/);
  const wrong = await demo(["--zap", "x"]).ended;
  expect(wrong.code).toBe(2);
  expect((await demo(["--help"]).ended).out).toMatch(/npm run demo -- --zapp/);
  expect(left()).toEqual([]);
});
