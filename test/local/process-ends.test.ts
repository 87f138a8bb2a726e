// Each way in which a program ends is told apart, and nothing of it is left in the process table.
import { statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { LaunchRequest } from "#functions/backend.ts";
import type { Outcome } from "#shared/instance.ts";
import {
  aRequest,
  logOf,
  openProcessBody,
  type ProcessBody,
  processesWith,
  textOf,
} from "./process-body.ts";

const TMPFS = 0x01021994;
const STOPPED: Outcome = { kind: "cancelled", by: "ada" };
/** Programs of the test say this in their arguments, so that they are found without what the engine put into their environment. */
let marks = 0;

describe.each([
  { way: "control groups", options: {} },
  { way: "looking every 100 ms", options: { memoryLimit: "sampler" as const } },
])("ends, with $way", ({ way, options }) => {
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

  /** The program writes a line when it is where the test wants it. */
  async function started(request: LaunchRequest): Promise<void> {
    await body.backend.launch([request]);
    const range = { offset: 0, limitBytes: 100, waitSeconds: 10 };
    const { text } = await body.logs.read(request.instance, "stdout", range);
    expect(text).toContain("ready");
  }

  async function outcomeOf(request: LaunchRequest): Promise<Outcome> {
    await body.backend.launch([request]);
    return body.events.outcome(request);
  }

  test("a command that isn't there fails with a sentence that names it", async () => {
    const outcome = await outcomeOf(aRequest({ kind: "exec", words: ["no-such-program"] }));
    expect(outcome).toMatchObject({ kind: "failed", exitCode: 127 });
  });

  test("a program folder that isn't there fails", async () => {
    const request = aRequest("true", { programRoot: body.state, service: { program: "nowhere" } });
    expect(await outcomeOf(request)).toMatchObject({
      kind: "failed",
      reason: expect.stringContaining("nowhere"),
    });
  });

  test("a program ended by a signal of its own fails with the signal's name", async () => {
    const outcome = await outcomeOf(aRequest("kill -SEGV $$"));
    expect(outcome).toMatchObject({ kind: "failed", code: "SIGSEGV" });
  });

  test("what a program left running in its session ends with it", async () => {
    expect(await outcomeOf(aRequest(`sh -c 'sleep 600; : ${mark}' & exit 0`))).toEqual({
      kind: "succeeded",
    });
    expect(processesWith(mark)).toEqual([]);
  });

  test("what made a session of its own ends with the program", async () => {
    const daemon = `setsid sh -c 'setsid sh -c "sleep 600; : ${mark}" & exit' & wait`;
    await outcomeOf(aRequest(daemon));
    expect(processesWith(mark)).toEqual([]);
  });

  if (way === "control groups")
    test("what made a session and forgot its environment ends with the program", async () => {
      await outcomeOf(aRequest(`env -i setsid sh -c 'sleep 600; : ${mark}' & exit 3`));
      expect(processesWith(mark)).toEqual([]);
    });

  test("a program that forks and ignores signals is gone after the grace time", async () => {
    const stubborn = `trap '' TERM HUP INT; setsid sh -c "trap '' TERM; echo ready; while :; do sleep 600; : ${mark}; done" & while :; do wait; done`;
    const request = aRequest(stubborn);
    await started(request);
    await body.backend.stop([request.instance], STOPPED);
    expect(await body.events.outcome(request)).toEqual(STOPPED);
    expect(processesWith(mark)).toEqual([]);
  });

  test("a program that closed its output is stopped like others", async () => {
    const request = aRequest(`echo ready; exec >&- 2>&- <&-; sleep 600; : ${mark}`);
    await started(request);
    await body.backend.stop([request.instance], STOPPED);
    expect(await body.events.outcome(request)).toEqual(STOPPED);
  });

  test("a program that stopped itself is ended by force", async () => {
    const request = aRequest(`echo ready; kill -STOP $$; : ${mark}`);
    await started(request);
    await body.backend.stop([request.instance], STOPPED);
    expect(await body.events.outcome(request)).toEqual(STOPPED);
  });

  test("children finish what they do within the grace time, though their parent left at once", async () => {
    const child = `trap "echo saved >$ZOE_OUTPUT_DIR/state; exit" TERM; echo ready; while :; do sleep 0.01; done`;
    const request = aRequest(`sh -c '${child}' & wait`);
    await started(request);
    await body.backend.stop([request.instance], STOPPED);
    expect(await body.events.outcome(request)).toEqual(STOPPED);
    expect(await textOf(body, "executions/exe_1/files/sim/0/state")).toBe("saved\n");
  });

  test("a stop that comes when the program has ended changes nothing", async () => {
    const request = aRequest("exit 4");
    expect(await outcomeOf(request)).toMatchObject({ kind: "failed", exitCode: 4 });
    await body.backend.stop([request.instance], STOPPED);
    expect(await body.backend.look([request.instance])).toMatchObject([
      { kind: "ended", outcome: { kind: "failed", exitCode: 4 } },
    ]);
  });

  test("too much memory in a child ends the whole program, whatever the parent makes of it", async () => {
    const outcome = await outcomeOf(
      aRequest(`(head -c 300m /dev/zero; sleep 600) | tail; sleep 600; : ${mark}`),
    );
    expect(outcome).toMatchObject({
      kind: "outOfMemory",
      reason: expect.stringContaining("64 MiB"),
    });
    expect(processesWith(mark)).toEqual([]);
  });

  // Files of a memory file system do count.
  test.skipIf(statfsSync(tmpdir()).type === TMPFS)(
    "the files that a program writes don't count as its memory",
    async () => {
      const request = aRequest("head -c 200m /dev/zero >$ZOE_WORK_DIR/big; echo done");
      expect(await outcomeOf(request)).toEqual({ kind: "succeeded" });
      const { usage } = await body.events.ended(request);
      expect(usage?.peakMemoryMib).toBeLessThan(64);
    },
  );

  test("a program over its longest time is told as timed out, with that time", async () => {
    const request = aRequest(`sleep 600; : ${mark}`, { service: { maxTimeSeconds: 0.1 } });
    expect(await outcomeOf(request)).toEqual({
      kind: "timedOut",
      reason: expect.stringContaining("0.1 s"),
    });
  });

  test("processor time, of children too, and memory are measured", async () => {
    const request = aRequest(
      `node -e 'const a = Buffer.alloc(40e6, 1); const used = () => process.cpuUsage().user + process.cpuUsage().system; const end = used() + 2e5; while (used() < end) for (let n = 0; n < 1e5; n++);'; exit 0`,
      { service: { resources: { cpu: 1, memoryMib: 512, gpu: 0 } } },
    );
    await outcomeOf(request);
    const { usage } = await body.events.ended(request);
    expect(usage?.cpuSeconds).toBeGreaterThan(0.19);
    expect(usage?.cpuSeconds).toBeLessThan(5);
    expect(usage?.peakMemoryMib).toBeGreaterThan(30);
    expect(usage?.wallSeconds).toBeGreaterThan(0.19);
  });

  test("processor time is measured of programs too short to be looked at", async () => {
    const request = aRequest("n=0; while [ $n -lt 50000 ]; do n=$((n+1)); done");
    await outcomeOf(request);
    const { usage } = await body.events.ended(request);
    expect(usage?.cpuSeconds).toBeGreaterThan(0.015);
  });

  test("a program has a session and a group of its own, and nothing on its input", async () => {
    const request = aRequest(
      "cat; cut -d' ' -f1,5,6 /proc/self/stat; cut -d' ' -f5 /proc/$$/stat; echo $$",
    );
    await outcomeOf(request);
    const [own = "", group, leader] = (await logOf(body, request)).trim().split("\n");
    expect(own.split(" ").slice(1)).toEqual([leader, leader]);
    expect(group).toBe(leader);
  });
});
