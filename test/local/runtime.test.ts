// The runtime API of the local body keeps its contract, over both kinds of task queues.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { openRuntime } from "#functions/runtime-api/runtime.ts";
import type { TaskQueues } from "#functions/task-queues.ts";
import { openDatabase } from "#local/database/database.ts";
import { memoryTaskQueues } from "#local/memory-task-queues.ts";
import { openTaskQueues } from "#local/task-queue/task-queues.ts";
import { type RuntimeBody, runtimeApiContract } from "#test/contract/runtime-api.ts";

const folder = mkdtempSync(join(tmpdir(), "zoe-runtime-"));
let time = 1_000_000;
const now = () => time;
const database = openDatabase(join(folder, "state.db"), { now });
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

const unexpected = (text: string, about?: object) => {
  throw new Error(`${text} ${JSON.stringify(about)}`);
};
const log = { info: unexpected, warn: unexpected, error: unexpected };

async function open(tasks: TaskQueues): Promise<RuntimeBody> {
  const runtime = await openRuntime({ tasks, now, log });
  return {
    tasks,
    open: async (ref, setup = {}) =>
      runtime.open({
        ...{ ref, worker: "w-1.1", idleSeconds: 60 },
        ...{ mayLeave: () => true, draining: () => false },
        ...setup,
      }),
    close: (ref, worker, killed) => runtime.close(ref, worker, killed),
    advance: (seconds) => {
      time += seconds * 1000;
    },
    stop: async () => {
      await tasks.drop("exe_1");
      await runtime.stop();
    },
  };
}

runtimeApiContract("local, in memory", () => open(memoryTaskQueues({ now })));
runtimeApiContract("local, SQLite", () => open(openTaskQueues({ database, now })));
