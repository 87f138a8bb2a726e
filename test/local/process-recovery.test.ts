// What a crash leaves is ended and told: of the spawner, of the control plane, of both at once.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { LaunchRequest } from "#functions/backend.ts";
import {
  aRequest,
  isAlive,
  keysOf,
  logOf,
  openProcessBody,
  type ProcessBody,
  processesWith,
} from "./process-body.ts";

const VICTIM = fileURLToPath(new URL("process-victim.ts", import.meta.url));
let marks = 0;

describe.each([
  { way: "control groups", options: {} },
  { way: "looking every 100 ms", options: { memoryLimit: "sampler" as const } },
])("recovery, with $way", ({ options }) => {
  let body: ProcessBody;
  let mark: string;
  beforeEach(async () => {
    mark = `zoe_mark_${process.pid}_${marks++}`;
    body = await openProcessBody(options);
  });
  afterEach(async () => {
    await body.close();
    expect(processesWith(mark)).toEqual([]);
  });

  /** Runs until it is ended, in two sessions, the second of which ignores signals. */
  function stubborn(index = 0): LaunchRequest {
    const daemon = `setsid sh -c "trap '' TERM; echo ready; while :; do sleep 600; : ${mark}; done"`;
    return aRequest(`echo kept >$ZOE_OUTPUT_DIR/file; ${daemon} & while :; do wait; done`, {
      instance: { index },
    });
  }

  async function ready(request: LaunchRequest): Promise<void> {
    await body.backend.launch([request]);
    const range = { offset: 0, limitBytes: 100, waitSeconds: 10 };
    const { text } = await body.logs.read(request.instance, "stdout", range);
    expect(text).toBe("ready\n");
  }

  test("when the spawner is killed, what ran is ended and lost, its outputs and logs kept; the next launch works", async () => {
    const request = stubborn();
    await ready(request);
    const first = body.backend.runner.spawner.pid ?? 0;
    process.kill(first, "SIGKILL");
    expect(await body.events.outcome(request)).toMatchObject({ kind: "lost" });
    expect(processesWith(mark)).toEqual([]);
    expect(await keysOf(body)).toEqual(["executions/exe_1/files/sim/0/file"]);
    expect(await logOf(body, request)).toBe("ready\n");
    const next = aRequest("echo again", { instance: { generation: 2 } });
    await body.backend.launch([next]);
    expect(await body.events.outcome(next)).toEqual({ kind: "succeeded" });
    expect(body.backend.runner.spawner.pid).not.toBe(first);
  });

  test("what is launched while there is no spawner runs when there is one again", async () => {
    process.kill(body.backend.runner.spawner.pid ?? 0, "SIGKILL");
    const requests = [0, 1, 2].map((index) => aRequest("true", { instance: { index } }));
    await body.backend.launch(requests);
    const outcomes = await Promise.all(requests.map((request) => body.events.outcome(request)));
    // Those that were sent to the dead one are lost, none is forgotten and none runs twice.
    for (const { kind } of outcomes) expect(["succeeded", "lost"]).toContain(kind);
    expect(body.events.all.filter(({ kind }) => kind === "ended")).toHaveLength(3);
  });

  test("when the control plane goes, programs end; the next one tells them as lost and keeps what they left", async () => {
    const request = stubborn();
    await ready(request);
    await body.crash();
    expect(processesWith(mark)).toEqual([]);
    const next = await openProcessBody(options, body.state);
    expect(await next.events.outcome(request)).toMatchObject({ kind: "lost" });
    expect(await keysOf(next)).toEqual(["executions/exe_1/files/sim/0/file"]);
    expect(await logOf(next, request)).toBe("ready\n");
    expect(await next.backend.look([request.instance])).toMatchObject([{ kind: "ended" }]);
    expect(await next.backend.launch([request])).toMatchObject([{ kind: "launched" }]);
    expect(await next.backend.list()).toEqual([]);
    body = next;
  });

  test("what had ended before the control plane went is told again as it ended", async () => {
    const request = aRequest("exit 7");
    await body.backend.launch([request]);
    await body.events.ended(request);
    await body.crash();
    body = await openProcessBody(options, body.state);
    expect(await body.events.outcome(request)).toMatchObject({ kind: "failed", exitCode: 7 });
  });

  test("when all is killed at once, the next control plane ends what still lives", async () => {
    const { control, spawner } = await victim(body.state, mark);
    await body.backend.close();
    process.kill(spawner, "SIGSTOP");
    control.kill("SIGKILL");
    await once(control, "exit");
    process.kill(spawner, "SIGKILL");
    expect(processesWith(mark).length).toBeGreaterThan(0);
    body = await openProcessBody(options, join(body.state, "victim"));
    expect(processesWith(mark)).toEqual([]);
    const request = aRequest("", { instance: { executionId: "exe_victim" } });
    expect(await body.events.outcome(request)).toMatchObject({ kind: "lost" });
  });

  test("a process that only has the number of a recorded one is left alone", async () => {
    const other = spawn("sleep", ["600"], { detached: true });
    const instance = { executionId: "exe_9", service: "sim", index: 0, generation: 1 };
    const entry = { id: "exe_9/sim-0.1", pid: other.pid, start: 1, folder: "/nowhere", at: 1 };
    await body.crash();
    const line = JSON.stringify({ ...entry, note: { instance, outputs: [] } });
    appendFileSync(join(body.state, "process/journal"), `${line}\n{"id":"half a li`);
    body = await openProcessBody(options, body.state);
    expect(isAlive(other.pid ?? 0)).toBe(true);
    expect(await body.events.outcome({ ...aRequest(""), instance })).toMatchObject({
      kind: "lost",
    });
    other.kill("SIGKILL");
  });

  test("closing ends everything politely and tells it as interrupted", async () => {
    const request = stubborn();
    await ready(request);
    const { spawner } = body.backend.runner;
    const { pid } = spawner;
    await body.close();
    expect(await body.events.outcome(request)).toMatchObject({ kind: "interrupted" });
    expect(processesWith(mark)).toEqual([]);
    expect(isAlive(pid ?? 0)).toBe(false);
    body = await openProcessBody(options);
  });

  async function victim(
    state: string,
    name: string,
  ): Promise<{ control: ChildProcess; spawner: number }> {
    const control = spawn(process.execPath, [VICTIM, join(state, "victim"), name], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    for await (const line of createInterface({ input: control.stdout })) {
      if (line.startsWith("spawner ")) return { control, spawner: Number(line.slice(8)) };
    }
    throw new Error("The control plane of the test didn't start.");
  }
});

test("an engine whose spawner can't start says so, and leaves nothing", async () => {
  const body = await openProcessBody();
  await body.crash();
  const journal = join(body.state, "process/journal");
  rmSync(journal);
  mkdirSync(journal);
  await expect(openProcessBody({}, body.state)).rejects.toThrow("can't be started");
  rmSync(body.state, { recursive: true });
});
