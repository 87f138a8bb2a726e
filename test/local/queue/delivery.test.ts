// What our own queues do beyond the contract: late successes count, and pauses grow.
import { expect, test } from "vitest";
import { type Handler, redeliverySeconds } from "#functions/queue.ts";
import type { Log } from "#functions/world.ts";
import { memoryQueue } from "#local/queue/memory-queue.ts";
import { VirtualTimers } from "#test/contract/virtual-timers.ts";

const OPTIONS = { batch: 10, windowMs: 0, concurrency: 1, visibilitySeconds: 5 };
const SILENT: Log = { info: () => {}, warn: () => {}, error: () => {} };

async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

test("a handler that took too long but succeeds before the next delivery prevents it", async () => {
  const timers = new VirtualTimers(0);
  const queue = memoryQueue<string>({ name: "late", now: () => timers.now(), timers, log: SILENT });
  const done = Promise.withResolvers<readonly number[]>();
  let deliveries = 0;
  const handler: Handler<string> = () => {
    deliveries++;
    return done.promise;
  };
  const consumer = queue.consume(handler, OPTIONS);
  await queue.send(["slow"]);
  await turns();
  timers.elapse(5_500);
  await turns();
  done.resolve([]);
  await turns();
  timers.elapse(3_600_000);
  await turns();
  expect(deliveries).toBe(1);
  await consumer.close();
});

test("the pause before a failed message comes again doubles, up to five minutes", () => {
  const pauses = Array.from({ length: 10 }, (_, at) => redeliverySeconds(at + 1));
  expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300]);
});
