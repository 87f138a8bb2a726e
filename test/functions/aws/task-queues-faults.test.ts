// What the task queues of the AWS body survive: crashes between the table and SQS, copies, lost messages, workers that die without a word.

import { describe, expect, test } from "vitest";
import { feed, refeedMissing } from "#functions/aws/feed.ts";
import { Shelf } from "#functions/aws/task-queues/shelf.ts";
import { SILENT_ENDS } from "#functions/aws/task-queues/starts.ts";
import type { AwsTaskQueues } from "#functions/aws/task-queues/task-queues.ts";
import type { TaskQueues } from "#functions/task-queues.ts";
import type { RecordedCall } from "#test/aws/recorder.ts";
import { seededRandom } from "#test/contract/seeded-random.ts";
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
import { openTaskQueueStand, passing, type TaskQueueStand } from "./task-queue-body.ts";

const done = (tasks: TaskQueues, ref = DOCUMENTS) => tasks.counts(ref);
const queueIn = async ({ parts }: TaskQueueStand, ref = DOCUMENTS) => {
  const queue = await new Shelf(parts).look(ref);
  if (!queue) throw new Error("There is no queue.");
  return queue;
};

/** Leases and reports until nothing comes any more. */
async function workOff(stand: TaskQueueStand, worker = "w-9.1"): Promise<number> {
  let rounds = 0;
  for (let empty = 0; empty < 3; rounds++) {
    const leases = await leaseNow(stand.tasks, 10, worker);
    if (leases.length === 0) stand.advance(61);
    empty = leases.length === 0 ? empty + 1 : 0;
    await stand.tasks.record(
      DOCUMENTS,
      worker,
      leases.map((lease) => succeeded(lease)),
    );
  }
  return rounds;
}

test("tasks put before their execution is placed are sent when it is", async () => {
  const stand = await openTaskQueueStand();
  const control = stand.another();
  await control.create(DOCUMENTS, OPTIONS);
  await control.put(DOCUMENTS, numbered(3));
  expect(await leaseNow(control, 10)).toEqual([]);
  await stand.tasks.create(DOCUMENTS, OPTIONS);
  expect(await leaseNow(stand.tasks, 10)).toHaveLength(3);
});

test("a put whose wake-up was lost, or whose feed died in the middle, is sent by the next; copies do no harm", async () => {
  const sent: string[] = [];
  const stand = await openTaskQueueStand({
    parts: { wake: async (message) => void sent.push("chunk" in message ? message.chunk : "") },
  });
  await stand.tasks.create(DOCUMENTS, OPTIONS);
  await stand.tasks.put(DOCUMENTS, numbered(20));
  expect(await leaseNow(stand.tasks, 30)).toEqual([]);
  const dying = { ...stand.parts.store, transact: () => Promise.reject(new Error("killed")) };
  const message = { ref: DOCUMENTS, chunk: sent[0] ?? "" };
  await expect(feed({ ...stand.parts, store: dying as never }, message)).rejects.toThrow("killed");
  await feed(stand.parts, message);
  await feed(stand.parts, message);
  await workOff(stand);
  expect(await done(stand.tasks)).toMatchObject({ put: 20, done: 20, failed: 0 });
});

test("the sweep has chunks sent that nobody sent, once a minute has passed and their queue is placed", async () => {
  let isLost = true;
  const logged: string[] = [];
  const note = (text: string) => void logged.push(text);
  const stand = await openTaskQueueStand({
    parts: {
      wake: async (message) => {
        if (isLost) throw new Error("killed");
        await feed(stand.parts, message);
      },
      log: { info: note, warn: note, error: note },
    },
  });
  const { tasks } = stand;
  await tasks.create(DOCUMENTS, OPTIONS);
  await tasks.put(DOCUMENTS, numbered(20));
  isLost = false;
  await tasks.repair?.([]);
  expect(await leaseNow(tasks, 30)).toEqual([]);
  stand.advance(61);
  await tasks.repair?.([]);
  expect(await leaseNow(tasks, 30)).toHaveLength(20);
  expect(logged).toEqual(["Chunks of tasks that were not sent are sent again."]);
  await tasks.repair?.([]);
  expect(logged).toHaveLength(1);
});

