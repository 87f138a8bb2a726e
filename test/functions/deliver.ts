// Hands messages to the steps that they wake, one kind after the other, until none is left: what a host does, without a host.
import { launch } from "#functions/launch.ts";
import { observe } from "#functions/observe.ts";
import { read } from "#functions/records.ts";
import { schedule } from "#functions/scheduler/schedule.ts";
import { submit } from "#functions/submit.ts";
import { tick } from "#functions/tick.ts";
import { readExecution, readView } from "#functions/view.ts";
import type { Execution } from "#shared/execution.ts";
import { aPrincipal, aSubmission, type TestWorld } from "#test/builders.ts";

const ROUNDS = 50;

/** Delayed messages are delivered too, as if their time had come. */
export async function deliver(test: TestWorld): Promise<void> {
  const { world } = test;
  for (let round = 0; round < ROUNDS; round++) {
    const events = test.observe.take();
    if (events.length > 0) await observe(world, events);
    const launches = test.launch.take();
    if (launches.length > 0) await launch(world, launches);
    if (test.decide.take().length > 0) await schedule(world);
    const ticks = test.tick.take();
    for (const id of new Set(ticks.map(({ executionId }) => executionId))) await tick(world, id);
    test.pass(0);
    if (events.length + launches.length + ticks.length === 0 && isQuiet(test)) return;
  }
  throw new Error("Messages wake one another without end.");
}

function isQuiet({ decide, launch, observe, tick }: TestWorld): boolean {
  return [decide, launch, observe, tick].every((box) => box.sent.length === 0);
}

export async function submitted(test: TestWorld, zapp: unknown, bend = {}): Promise<string> {
  const { execution } = await submit(test.world, aPrincipal(), aSubmission(zapp, bend));
  return execution.id;
}

export async function executionOf({ world }: TestWorld, id: string): Promise<Execution> {
  const execution = await readExecution(world, id);
  if (execution === undefined) throw new Error(`There must be an execution ${id}.`);
  return execution;
}

export async function viewOf({ world }: TestWorld, id: string) {
  const view = await readView(world, id);
  if (view === undefined) throw new Error(`There must be an execution ${id}.`);
  return view;
}

/** The rows of the waiting list of a user, over all shards, in order of id. */
export async function line({ store }: TestWorld, tenant = "alpha", user = "ann") {
  const shards = [0, 1, 2, 3].map((shard) =>
    store.query({ pk: `wait#${tenant}#${user}#${shard}`, limit: 1000 }),
  );
  const rows = (await Promise.all(shards)).flatMap(({ items }) => items.map(read.waiting));
  return rows.sort((a, b) => (a.executionId < b.executionId ? -1 : 1));
}
