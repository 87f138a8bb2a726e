// Brings kept messages to their handlers: when they are due, in batches, again when they failed, and aside when they fail too often.
import {
  type ConsumedQueue,
  type ConsumeOptions,
  type Consumer,
  type DeadMessage,
  type Handler,
  QUEUE_LIMITS,
} from "#functions/queue.ts";
import type { Log } from "#functions/world.ts";
import { VisibleError } from "#shared/fault.ts";
import { Consuming } from "./consuming.ts";
import { Entry } from "./entry.ts";
import type { Keeper, Settled } from "./keeper.ts";
import type { Timers } from "./timers.ts";

export interface DeliveryParts {
  readonly name: string;
  readonly keeper: Keeper;
  readonly timers: Timers;
  readonly log: Log;
}

export class Delivery<M> implements ConsumedQueue<M> {
  readonly #parts: DeliveryParts;
  readonly #ready = new Set<Entry>();
  readonly #consumers = new Set<Consuming>();

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
    const left = parts.keeper.left.map((kept) => new Entry(kept, true));
    this.#expect(left.filter(({ isSpent }) => !isSpent));
    const spent = left.filter(({ isSpent }) => isSpent);
    for (const entry of spent) entry.handOver(spent);
    void this.#settle(spent, all(spent), "This host ended each time it was delivered.");
  }

  async send(
    messages: readonly M[],
    { delaySeconds = 0 }: { readonly delaySeconds?: number } = {},
  ): Promise<void> {
    checkDelay(delaySeconds);
    const bodies = messages.map(bodyOf);
    if (bodies.length === 0) return;
    const dueAt = this.#parts.timers.now() + delaySeconds * 1000;
    const { ids, kept } = this.#parts.keeper.send(bodies, dueAt);
    // Delivered while they are still being written: whatever their handlers write comes after them.
    const sent = bodies.map((body, at) => ({ id: ids[at] ?? 0, body, dueAt, receives: 0 }));
    this.#expect(sent.map((message) => new Entry(message)));
    await kept;
  }

  consume(handler: Handler<M>, options: ConsumeOptions): Consumer {
    const { timers } = this.#parts;
    const deliver = (entries: readonly Entry[]) => this.#deliver(entries, handler, options);
    const consuming = new Consuming({ ready: this.#ready, timers, options, deliver });
    this.#consumers.add(consuming);
    consuming.look();
    return {
      close: async () => {
        this.#consumers.delete(consuming);
        await consuming.close();
      },
    };
  }

  async dead(limit: number): Promise<readonly DeadMessage<M>[]> {
    return (await this.#parts.keeper.dead(limit)) as readonly DeadMessage<M>[];
  }

  /** Those that are due are ready at once, in their order; each of the others at its time. */
  #expect(entries: readonly Entry[]): void {
    const now = this.#parts.timers.now();
    const isLater = ({ dueAt }: Entry) => dueAt > now;
    for (const entry of entries.filter(isLater))
      this.#parts.timers.after(entry.dueAt - now, () => this.#arrive([entry]));
    this.#arrive(entries.filter((entry) => !isLater(entry)));
  }

  #arrive(entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (entry.isOver) continue;
      entry.readyAt = this.#parts.timers.now();
      this.#ready.add(entry);
    }
    for (const consumer of this.#consumers) consumer.look();
  }

  /** Ends when the handler did, or when its time is over: then its messages come again, and its late success still counts. */
  async #deliver(entries: readonly Entry[], handler: Handler<M>, options: ConsumeOptions) {
    for (const entry of entries) entry.handOver(entries);
    const { visibilitySeconds } = options;
    const handled = this.#handle(entries, handler).then(
      (failed) => this.#settle(entries, new Set(failed), "Its handler refused it."),
      (error: unknown) => this.#settle(entries, all(entries), error),
    );
    await new Promise<void>((resolve) => {
      const cancel = this.#parts.timers.after(visibilitySeconds * 1000, () => {
        const reason = `Its handler took more than ${visibilitySeconds} s.`;
        void this.#settle(entries, all(entries), reason).then(resolve);
      });
      void handled.then(cancel).then(resolve);
    });
  }

  async #handle(entries: readonly Entry[], handler: Handler<M>): Promise<readonly number[]> {
    const suspects = entries.filter(({ isSuspect }) => isSuspect);
    if (suspects.length > 0)
      await this.#parts.keeper.settle({ done: [], stays: suspects.map((entry) => entry.asKept()) });
    return handler(entries.map(({ body }) => JSON.parse(body)));
  }

  /** Never rejects: a message whose end can't be written down comes again with the next start. */
  async #settle(entries: readonly Entry[], failed: ReadonlySet<number>, reason: unknown) {
    const done = entries.filter((entry, at) => !entry.isOver && !failed.has(at));
    for (const entry of done) {
      entry.isOver = true;
      this.#ready.delete(entry);
    }
    const stays = entries.filter((entry, at) => failed.has(at) && entry.isHeldBy(entries));
    const now = this.#parts.timers.now();
    const settled = {
      done: done.map(({ id }) => id),
      stays: stays.map((entry) => entry.failed(now)),
    };
    this.#tell(stays, reason);
    const written = this.#write(settled);
    // The end of what went well may be written later: by a crash before that it only comes again.
    if (stays.length === 0) return;
    await written;
    this.#expect(stays.filter(({ isOver }) => !isOver));
  }

  async #write(settled: Settled): Promise<void> {
    if (settled.done.length + settled.stays.length === 0) return;
    const { keeper, log, name } = this.#parts;
    await keeper.settle(settled).catch((error: unknown) =>
      log.warn("The end of messages was not written; they come again with the next start.", {
        queue: name,
        error,
      }),
    );
  }

  #tell(failed: readonly Entry[], reason: unknown): void {
    const { log, name } = this.#parts;
    const dead = failed.filter(({ isOver }) => isOver);
    const about = { queue: name, reason };
    if (dead.length < failed.length)
      log.warn("Messages failed and come again.", { ...about, count: failed.length - dead.length });
    for (const { body, receives } of dead)
      log.error("A message failed too often and is put aside.", { ...about, receives, body });
  }
}

function all(entries: readonly Entry[]): ReadonlySet<number> {
  return new Set(entries.keys());
}

function checkDelay(seconds: number): void {
  if (seconds >= 0 && seconds <= QUEUE_LIMITS.delaySeconds) return;
  throw new RangeError(`A message waits 0 to ${QUEUE_LIMITS.delaySeconds} s, not ${seconds}.`);
}

function bodyOf(message: unknown): string {
  const body = JSON.stringify(message);
  const bytes = Buffer.byteLength(body);
  if (bytes <= QUEUE_LIMITS.messageBytes) return body;
  throw new VisibleError(
    "tooLarge",
    `A message has at most ${QUEUE_LIMITS.messageBytes} bytes; this one has ${bytes}.`,
  );
}
