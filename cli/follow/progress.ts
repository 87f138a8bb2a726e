// How far an execution is: tasks of its queues where it has some, instances otherwise; and how fast.
import { type Progress, rateOver } from "#cli/show/bar.ts";
import { count } from "#cli/show/words.ts";
import type { ExecutionAnswer, ServiceAnswer } from "#shared/api/execution.ts";

/** One look at how much was done. */
interface Look {
  readonly at: number;
  readonly done: number;
}

/** The rate is that of the last ten seconds; before there were two to look at, that since the start. */
const WINDOW_MS = 10_000;
const LEAST_MS = 2000;

/** Remembers earlier looks, for the rate. */
export class Pace {
  #looks: Look[] = [];
  #begin: Look | undefined;

  progress(execution: ExecutionAnswer, now: number): Progress {
    const queues = Object.values(execution.queues);
    const plain = queues.length > 0 ? ofQueues(execution) : ofInstances(execution.services);
    const look = { at: now, done: plain.done };
    this.#begin ??= beginOf(execution) ?? look;
    this.#looks = this.#looks.filter(({ at }) => now - at <= WINDOW_MS);
    this.#looks.push(look);
    const isLong = now - (this.#looks[0]?.at ?? now) >= LEAST_MS;
    const perSecond = rateOver(isLong ? this.#looks : [this.#begin, look]);
    const left = plain.total - plain.done;
    const isMoving = perSecond !== undefined && perSecond > 0;
    return {
      ...plain,
      ...(perSecond !== undefined && { perSecond }),
      ...(isMoving && plain.isOpen !== true && { etaSeconds: left / perSecond }),
    };
  }
}

/** A retry begins in the middle: its looks alone tell. */
function beginOf({ startedAt, round }: ExecutionAnswer): Look | undefined {
  return startedAt === undefined || round > 1 ? undefined : { at: startedAt, done: 0 };
}

function ofQueues({ queues, services }: ExecutionAnswer): Progress {
  const all = Object.values(queues);
  const running = sum(services, (service) => (service.run === "worker" ? service.running : 0));
  return {
    done: sum(all, ({ done }) => done),
    failed: sum(all, ({ failed }) => failed),
    total: sum(all, ({ put }) => put),
    isOpen: all.some(({ closed }) => !closed),
    workers: count(running, "worker"),
  };
}

/** Services that end by themselves. */
function ofInstances(services: readonly ServiceAnswer[]): Progress {
  const ending = services.filter(({ run }) => run !== "forever");
  return {
    done: sum(ending, ({ succeeded, failed, cancelled }) => succeeded + failed + cancelled),
    failed: sum(ending, ({ failed }) => failed),
    total: sum(ending, (service) => service.count),
    workers: count(
      sum(services, ({ running }) => running),
      "running",
      "running",
    ),
  };
}

export function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

/** There is something to count: more than one instance, or tasks. */
export function isCountable({ services, queues }: ExecutionAnswer): boolean {
  return Object.keys(queues).length > 0 || sum(services, (service) => service.count) > 1;
}
