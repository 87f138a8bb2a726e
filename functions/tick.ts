// Looks at executions that have queues: how many workers their backlog deserves, which queues are drained, whether all is done. Woken by puts, ends and time.
import { isHeldBack } from "#shared/after.ts";
import type { Execution } from "#shared/execution.ts";
import type { Placement } from "#shared/placement.ts";
import type { WorkerService } from "#shared/zapp/service.ts";
import type { Zapp } from "#shared/zapp.ts";
import { release } from "./after.ts";
import { cancel } from "./cancel.ts";
import { enqueue } from "./enqueue.ts";
import { finish } from "./finish.ts";
import { keys } from "./records.ts";
import { isDrained } from "./settle.ts";
import type { Action } from "./store.ts";
import type { QueueCounts } from "./task-queues.ts";
import { type ExecutionView, readSpec, readView } from "./view.ts";
import { wants } from "./wants.ts";
import type { World } from "./world.ts";

export type Counts = Readonly<Record<string, QueueCounts>>;

export async function tick(world: World, executionId: string): Promise<void> {
  const view = await readView(world, executionId);
  if (view === undefined) return;
  if (view.execution.state === "ended") {
    if (view.execution.isAwaited) await release(world, executionId);
    return;
  }
  const spec = await readSpec(world, executionId);
  if (spec === undefined) return;
  const queues = await closeRouted(world, view, spec.zapp);
  const changed = await changePlacements(world, { ...view, queues }, spec.zapp);
  if (view.execution.state === "queued") await wakeQueued(world, view.execution, spec.zapp, queues);
  if (await endsByStrikes(world, view, spec.zapp, queues)) return;
  if (changed) await world.queues.decide.send([{ executionId }]);
  await finish(world, executionId);
}

/** A queue that only routes feed closes by itself once all that feed it are drained; in the order of the routes, so one look closes a chain. */
async function closeRouted(world: World, view: ExecutionView, zapp: Zapp): Promise<Counts> {
  const queues: Record<string, QueueCounts> = { ...view.queues };
  for (const [queue, feeders] of feedersOf(zapp)) {
    const counts = queues[queue];
    if (counts === undefined || counts.closed) continue;
    if (!feeders.every((feeder) => isDrained(queues[feeder]))) continue;
    const ref = { executionId: view.execution.id, queue };
    await world.tasks.close(ref);
    queues[queue] = (await world.tasks.counts(ref)) ?? counts;
  }
  return queues;
}

/** Routed queue -> the queues that feed it, feeders first. */
export function feedersOf(zapp: Zapp): Map<string, string[]> {
  const feeders = new Map<string, string[]>();
  for (const { from, to, otherwise } of zapp.routes) {
    const targets = [
      ...Object.values(to),
      ...(otherwise.kind === "queue" ? [otherwise.queue] : []),
    ];
    for (const target of targets) feeders.set(target, [...(feeders.get(target) ?? []), from]);
  }
  const depth = (queue: string): number =>
    1 + Math.max(0, ...(feeders.get(queue) ?? []).map(depth));
  return new Map([...feeders].sort(([a], [b]) => depth(a) - depth(b)));
}

/** Answers whether the scheduler has something new to decide. */
async function changePlacements(world: World, view: ExecutionView, zapp: Zapp): Promise<boolean> {
  const wanted = wants(zapp, view.queues, view.execution.draining === true);
  let isMore = false;
  for (const placement of view.placements) {
    const service = zapp.services.find(({ name }) => name === placement.service);
    if (service?.run !== "worker") continue;
    const change = changeOf(placement, service, view.queues, wanted.get(service.name) ?? 0);
    if (Object.keys(change).length === 0) continue;
    isMore ||= (change.want ?? placement.want) > placement.live;
    const key = keys.placement(placement.executionId, placement.service);
    await world.store.transact([
      { kind: "update", key, set: change as never, condition: { exists: true } } as Action,
    ]);
  }
  return isMore || view.placements.some((placement) => placement.live < placement.want);
}

function changeOf(
  placement: Placement,
  service: WorkerService,
  queues: Counts,
  want: number,
): { want?: number; strikes?: number; progress?: number } {
  const { put = 0, done = 0 } = queues[service.queue] ?? {};
  const isCalm = done !== (placement.progress ?? 0) || done >= put;
  return {
    ...(want !== placement.want && { want }),
    ...(isCalm && placement.strikes > 0 && { strikes: 0 }),
    ...(done !== (placement.progress ?? 0) && { progress: done }),
  };
}

/** Workers that die, or leave, again and again without a task done would go on for ever. */
async function endsByStrikes(
  world: World,
  view: ExecutionView,
  zapp: Zapp,
  queues: Counts,
): Promise<boolean> {
  const { execution, placements } = view;
  const struck = placements.find((placement) => {
    const service = zapp.services.find(({ name }) => name === placement.service);
    if (service?.run !== "worker" || placement.strikes < world.settings.workerStrikes) return false;
    const counts = queues[service.queue];
    const isOpen = counts !== undefined && counts.done < counts.put;
    return isOpen && counts.done === (placement.progress ?? 0);
  });
  if (struck === undefined || execution.stop !== undefined) return false;
  const last = struck.failure;
  const why = last && "reason" in last && last.reason ? ` The last one: ${last.reason}` : "";
  const reason = `${struck.strikes} workers of ${struck.service} ended in a row without a task done.${why}`;
  const outcome = { kind: "failed", code: "workers_failed", reason } as const;
  await cancel(world, execution.id, { by: "zoe", reason, outcome });
  return true;
}

/** An execution whose workers all wait for tasks enters the waiting list with the first of them, and ends when it is closed without any. */
async function wakeQueued(
  world: World,
  execution: Execution,
  zapp: Zapp,
  queues: Counts,
): Promise<void> {
  if (isHeldBack(execution) || (await isListed(world, execution))) return;
  if (Object.keys(queues).length > 0 && Object.values(queues).every(isDrained)) {
    const reason = "Its queues were closed without a task.";
    const outcome = { kind: "succeeded" } as const;
    await cancel(world, execution.id, { by: "zoe", reason, outcome, onlyIn: "queued" });
    return;
  }
  await enqueue(world, execution.id, zapp, wants(zapp, queues, execution.draining === true));
}

async function isListed(world: World, execution: Execution): Promise<boolean> {
  const { id: executionId, tenant, user, priority, createdAt } = execution;
  const row = keys.waiting({ executionId, tenant, user, priority, createdAt });
  return (await world.store.get(row)) !== undefined;
}
