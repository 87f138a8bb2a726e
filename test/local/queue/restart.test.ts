// A message queue in the file: what a restart or a crash leaves of it, and what the log tells.
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type ConsumedQueue, QUEUE_LIMITS } from "#functions/queue.ts";
import type { Log } from "#functions/world.ts";
import { type Database, openDatabase } from "#local/database/database.ts";
import { sqliteQueue } from "#local/queue/sqlite-queue.ts";
import { VirtualTimers } from "#test/contract/virtual-timers.ts";
import { temporaryFolder } from "../temporary-folder.ts";

const OPTIONS = { batch: 10, windowMs: 0, concurrency: 1, visibilitySeconds: 60 };

/** A queue that can be left (as a crash does) and opened again. */
class Host {
  readonly timers = new VirtualTimers(Date.UTC(2026, 0, 1));
  readonly told: string[] = [];
  readonly #path = join(temporaryFolder(), "zoe.db");
  #database: Database | undefined;

  async start(): Promise<ConsumedQueue<string>> {
    await this.stop();
    const now = () => this.timers.now();
    this.#database = openDatabase(this.#path, { now });
    const note = (level: string) => (text: string) => void this.told.push(`${level}: ${text}`);
    const log: Log = { info: note("info"), warn: note("warn"), error: note("error") };
    return sqliteQueue(this.#database, { name: "test", now, timers: this.timers, log });
  }

  async stop(): Promise<void> {
    await this.#database?.close();
    this.#database = undefined;
  }
}

function aHost(): Host {
  const host = new Host();
  onTestFinished(() => host.stop());
  return host;
}

async function until(isSo: () => boolean): Promise<void> {
  await expect.poll(isSo, { interval: 1, timeout: 5000 }).toBe(true);
}

test("messages that were not handled come after a restart, those that were do not", async () => {
  const host = aHost();
  const first = await host.start();
  const seen: string[] = [];
  const consumer = first.consume(async (messages) => {
    seen.push(...messages);
    return messages.flatMap((message, at) => (message === "fails" ? [at] : []));
  }, OPTIONS);
  await first.send(["done", "fails"]);
  await until(() => seen.length === 2);
  await consumer.close();
  await first.send(["unseen"]);
  await first.send(["delayed"], { delaySeconds: 900 });

  const second = await host.start();
  const again: string[] = [];
  const next = second.consume(async (messages) => {
    again.push(...messages);
    return [];
  }, OPTIONS);
  await until(() => again.length === 1);
  expect(again).toEqual(["unseen"]);
  host.timers.elapse(1_000);
  await until(() => again.length === 2);
  host.timers.elapse(899_000);
  await until(() => again.length === 3);
  expect(again).toEqual(["unseen", "fails", "delayed"]);
  await next.close();
});

test("a message in flight when the host died comes again", async () => {
  const host = aHost();
  const first = await host.start();
  await first.send(["held"]);
  let isTaken = false;
  first.consume(() => {
    isTaken = true;
    return new Promise(() => {});
  }, OPTIONS);
  await until(() => isTaken);
  const second = await host.start();
  const seen: string[] = [];
  const consumer = second.consume(async (messages) => {
    seen.push(...messages);
    return [];
  }, OPTIONS);
  await until(() => seen.length === 1);
  await consumer.close();
});

test("a message that ends every host it comes to is put aside in the end, and takes no other with it", async () => {
  const host = aHost();
  await (await host.start()).send(["deadly", "harmless"]);
  for (let delivery = 1; delivery <= QUEUE_LIMITS.receives; delivery++) {
    const queue = await host.start();
    let taken: readonly string[] = [];
    queue.consume((messages) => {
      taken = messages;
      return new Promise(() => {});
    }, OPTIONS);
    await until(() => taken.length > 0);
    expect(taken).toContain("deadly");
  }
  const queue = await host.start();
  const seen: string[] = [];
  const consumer = queue.consume(async (messages) => {
    seen.push(...messages);
    return [];
  }, OPTIONS);
  await until(() => seen.length === 1);
  expect(seen).toEqual(["harmless"]);
  await consumer.close();
  expect((await queue.dead(10)).map(({ message }) => message)).toEqual(["deadly"]);
});

test("a dead message and its number of deliveries outlive a restart, and the log names it", async () => {
  const host = aHost();
  const queue = await host.start();
  let failures = 0;
  const consumer = queue.consume(
    async () => {
      failures++;
      throw new Error("never");
    },
    { ...OPTIONS, visibilitySeconds: 100_000 },
  );
  await queue.send(["poison"]);
  for (let failure = 1; failure < QUEUE_LIMITS.receives; failure++) {
    await until(() => failures === failure && host.told.length === failure);
    host.timers.elapse(300_000);
  }
  await until(() => host.told.some((line) => line.startsWith("error")));
  await consumer.close();
  expect(host.told.at(-1)).toBe("error: A message failed too often and is put aside.");
  const after = await host.start();
  expect(await after.dead(10)).toEqual([
    { message: "poison", receives: QUEUE_LIMITS.receives, at: expect.any(Number) },
  ]);
});
