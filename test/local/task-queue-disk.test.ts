// The task queues over SQLite when the disk refuses: nothing is half done, and the same calls go through once there is room.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { TaskQueues } from "#functions/task-queues.ts";
import { type Database, openDatabase } from "#local/database/database.ts";
import { type LocalTaskQueues, openTaskQueues } from "#local/task-queue/task-queues.ts";
import { VisibleError } from "#shared/fault.ts";
import {
  aRoute,
  DOCUMENTS,
  failed,
  leaseNow,
  leaseOne,
  numbered,
  OPTIONS,
  succeeded,
} from "#test/contract/task-queue/under-test.ts";

let folder: string;
let database: Database;
let tasks: LocalTaskQueues;
let isFull = false;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "zoe-tasks-"));
  database = openDatabase(join(folder, "state.db"), { now: () => 1 });
  const call: Database["writer"]["call"] = (module, operation, args) =>
    isFull
      ? Promise.reject(new VisibleError("unavailable", "The disk is full."))
      : database.writer.call(module, operation, args);
  tasks = openTaskQueues({
    database: { reader: database.reader, writer: { ...database.writer, call } },
    now: () => 1,
  });
  await tasks.create(DOCUMENTS, OPTIONS);
});
afterEach(async () => {
  isFull = false;
  tasks.stop();
  await database.close();
  rmSync(folder, { recursive: true });
});

async function whileFull(act: (tasks: TaskQueues) => Promise<unknown>): Promise<void> {
  isFull = true;
  await expect(act(tasks)).rejects.toMatchObject({ code: "unavailable" });
  isFull = false;
}

test("a put that could not be written added nothing; put again, it is there once", async () => {
  await whileFull(() => tasks.put(DOCUMENTS, numbered(3)));
  expect(await tasks.counts(DOCUMENTS)).toMatchObject({ put: 0 });
  expect(await leaseNow(tasks, 9)).toEqual([]);
  expect(await tasks.put(DOCUMENTS, numbered(3))).toMatchObject({ added: 3 });
  expect((await leaseNow(tasks, 9)).map(({ task }) => task)).toEqual(["n0", "n1", "n2"]);
});

test("a repeat of a put that is on its way fails with it", async () => {
  isFull = true;
  const puts = await Promise.allSettled([1, 2].map(() => tasks.put(DOCUMENTS, numbered(3))));
  expect(puts.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
});

test("a result that could not be written is recorded when it comes again", async () => {
  await tasks.put(DOCUMENTS, numbered(1));
  const lease = await leaseOne(tasks);
  await whileFull(() => tasks.record(DOCUMENTS, "w-1.1", [succeeded(lease)]));
  expect(await tasks.counts(DOCUMENTS)).toMatchObject({ done: 0, leased: 1 });
  expect(await tasks.record(DOCUMENTS, "w-1.1", [succeeded(lease)])).toEqual(["recorded"]);
  expect(await tasks.counts(DOCUMENTS)).toMatchObject({ done: 1, leased: 0 });
});

test("a failure that could not be written is no attempt", async () => {
  await tasks.put(DOCUMENTS, numbered(1));
  const lease = await leaseOne(tasks);
  await whileFull(() => tasks.record(DOCUMENTS, "w-1.1", [failed(lease)]));
  expect(await tasks.task(DOCUMENTS, "n0")).toMatchObject({ state: "leased", attempts: 0 });
  expect(await tasks.record(DOCUMENTS, "w-1.1", [failed(lease)])).toEqual(["recorded"]);
  expect(await leaseOne(tasks)).toMatchObject({ attempts: 1 });
});

test("neither a parent's result nor its child is there when they could not be written together", async () => {
  const topics = { ...DOCUMENTS, queue: "topics" };
  const route = aRoute({ from: "topics", otherwise: { kind: "queue", queue: DOCUMENTS.queue } });
  await tasks.create(topics, { ...OPTIONS, routes: [route] });
  await tasks.put(topics, numbered(1));
  const lease = await leaseOne(tasks, "w-1.1", topics);
  await whileFull(() => tasks.record(topics, "w-1.1", [succeeded(lease)]));
  expect(await tasks.counts(DOCUMENTS)).toMatchObject({ put: 0 });
  expect(await tasks.counts(topics)).toMatchObject({ done: 0 });
  await tasks.record(topics, "w-1.1", [succeeded(lease)]);
  expect(await tasks.counts(DOCUMENTS)).toMatchObject({ put: 1 });
});

test("a suspect whose start could not be recorded is not handed out, and waits", async () => {
  await tasks.put(DOCUMENTS, numbered(1));
  for (const worker of ["a", "b", "c"]) {
    await leaseOne(tasks, worker);
    await tasks.release(DOCUMENTS, worker, true);
  }
  await whileFull(() => leaseNow(tasks, 1, "d"));
  expect(await leaseNow(tasks, 1, "e")).toHaveLength(1);
});

test("a queue that could not be closed is open", async () => {
  await whileFull(() => tasks.close(DOCUMENTS));
  expect(await tasks.counts(DOCUMENTS)).toMatchObject({ closed: false });
});
