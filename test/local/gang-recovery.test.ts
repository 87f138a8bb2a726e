// How a node of a gang ended while no control plane was there is told as it would have been.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Keeper } from "#local/backends/engine/finish.ts";
import { Outputs } from "#local/backends/engine/outputs.ts";
import { recoverPrograms } from "#local/backends/engine/recover.ts";
import { LocalLogs } from "#local/logs.ts";
import { fileObjects } from "#local/objects/file-objects.ts";

const folder = mkdtempSync(join(tmpdir(), "zoe-recovery-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const log = { info: () => {}, warn: () => {}, error: () => {} };
const left = { stdout: 0, stderr: 0, files: false };
const end = (code: number) => ({
  ...{ id: "exe_1/ranks-0.1", at: 2, startedAt: 1, code, signal: null, cpuSeconds: 0 },
  ...{ wallSeconds: 0, peakMemoryMib: 0, left, leftBehind: [] },
});

async function outcomeOf(code: number, note: object) {
  const objects = await fileObjects(folder, { newId: () => "1" });
  const outputs = new Outputs({ objects, allowFileUrls: false, allowLocalUrls: false });
  const keeper: Keeper = { outputs, logs: new LocalLogs(join(folder, "logs")), log };
  const instance = { executionId: "exe_1", service: "ranks", index: 0, generation: 1 };
  const program = {
    ...{ id: "exe_1/ranks-0.1", folder: join(folder, "0"), at: 1, end: end(code) },
    note: { instance, outputs: [], ...note },
  };
  const form = { isExact: true, inner: "" };
  const [recovered] = await recoverPrograms([program], form, keeper, () => 3);
  return recovered?.end.outcome;
}

test("of a node, the agent's exit codes are about its gang; of another program they are its own", async () => {
  expect(await outcomeOf(115, { isNode: true })).toMatchObject({ kind: "lost" });
  expect(await outcomeOf(116, { isNode: true })).toMatchObject({ kind: "interrupted" });
  expect(await outcomeOf(3, { isNode: true })).toMatchObject({ kind: "failed", exitCode: 3 });
  expect(await outcomeOf(115, {})).toMatchObject({ kind: "failed", exitCode: 115 });
});
