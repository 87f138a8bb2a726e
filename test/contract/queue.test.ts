// The message queue's contract over every body of it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Log } from "#functions/world.ts";
import { openDatabase } from "#local/database/database.ts";
import { memoryQueue } from "#local/queue/memory-queue.ts";
import { messagesModule } from "#local/queue/module.ts";
import { sqliteQueue } from "#local/queue/sqlite-queue.ts";
import { openQueuesOverDouble } from "#test/functions/aws/queue-body.ts";
import { queueContract } from "./queue.ts";
import { VirtualTimers } from "./virtual-timers.ts";

const SILENT: Log = { info: () => {}, warn: () => {}, error: () => {} };

queueContract("SQLite", async () => {
  const folder = mkdtempSync(join(tmpdir(), "zoe-queue-"));
  const timers = new VirtualTimers(Date.UTC(2026, 0, 1));
  const now = () => timers.now();
  const database = openDatabase(join(folder, "zoe.db"), { now });
  return {
    open: (name) => sqliteQueue(database, { name, now, timers, log: SILENT }),
    async elapse(milliseconds) {
      await database.writer.call(messagesModule, "settle", { done: [], stays: [] });
      timers.elapse(milliseconds);
    },
    now,
    async close() {
      await database.close();
      rmSync(folder, { recursive: true });
    },
  };
});

queueContract("memory", async () => {
  const timers = new VirtualTimers(Date.UTC(2026, 0, 1));
  const now = () => timers.now();
  return {
    open: (name) => memoryQueue({ name, now, timers, log: SILENT }),
    elapse: async (milliseconds) => timers.elapse(milliseconds),
    now,
    close: async () => {},
  };
});

queueContract("SQS and Lambda, over the double", () => openQueuesOverDouble());
