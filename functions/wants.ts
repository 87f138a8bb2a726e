// How many workers each queue's backlog deserves, pure: one more for each so many open tasks, between minimum and maximum, within what services share.

import type { WorkerService } from "#shared/zapp/service.ts";
import type { Zapp } from "#shared/zapp.ts";
import type { QueueCounts } from "./task-queues.ts";

type Counts = Readonly<Record<string, QueueCounts>>;

/** Service -> workers that should be live now. */
export function wants(zapp: Zapp, queues: Counts, isDraining: boolean): Map<string, number> {
  const workers = zapp.services.filter((service) => service.run === "worker");
  const wanted = new Map(
    workers.map((worker) => [worker.name, isDraining ? 0 : wantOf(worker, queues)]),
  );
  for (const group of groupsOf(workers)) shareOut(group, queues, wanted);
  return wanted;
}

function openTasks(worker: WorkerService, queues: Counts): number {
  const counts = queues[worker.queue];
  return counts === undefined ? 0 : counts.put - counts.done;
}

function wantOf(worker: WorkerService, queues: Counts): number {
  const counts = queues[worker.queue];
  if (counts?.closed && counts.done >= counts.put) return 0;
  const byBacklog = Math.ceil(openTasks(worker, queues) / worker.backlogPerWorker);
  return Math.min(worker.count.max, Math.max(worker.count.min, byBacklog));
}

function groupsOf(workers: readonly WorkerService[]): WorkerService[][] {
  const groups = new Map<string, WorkerService[]>();
  for (const worker of workers) {
    if (worker.shareMax === undefined) continue;
    groups.set(worker.shareMax.group, [...(groups.get(worker.shareMax.group) ?? []), worker]);
  }
  return [...groups.values()];
}

/** When together they want more than they share: one at a time to the queue with the most open tasks for each worker it has. */
function shareOut(
  group: readonly WorkerService[],
  queues: Counts,
  wanted: Map<string, number>,
): void {
  const most = Math.min(...group.map((worker) => worker.shareMax?.max ?? Infinity));
  const limits = new Map(group.map((worker) => [worker.name, wanted.get(worker.name) ?? 0]));
  const total = [...limits.values()].reduce((sum, n) => sum + n, 0);
  if (total <= most) return;
  const given = new Map(group.map((worker) => [worker.name, 0]));
  for (let left = most; left > 0; left--) {
    const next = group
      .filter(({ name }) => (given.get(name) ?? 0) < (limits.get(name) ?? 0))
      .sort((a, b) => need(b, queues, given) - need(a, queues, given))[0];
    if (next === undefined) break;
    given.set(next.name, (given.get(next.name) ?? 0) + 1);
  }
  for (const [name, n] of given) wanted.set(name, n);
}

function need(worker: WorkerService, queues: Counts, given: ReadonlyMap<string, number>): number {
  return openTasks(worker, queues) / ((given.get(worker.name) ?? 0) + 1);
}
