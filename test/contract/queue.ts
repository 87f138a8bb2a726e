// The contract of the message-queue port: what each body must do to be one.
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type ConsumedQueue,
  type ConsumeOptions,
  type Consumer,
  type Handler,
  QUEUE_LIMITS,
  redeliverySeconds,
} from "#functions/queue.ts";
import type { Json } from "#functions/store.ts";

export interface QueuesUnderTest {
  /** A queue that nobody used before. */
  open(name: string): ConsumedQueue<Json>;
  /** Lets what is under way come to its end, then lets time pass, in the queues' clock. */
  elapse(milliseconds: number): Promise<void>;
  now(): number;
  close(): Promise<void>;
}

const PLAIN: ConsumeOptions = { batch: 10, windowMs: 0, concurrency: 1, visibilitySeconds: 30 };
/** Turns of the event loop, each a tenth of a second of the queue's clock, before a wait is called endless. */
const MOST_TURNS = 5_000;

/** A handler that takes everything. */
function noting(seen: Json[]): Handler<Json> {
  return async (messages) => {
    seen.push(...messages);
    return [];
  };
}

export function queueContract(name: string, openQueues: () => Promise<QueuesUnderTest>): void {
  describe(`${name}: queue`, () => {
    let body: QueuesUnderTest;
    let queues = 0;
    beforeAll(async () => {
      body = await openQueues();
    });
    afterAll(() => body.close());

    const aQueue = () => body.open(`queue-${++queues}`);

    /** Time passes while we wait. */
    async function until(isSo: () => boolean, stepMs = 100): Promise<void> {
      for (let turn = 0; !isSo(); turn++) {
        if (turn === MOST_TURNS) throw new Error("It never came to be.");
        await new Promise((resolve) => setImmediate(resolve));
        await body.elapse(stepMs);
      }
    }

    /** The event loop goes round, and no time passes. */
    async function turns(count = 50): Promise<void> {
      for (let turn = 0; turn < count; turn++)
        await new Promise((resolve) => setImmediate(resolve));
    }

    /** Consumes while `act` runs. */
    async function consuming(
      queue: ConsumedQueue<Json>,
      handler: Handler<Json>,
      options: Partial<ConsumeOptions>,
      act: (consumer: Consumer) => Promise<void>,
    ): Promise<void> {
      const consumer = queue.consume(handler, { ...PLAIN, ...options });
      try {
        await act(consumer);
      } finally {
        await consumer.close();
      }
    }

    test("every message is handled, in batches no larger than asked, as it was sent", async () => {
      const message = fc.jsonValue({ noUnicodeString: false }) as fc.Arbitrary<Json>;
      const sends = fc.array(fc.array(message, { maxLength: 8 }), { maxLength: 4 });
      const property = fc.asyncProperty(
        sends,
        fc.integer({ min: 1, max: 5 }),
        async (lists, batch) => {
          const seen: string[] = [];
          const sent = lists.flat().map((one) => JSON.stringify(one));
          const queue = aQueue();
          const handler: Handler<Json> = async (messages) => {
            expect(messages.length).toBeLessThanOrEqual(batch);
            expect(messages.length).toBeGreaterThan(0);
            seen.push(...messages.map((one) => JSON.stringify(one)));
            return [];
          };
          await consuming(queue, handler, { batch }, async () => {
            await Promise.all(lists.map((list) => queue.send(list)));
            await until(() => seen.length >= sent.length);
          });
          expect(new Set(seen)).toEqual(new Set(sent));
        },
      );
      await fc.assert(property, { numRuns: 20 });
    });

    test("messages sent before anybody listens are waiting", async () => {
      const queue = aQueue();
      await queue.send([1, 2, 3]);
      const seen: Json[] = [];
      await consuming(queue, noting(seen), {}, () => until(() => seen.length === 3));
      expect([...seen].sort()).toEqual([1, 2, 3]);
    });

    test("a delayed message does not come before its time", async () => {
      const queue = aQueue();
      let cameAt = 0;
      const handler: Handler<Json> = async () => {
        cameAt = body.now();
        return [];
      };
      await consuming(queue, handler, {}, async () => {
        const sentAt = body.now();
        await queue.send(["late"], { delaySeconds: 10 });
        await turns();
        await body.elapse(9_999);
        await turns();
        expect(cameAt).toBe(0);
        await until(() => cameAt > 0);
        expect(cameAt - sentAt).toBeGreaterThanOrEqual(10_000);
      });
    });

    test("only the messages that failed come again", async () => {
      const queue = aQueue();
      const seen: Json[] = [];
      const handler: Handler<Json> = async (messages) => {
        const isFirst = seen.length === 0;
        seen.push(...messages);
        return isFirst
          ? messages.flatMap((one, at) => (one === "b" || one === "d" ? [at] : []))
          : [];
      };
      await queue.send(["a", "b", "c", "d"]);
      await consuming(queue, handler, {}, async () => {
        await until(() => seen.length >= 6);
        await body.elapse(3_600_000);
        await turns();
      });
      expect(seen.slice(0, 4).sort()).toEqual(["a", "b", "c", "d"]);
      expect(seen.slice(4).sort()).toEqual(["b", "d"]);
    });

    test("when its handler throws, the whole batch comes again", async () => {
      const queue = aQueue();
      const seen: Json[] = [];
      const handler: Handler<Json> = async (messages) => {
        const isFirst = seen.length === 0;
        seen.push(...messages);
        if (isFirst) throw new Error("not this time");
        return [];
      };
      await queue.send([1, 2, 3]);
      await consuming(queue, handler, {}, () => until(() => seen.length === 6));
      expect(seen.slice(3).sort()).toEqual([1, 2, 3]);
    });

    test("a message that keeps failing waits longer each time, then is put aside; the others go on", async () => {
      const queue = aQueue();
      const times: number[] = [];
      const handled: Json[] = [];
      const handler: Handler<Json> = async (messages) => {
        if (messages.includes("poison")) {
          times.push(body.now());
          throw new Error("it can't be done");
        }
        handled.push(...messages);
        return [];
      };
      await queue.send(["before", "poison", "after"]);
      await consuming(queue, handler, {}, async () => {
        await until(() => times.length === QUEUE_LIMITS.receives, 500);
        await body.elapse(3_600_000);
        await until(() => handled.length === 2);
      });
      const pauses = times.slice(1).map((at, before) => at - (times[before] ?? 0));
      for (const [at, pause] of pauses.entries())
        expect(pause).toBeGreaterThanOrEqual(redeliverySeconds(at + 1) * 1000);
      expect(times).toHaveLength(QUEUE_LIMITS.receives);
      expect(await queue.dead(10)).toEqual([
        { message: "poison", receives: QUEUE_LIMITS.receives, at: expect.any(Number) },
      ]);
    });

    test("a handler that takes too long keeps its messages from nobody", async () => {
      const queue = aQueue();
      let free = () => {};
      const stuck = new Promise<void>((resolve) => {
        free = resolve;
      });
      let deliveries = 0;
      const handler: Handler<Json> = async () => {
        if (++deliveries === 1) await stuck;
        return [];
      };
      await queue.send(["x"]);
      await consuming(queue, handler, { visibilitySeconds: 5 }, async () => {
        await until(() => deliveries === 2);
        free();
        await body.elapse(3_600_000);
        await turns();
      });
      expect(deliveries).toBe(2);
    });

    test("a handler that took too long and then fails as well brings its messages again once", async () => {
      const queue = aQueue();
      const [late, second] = [
        Promise.withResolvers<readonly number[]>(),
        Promise.withResolvers<readonly number[]>(),
      ];
      let deliveries = 0;
      const handler: Handler<Json> = () => (++deliveries === 1 ? late.promise : second.promise);
      await queue.send(["x"]);
      await consuming(queue, handler, { visibilitySeconds: 5, concurrency: 3 }, async () => {
        await until(() => deliveries === 1);
        await body.elapse(5_200);
        await turns();
        late.reject(new Error("late"));
        await turns();
        await until(() => deliveries === 2);
        await body.elapse(4_000);
        await turns();
        expect(deliveries).toBe(2);
        second.resolve([]);
        await turns();
      });
      expect(deliveries).toBe(2);
    });

    test("no more handlers run at once than asked", async () => {
      const queue = aQueue();
      let running = 0;
      let most = 0;
      let done = 0;
      const handler: Handler<Json> = async (messages) => {
        most = Math.max(most, ++running);
        await turns(3);
        running--;
        done += messages.length;
        return [];
      };
      await queue.send(Array.from({ length: 40 }, (_, n) => n));
      await consuming(queue, handler, { batch: 2, concurrency: 3 }, () => until(() => done === 40));
      expect(most).toBe(3);
    });

    test("messages that come within the window share a batch", async () => {
      const queue = aQueue();
      const batches: number[] = [];
      const handler: Handler<Json> = async (messages) => {
        batches.push(messages.length);
        return [];
      };
      await consuming(queue, handler, { windowMs: 1000, batch: 5 }, async () => {
        for (const message of [1, 2, 3]) await queue.send([message]);
        await turns();
        expect(batches).toEqual([]);
        await body.elapse(1000);
        await until(() => batches.length > 0);
        expect(batches).toEqual([3]);
        await queue.send([1, 2, 3, 4, 5]);
        await turns();
        expect(batches).toEqual([3, 5]);
      });
    });

    test("closing waits for the handlers in flight and takes nothing more; the next consumer goes on", async () => {
      const queue = aQueue();
      let free = () => {};
      const held = new Promise<void>((resolve) => {
        free = resolve;
      });
      const seen: Json[] = [];
      const consumer = queue.consume(
        async (messages) => {
          await held;
          seen.push(...messages);
          return [];
        },
        { ...PLAIN, batch: 1 },
      );
      await queue.send(["first", "second"]);
      await turns();
      let isClosed = false;
      const closed = consumer.close().then(() => {
        isClosed = true;
      });
      await turns();
      expect(isClosed).toBe(false);
      free();
      await closed;
      expect(seen).toHaveLength(1);
      await consuming(queue, noting(seen), {}, () => until(() => seen.length === 2));
      expect([...seen].sort()).toEqual(["first", "second"]);
    });

    test("queues of other names get nothing of it", async () => {
      const [one, other] = [aQueue(), aQueue()];
      const [seenByOne, seenByOther]: [Json[], Json[]] = [[], []];
      await consuming(one, noting(seenByOne), {}, () =>
        consuming(other, noting(seenByOther), {}, async () => {
          await one.send([1]);
          await other.send([2]);
          await until(() => seenByOne.length + seenByOther.length === 2);
        }),
      );
      expect([seenByOne, seenByOther]).toEqual([[1], [2]]);
    });

    const tooMuch: Record<string, (queue: ConsumedQueue<Json>) => Promise<void>> = {
      "a message over 256 KiB": (queue) => queue.send(["x".repeat(QUEUE_LIMITS.messageBytes - 1)]),
      "a negative delay": (queue) => queue.send([1], { delaySeconds: -1 }),
      "a delay over 15 minutes": (queue) => queue.send([1], { delaySeconds: 901 }),
      "a delay that is no number": (queue) => queue.send([1], { delaySeconds: Number.NaN }),
    };
    test.each(Object.entries(tooMuch))("refuses %s", async (_, send) => {
      await expect(send(aQueue())).rejects.toThrow(/\.$/);
    });

    test("no messages are sent without complaint", async () => {
      await expect(aQueue().send([])).resolves.toBeUndefined();
    });
  });
}