test("the sweep has sent again what a closed queue misses that was empty twice", async () => {
  const logged: string[] = [];
  const note = (text: string) => void logged.push(text);
  const stand = await openTaskQueueStand({
    parts: { log: { info: note, warn: note, error: note } },
  });
  const { tasks } = stand;
  await tasks.create(DOCUMENTS, OPTIONS);
  await tasks.put(DOCUMENTS, numbered(3));
  stand.double.queueAt((await queueIn(stand)).url ?? "")?.purge();
  const sweep = () => tasks.repair?.([DOCUMENTS.executionId]);
  await sweep();
  await sweep();
  expect(await leaseNow(tasks, 10)).toEqual([]);
  await tasks.close(DOCUMENTS);
  await sweep();
  expect(logged).toEqual([]);
  await sweep();
  expect(logged).toEqual(["Tasks whose messages were lost are sent again."]);
  await workOff(stand);
  await sweep();
  await sweep();
  expect(await done(tasks)).toMatchObject({ put: 3, done: 3 });
  expect(logged).toHaveLength(1);
});

test("what SQS lost of a closed queue is sent again, children of routes too", async () => {
  const stand = await openTaskQueueStand();
  const { tasks, parts } = stand;
  const routes = [aRoute({ otherwise: { kind: "queue", queue: "second" } })];
  const second = { ...DOCUMENTS, queue: "second" };
  await tasks.create(second, OPTIONS);
  await tasks.create(DOCUMENTS, { ...OPTIONS, routes });
  await tasks.put(DOCUMENTS, [...numbered(3), { payload: "own" }]);
  const [first] = await leaseNow(tasks, 1);
  if (first) await tasks.record(DOCUMENTS, "w-1.1", [succeeded(first)]);
  for (const ref of [DOCUMENTS, second]) {
    await tasks.close(ref);
    const queue = await queueIn(stand, ref);
    expect(await refeedMissing(parts, queue)).toBe(0);
    stand.double.queueAt(queue.url ?? "")?.purge();
  }
  expect(await refeedMissing(parts, await queueIn(stand))).toBe(3);
  expect(await refeedMissing(parts, await queueIn(stand, second))).toBe(1);
  await workOff(stand);
  expect(await done(tasks)).toMatchObject({ put: 4, done: 4 });
  expect(await leaseNow(tasks, 10, "w-2.1", second)).toHaveLength(4);
});

test("a parent whose recorder died before it sent the child sends it when it comes again", async () => {
  const stand = await openTaskQueueStand();
  const { tasks } = stand;
  const second = { ...DOCUMENTS, queue: "second" };
  const routes = [aRoute({ otherwise: { kind: "queue", queue: "second" } })];
  await tasks.create(second, OPTIONS);
  await tasks.create(DOCUMENTS, { ...OPTIONS, routes });
  await tasks.put(DOCUMENTS, numbered(1));
  const dying = stand.another({ send: () => Promise.reject(new Error("killed")) });
  const lease = await leaseOne(dying);
  await expect(dying.record(DOCUMENTS, "w-1.1", [succeeded(lease)])).rejects.toThrow("killed");
  expect(await done(tasks, second)).toMatchObject({ put: 1 });
  expect(await leaseNow(tasks, 1, "w-2.1", second)).toEqual([]);
  stand.advance(61);
  expect(await leaseNow(tasks, 1, "w-2.1")).toEqual([]);
  expect(await leaseNow(tasks, 1, "w-2.1", second)).toHaveLength(1);
});

