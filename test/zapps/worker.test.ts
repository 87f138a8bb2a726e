// The worker libraries, as programs that speak to a real runtime API: Node's and Python's behave the same.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openRuntime, type Runtime } from "#functions/runtime-api/runtime.ts";
import type { QueueRef, TaskQueues } from "#functions/task-queues.ts";
import { memoryTaskQueues } from "#local/memory-task-queues.ts";
import { OPTIONS } from "#test/contract/task-queue/under-test.ts";

const LIBRARIES = fileURLToPath(new URL("../../zapps/worker/", import.meta.url));
const REF: QueueRef = { executionId: "exe_1", queue: "numbers" };

/** The same program in both languages: it squares, fails at 13, can't write its result at 14, is slow at 15, and says why it left. */
const PROGRAMS = {
  Node: {
    file: "worker.mjs",
    command: process.execPath,
    text: (concurrency: number) => `
      import { run } from "${LIBRARIES}zoe-worker.mjs";
      const left = await run(async ({ n }) => {
        if (n === 13) throw new Error("thirteen brings bad luck");
        if (n === 14) return 1n;
        if (n === 15) { console.log("slow"); await new Promise((resolve) => setTimeout(resolve, 300)); }
        return { square: n * n };
      }, { concurrency: ${concurrency} });
      console.log(JSON.stringify(left));`,
  },
  Python: {
    file: "worker.py",
    command: "python3",
    text: (concurrency: number) => `
import json, sys, time
sys.path.insert(0, "${LIBRARIES}")
sys.dont_write_bytecode = True
from zoe_worker import run

def square(payload):
    n = payload["n"]
    if n == 13: raise ValueError("thirteen brings bad luck")
    if n == 14: return {1, 2}
    if n == 15:
        print("slow", flush=True)
        time.sleep(0.3)
    return {"square": n * n}

print(json.dumps(run(square, concurrency=${concurrency})))`,
  },
};

function lastLine(output: string): unknown {
  const line = output.trim().split("\n").at(-1);
  return line?.startsWith("{") ? JSON.parse(line) : line;
}

