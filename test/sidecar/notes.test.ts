// What the sidecar measures of its program and notes of its instance.
import { afterEach, beforeEach, expect, test } from "vitest";
import { readNote } from "#functions/aws/instance-note.ts";
import { enter } from "#sidecar/enter.ts";
import { instanceOf, takeOver } from "#sidecar/instance.ts";
import { sidecar } from "#sidecar/sidecar.ts";
import { measureProgram } from "#sidecar/task-look.ts";
import { aSpec, aStand, type Stand } from "./world.ts";

let stand: Stand;
beforeEach(() => {
  stand = aStand();
});
afterEach(() => stand.remove());

const never = new AbortController().signal;

test.each([
  ["arn:aws:ecs:us-east-1:1:task/zoe/abc", {}, "abc"],
  ["job", {}, "job"],
  ["job:2", { size: 4 }, "job:2"],
  ["job#2", { run: "gang", size: 4, gang: { slots: [1], startWithinSeconds: 1 } }, "job#2"],
] as const)(
  "of %s it notes its task at once, and in the end what its program used at most",
  async (runner, more, id) => {
    const instance = instanceOf(aSpec(more as never), { number: id.includes("2") ? 2 : 0, runner });
    expect(await enter(stand.world, instance)).toBe(0);
    const of = { owner: "lab#hello", executionId: "exe_1", id };
    const measures = [100, 300, 200];
    const begin = stand.now;
    stand.measure = { cpuSeconds: 1, memoryMib: 10 };
    stand.meanwhile = (now) => {
      const seconds = Math.floor((now - begin) / 10_000);
      stand.measure = { cpuSeconds: 1 + seconds, memoryMib: measures[seconds] ?? 0 };
      if (seconds === 4) stand.program = { name: "program", isStopped: true, exitCode: 0 };
    };
    const done = sidecar(stand.world, await takeOver(stand.world), never);
    while ((await readNote(stand.world.store, of)) === undefined)
      await new Promise((resolve) => setImmediate(resolve));
    expect(await readNote(stand.world.store, of)).toMatchObject({ task: expect.any(String) });
    await done;
    const used = { cpuSeconds: 5, peakMemoryMib: 300 };
    expect(await readNote(stand.world.store, of)).toMatchObject({ used });
  },
);

test("what the program uses is Docker's count of its container, without pages of files that can be dropped", async () => {
  const task = { TaskARN: "arn:task/1", Containers: [] as object[] };
  task.Containers.push({ DockerId: "b", Name: "program", KnownStatus: "RUNNING" });
  const memory_stats = { usage: 96 * 2 ** 20, limit: 2 ** 30, stats: { inactive_file: 2 ** 25 } };
  const cpu_stats = { cpu_usage: { total_usage: 2.5e9, usage_in_usermode: 1e9 } };
  const stats: Record<string, object | null> = { a: null, b: { cpu_stats, memory_stats } };
  const ask = async (url: string) =>
    new Response(JSON.stringify(url.endsWith("/task/stats") ? stats : task));
  const measured = () => measureProgram("http://169.254.170.2/v4/x", ask as typeof fetch);
  expect(await measured()).toEqual({ cpuSeconds: 2.5, memoryMib: 64 });
  stats.b = null;
  expect(await measured()).toBeUndefined();
});