describe("another process", () => {
  test("sees what was recorded; a late report of a dead one's lease is unknown there", async () => {
    const stand = await openTaskQueueStand();
    await stand.tasks.create(DOCUMENTS, OPTIONS);
    await stand.tasks.put(DOCUMENTS, numbered(2));
    const [a, b] = await leaseNow(stand.tasks, 2);
    const other = stand.another();
    if (a) await stand.tasks.record(DOCUMENTS, "w-1.1", [succeeded(a)]);
    expect(await other.task(DOCUMENTS, "n0")).toMatchObject({ state: "succeeded" });
    if (b) expect(await other.record(DOCUMENTS, "w-1.1", [succeeded(b)])).toEqual(["expired"]);
    stand.advance(61);
    expect(await leaseNow(other, 2, "w-2.1")).toMatchObject([{ task: "n1" }]);
  });

  test("tells the kill of what a worker ran alone, by its recorded start", async () => {
    const stand = await openTaskQueueStand();
    await stand.tasks.create(DOCUMENTS, OPTIONS);
    await stand.tasks.put(DOCUMENTS, numbered(1));
    for (const worker of ["a", "b", "c"]) {
      await leaseOne(stand.tasks, worker);
      await stand.tasks.release(DOCUMENTS, worker, true);
    }
    await leaseOne(stand.tasks, "alone");
    const other: AwsTaskQueues = stand.another();
    await other.release(DOCUMENTS, "alone", true);
    await other.release(DOCUMENTS, "alone", true);
    expect(await leaseOne(other, "next")).toMatchObject({ attempts: 1 });
  });

  test("a task that takes whole machines down, without a word each time, is a dead letter in the end", async () => {
    const stand = await openTaskQueueStand();
    await stand.tasks.create(DOCUMENTS, OPTIONS);
    await stand.tasks.put(DOCUMENTS, numbered(1));
    let machines = 0;
    for (; machines < 100; machines++) {
      const leases = await leaseNow(stand.another(), 1, `w-${machines}.1`);
      if ((await done(stand.tasks))?.done) break;
      expect(leases.length).toBeLessThanOrEqual(1);
      stand.advance(61);
    }
    const view = await stand.tasks.task(DOCUMENTS, "n0");
    expect(view).toMatchObject({ state: "failed", attempts: 3 });
    expect(machines).toBeLessThan(OPTIONS.maxAttempts * 3 + SILENT_ENDS + 3);
  });
});

describe("by chance", () => {
  test.each([1, 2, 3, 4, 5])(
    "copies, misses, shuffles and conflicts of seed %i lose and double nothing",
    async (seed) => {
      const random = seededRandom(seed);
      const stand = await openTaskQueueStand({
        manners: { random, copy: 0.2, miss: 0.2, shuffle: 0.5 },
        dynamodb: { random, conflictRate: 0.1, staleCalls: 5, unprocessedRate: 0.1 },
        parts: { pause: async () => {} },
      });
      await stand.tasks.create(DOCUMENTS, { ...OPTIONS, maxAttempts: 2 });
      stand.advance(2);
      await stand.tasks.put(DOCUMENTS, numbered(60));
      await stand.tasks.close(DOCUMENTS);
      for (let round = 0; round < 400; round++) {
        const worker = `w-${round % 3}.1`;
        const leases = await leaseNow(stand.tasks, 7, worker);
        const reports = leases.map((each) => (random() < 0.2 ? failed(each) : succeeded(each)));
        if (random() < 0.1) await stand.tasks.release(DOCUMENTS, worker, true);
        else await stand.tasks.record(DOCUMENTS, worker, reports);
        stand.advance(5);
        if ((await done(stand.tasks))?.done === 60) break;
      }
      const { outcomes } = await stand.tasks.outcomes(DOCUMENTS, { limit: 1000 });
      expect(outcomes.map(({ task }) => task).toSorted()).toEqual(
        numbered(60)
          .map(({ id }) => id)
          .toSorted(),
      );
      expect(await done(stand.tasks)).toMatchObject({ put: 60, done: 60 });
    },
    60_000,
  );
});

test("a wait of some seconds and a half is one long poll, and no short ones at its end", async () => {
  const calls: RecordedCall[] = [];
  const stand = await openTaskQueueStand({ recorder: (call) => calls.push(call) });
  await stand.tasks.create(DOCUMENTS, OPTIONS);
  stand.advance(2);
  const request = { max: 5, worker: "w-1.1", waitSeconds: 2.5 };
  const asked = () => calls.filter(({ operation }) => operation === "ReceiveMessage").length;
  const before = asked();
  await passing(stand.timers, stand.tasks.lease(DOCUMENTS, request));
  expect(asked() - before).toBeLessThanOrEqual(3);
});
