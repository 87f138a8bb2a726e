// The task queues over SQLite keep the contract of the port, also when the process ends without a word.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { QueueRef, TaskQueueChange } from "#functions/task-queues.ts";
import { openDatabase } from "#local/database/database.ts";
import { openTaskQueues } from "#local/task-queue/task-queues.ts";
import type { TaskQueueBody } from "#test/contract/task-queue/under-test.ts";
import { taskQueueContract } from "#test/contract/task-queue.ts";
import { taskQueueLeaseContract } from "#test/contract/task-queue-leases.ts";
import { taskQueueModelContract } from "#test/contract/task-queue-model.ts";

const folder = mkdtempSync(join(tmpdir(), "zoe-tasks-"));
let time = 1_000_000;
const now = () => time;
let database = openDatabase(join(folder, "state.db"), { now });
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

/** One database for all tests: each forgets its executions at its end. */
async function open(reopen: () => Promise<void>): Promise<TaskQueueBody> {
  const changes: { ref: QueueRef; change: TaskQueueChange }[] = [];
  const onChange = (ref: QueueRef, change: TaskQueueChange) => changes.push({ ref, change });
  let tasks = openTaskQueues({ database, now, onChange });
  return {
    tasks,
    changes,
    advance: (seconds) => {
      time += seconds * 1000;
    },
    restart: async () => {
      tasks.stop();
      await reopen();
      tasks = openTaskQueues({ database, now, onChange });
      return tasks;
    },
    close: async () => {
      for (const executionId of ["exe_1", "exe_2", "exe_model"]) await tasks.drop(executionId);
      tasks.stop();
    },
  };
}

async function reopen(): Promise<void> {
  await database.close();
  database = openDatabase(join(folder, "state.db"), { now });
}

taskQueueContract("SQLite", () => open(reopen));
taskQueueLeaseContract("SQLite", () => open(reopen));
taskQueueModelContract("SQLite", () => open(async () => {}), 60);