describe.each(["Node", "Python"] as const)("the worker library of %s", (language) => {
  let tasks: TaskQueues;
  let runtime: Runtime;
  let folder: string;
  const programs: ChildProcess[] = [];
  const servers: Server[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "zoe-worker-"));
    tasks = memoryTaskQueues({ now: Date.now });
    runtime = await openRuntime({ tasks, now: Date.now, log: console });
    await tasks.create(REF, OPTIONS);
  });
  afterEach(async () => {
    for (const program of programs.splice(0)) program.kill("SIGKILL");
    for (const server of servers.splice(0)) server.close();
    await runtime.stop();
    rmSync(folder, { recursive: true });
  });

  const openSession = (worker = "w-1.1", idleSeconds = 60) =>
    runtime.open({ ref: REF, worker, idleSeconds, mayLeave: () => true, draining: () => false });

  function start(url: string, concurrency = 1) {
    const { file, command, text } = PROGRAMS[language];
    writeFileSync(join(folder, file), text(concurrency));
    const program = spawn(command, [join(folder, file)], {
      env: { PATH: process.env.PATH, ZOE_RUNTIME_API: url },
      stdio: ["ignore", "pipe", "inherit"],
    });
    programs.push(program);
    let output = "";
    program.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    const ended = new Promise<{ code: number | null; left: unknown }>((resolve) => {
      program.on("close", (code) => resolve({ code, left: lastLine(output) }));
    });
    const said = (word: string) =>
      new Promise<void>((resolve) =>
        program.stdout.on("data", (chunk: Buffer) => chunk.toString().includes(word) && resolve()),
      );
    return { program, ended, said };
  }

  const put = (...numbers: number[]) =>
    tasks.put(
      REF,
      numbers.map((n) => ({ id: `${n}`, payload: { n } })),
    );
  const range = (count: number) => Array.from({ length: count }, (_, n) => n + 100);

  test.each([1, 8])(
    "does all tasks, %i at a time, and leaves when the queue is drained",
    async (concurrency) => {
      await put(...range(500));
      await tasks.close(REF);
      const { ended } = start(openSession(), concurrency);
      expect(await ended).toEqual({ code: 0, left: { done: 500, failed: 0, reason: "drained" } });
      expect(await tasks.counts(REF)).toMatchObject({ done: 500, failed: 0, leased: 0 });
      expect(await tasks.task(REF, "101")).toMatchObject({
        result: { square: 10_201 },
        attempts: 0,
      });
    },
  );

  test("a failure is reported with its text, also of a result that is no JSON, and the others go on", async () => {
    await put(1, 13, 14, 2);
    await tasks.close(REF);
    const { ended } = start(openSession());
    expect(await ended).toMatchObject({ code: 0, left: { done: 2, failed: 6 } });
    const failed = await tasks.task(REF, "13");
    expect(failed).toMatchObject({ state: "failed", attempts: 3 });
    expect(failed?.error).toContain("thirteen brings bad luck");
    expect((await tasks.task(REF, "14"))?.error).toMatch(/BigInt|set is not JSON/);
    expect(await tasks.counts(REF)).toMatchObject({ done: 4, failed: 2 });
  });

  test("tasks that come later are done too, and an idle worker leaves", async () => {
    const { ended } = start(openSession("w-1.1", 0.5));
    await put(1);
    expect(await tasks.task(REF, "1", 5)).toMatchObject({ state: "succeeded" });
    await put(2);
    expect(await tasks.task(REF, "2", 5)).toMatchObject({ state: "succeeded" });
    expect(await ended).toMatchObject({ left: { done: 2, reason: "idle" } });
  });

  test.each([1, 4])(
    "asked to stop, it finishes what it holds (%i at a time)",
    async (concurrency) => {
      await put(15);
      const { program, ended, said } = start(openSession(), concurrency);
      await said("slow");
      program.kill("SIGTERM");
      expect(await ended).toMatchObject({ code: 0, left: { done: 1, reason: "stopped" } });
      expect(await tasks.counts(REF)).toMatchObject({ done: 1, leased: 0 });
    },
  );

  test("asked to stop while it waits, it leaves at once", async () => {
    const { program, ended } = start(openSession());
    await put(1);
    await tasks.task(REF, "1", 5);
    program.kill("SIGTERM");
    expect(await ended).toMatchObject({ code: 0, left: { reason: "stopped" } });
  });

  test("it goes on when Zoe was away for a moment", async () => {
    await put(...range(50));
    await tasks.close(REF);
    const { ended } = start(await unreliable(openSession()));
    expect(await ended).toMatchObject({ code: 0, left: { reason: "drained" } });
    expect(await tasks.counts(REF)).toMatchObject({ done: 50, leased: 0 });
  });

  test("a worker that Zoe does not know says so and fails", async () => {
    const url = openSession();
    await runtime.close(REF, "w-1.1", false);
    const { file, command, text } = PROGRAMS[language];
    writeFileSync(join(folder, file), text(1));
    const program = spawn(command, [join(folder, file)], {
      env: { PATH: process.env.PATH, ZOE_RUNTIME_API: url },
    });
    programs.push(program);
    let errors = "";
    program.stderr.on("data", (chunk: Buffer) => {
      errors += chunk.toString();
    });
    const code = await new Promise((resolve) => program.on("close", resolve));
    expect(code).toBe(1);
    expect(errors).toContain("this worker is not known");
  });

  /** In front of the runtime API: every third call fails, with a status, with a cut connection, or after it had its effect. */
  async function unreliable(url: string): Promise<string> {
    let calls = 0;
    const server = createServer((asked, answer) => {
      const fault = ++calls % 9;
      if (fault === 3) return void answer.writeHead(503).end();
      if (fault === 6) return void asked.socket.destroy();
      const passed = request(
        new URL(asked.url ?? "", url),
        { method: asked.method, headers: asked.headers },
        (response) => {
          if (fault === 0 && asked.method === "POST") return void asked.socket.destroy();
          answer.writeHead(response.statusCode ?? 500, response.headers);
          response.pipe(answer);
        },
      );
      passed.on("error", () => asked.socket.destroy());
      asked.pipe(passed);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    return `http://127.0.0.1:${port}${new URL(url).pathname}`;
  }
});
