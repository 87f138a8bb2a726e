// How fast a queue goes: from what was seen done at earlier looks. One host's memory; a host that has seen nothing says nothing.

import type { QueueCounts, QueueRef } from "#functions/task-queues.ts";
import type { QueueAnswer } from "#shared/api/queue.ts";
import { hash128 } from "#shared/route.ts";

/** The rate is that of about the last half minute. */
const WINDOW_MS = 30_000;
const SAMPLE_MS = 1000;
const MOST_QUEUES = 10_000;

interface Sample {
  readonly at: number;
  readonly done: number;
}

export interface Pace {
  show(ref: QueueRef, counts: QueueCounts, now: number): QueueAnswer;
}

export function newPace(): Pace {
  const seen = new Map<string, Sample[]>();
  return {
    show({ executionId, queue }, counts, now) {
      const name = `${executionId}/${queue}`;
      if (seen.size > MOST_QUEUES) seen.clear();
      const samples = (seen.get(name) ?? []).filter(({ at }) => now - at <= WINDOW_MS);
      const last = samples.at(-1);
      if (!last || now - last.at >= SAMPLE_MS) samples.push({ at: now, done: counts.done });
      seen.set(name, samples);
      return { ...plainQueue(counts), ...paceOf(samples[0], counts, now) };
    },
  };
}

export function plainQueue({
  put,
  done,
  failed,
  leased,
  redriven,
  closed,
}: QueueCounts): QueueAnswer {
  const waiting = Math.max(0, put - done - leased);
  return { put, done, failed, leased, waiting, redriven, closed, drained: closed && done === put };
}

function paceOf(
  first: Sample | undefined,
  { put, done }: QueueCounts,
  now: number,
): Pick<QueueAnswer, "ratePerSecond" | "etaSeconds"> {
  if (!first || now - first.at < SAMPLE_MS) return {};
  const ratePerSecond = round((Math.max(0, done - first.done) * 1000) / (now - first.at));
  if (ratePerSecond === 0) return { ratePerSecond };
  return { ratePerSecond, etaSeconds: round((put - done) / ratePerSecond) };
}

function round(number: number): number {
  return Math.round(number * 100) / 100;
}

/** Names what an answer says, so that a caller can wait for another. */
export function versionOfAnswer(answer: unknown): string {
  return hash128(JSON.stringify(answer)).slice(0, 16);
}
