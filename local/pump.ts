// Brings messages to the steps that they wake, and calls the sweep: the heartbeat of this host.
import { setTimeout as after } from "node:timers/promises";
import type { InstanceEvent } from "#functions/backend.ts";
import { launch } from "#functions/launch.ts";
import { observe } from "#functions/observe.ts";
import type { ConsumedQueue, Consumer } from "#functions/queue.ts";
import { schedule } from "#functions/scheduler/schedule.ts";
import { runDue, sweep } from "#functions/sweep.ts";
import { tick } from "#functions/tick.ts";
import type { World } from "#functions/world.ts";
import type { DecideMessage, LaunchMessage, TickMessage } from "#shared/message.ts";

export interface LocalQueues {
  readonly decide: ConsumedQueue<DecideMessage>;
  readonly launch: ConsumedQueue<LaunchMessage>;
  readonly observe: ConsumedQueue<InstanceEvent>;
  readonly tick: ConsumedQueue<TickMessage>;
}

/** Records whose time has come are looked for this often, and everything else the sweep does. */
const DUE_MS = 1_000;
const SWEEP_MS = 15_000;

/**
 * Between two cycles, so that the second decides about all that came meanwhile: two milliseconds for each instance, since the more there are the
 * more end in that time. After a calm a cycle begins at once.
 */
const REST = { leastMs: 5, msPerLive: 2, mostMs: 200 };

export interface Pump {
  /** Takes no more messages, and waits for what is in flight. */
  close(): Promise<void>;
}

export function startPump(world: World, queues: LocalQueues): Pump {
  const consumers: Consumer[] = [
    queues.decide.consume(
      once(async () => {
        const live = await schedule(world);
        await after(Math.min(REST.mostMs, Math.max(REST.leastMs, live * REST.msPerLive)));
      }),
      { batch: 1000, windowMs: 2, concurrency: 1, visibilitySeconds: 60 },
    ),
    queues.launch.consume(
      once((messages) => launch(world, messages)),
      { batch: 200, windowMs: 0, concurrency: 1, visibilitySeconds: 120 },
    ),
    queues.observe.consume((events) => observe(world, events), {
      batch: 500,
      windowMs: 0,
      concurrency: 1,
      visibilitySeconds: 60,
    }),
    queues.tick.consume(
      once((messages) => tickAll(world, messages)),
      { batch: 1000, windowMs: 20, concurrency: 1, visibilitySeconds: 60 },
    ),
  ];
  const beats = [
    beat(world, DUE_MS, () => runDue(world)),
    beat(world, SWEEP_MS, (isFirst) => sweep(world, isFirst)),
  ];
  return {
    async close() {
      await Promise.all(beats.map((stop) => stop()));
      await Promise.all(consumers.map((consumer) => consumer.close()));
    },
  };
}

function once<M>(step: (messages: readonly M[]) => Promise<void>) {
  return async (messages: readonly M[]): Promise<readonly number[]> => {
    await step(messages);
    return [];
  };
}

async function tickAll(world: World, messages: readonly TickMessage[]): Promise<void> {
  const ids = [...new Set(messages.map(({ executionId }) => executionId))];
  await Promise.all(ids.map((id) => tick(world, id)));
}

/** Runs at once, and then again and again, never beside itself; what fails is logged, and tried at the next beat. */
function beat(
  world: World,
  everyMs: number,
  run: (isFirst: boolean) => Promise<void>,
): () => Promise<void> {
  let isClosed = false;
  let isFirst = true;
  let timer: NodeJS.Timeout | undefined;
  let current: Promise<void> = Promise.resolve();
  const go = () => {
    const first = isFirst;
    isFirst = false;
    current = run(first)
      .catch((error: unknown) =>
        world.log.error("A sweep failed; the next one tries again.", { error }),
      )
      .then(() => {
        if (!isClosed) timer = setTimeout(go, everyMs);
      });
  };
  go();
  return async () => {
    isClosed = true;
    clearTimeout(timer);
    await current;
  };
}
