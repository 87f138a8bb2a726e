// A job as Slurm's commands show it: one row each for a plain job, for each task of an array, and for those of its tasks that wait.
import type { ExecutionRow } from "#shared/api/execution.ts";
import type { InstanceAnswer } from "#shared/api/history.ts";
import type { Outcome, Usage } from "#shared/instance.ts";
import { arrayOf, rangesOf } from "./array.ts";
import { type JobLabels, readLabels } from "./labels.ts";
import { instanceState, reasonOf, type SlurmState, stateOf } from "./state.ts";

export interface JobRecord {
  /** `12`, `12_3`, `12_[4-6%2]`. */
  readonly id: string;
  readonly raw: number;
  /** Of an array: the job's first number, and its tasks. */
  readonly array?: { readonly job: number; readonly task: string };
  readonly state: SlurmState;
  readonly reason: string;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly outcome?: Outcome;
  readonly used?: Usage;
  readonly row: ExecutionRow;
  readonly labels: JobLabels;
}

/** An execution that was submitted with a number. */
export type Numbered = ExecutionRow & { readonly number: number };

export function isNumbered(row: ExecutionRow): row is Numbered {
  return row.number !== undefined;
}

export function isArray(row: ExecutionRow): boolean {
  return row.labels["slurm/array"] !== undefined;
}

export function recordOf(row: Numbered): JobRecord {
  const state = stateOf(row.state, row.outcome);
  const { startedAt, endedAt, outcome, used } = row;
  return {
    ...{ id: String(row.number), raw: row.number, state, row, labels: readLabels(row.labels) },
    reason: reasonOf(state, row.waiting, outcome),
    // A row that waits again has begun before.
    ...(startedAt !== undefined && row.state !== "queued" && { startedAt }),
    ...(endedAt !== undefined && { endedAt }),
    ...(outcome !== undefined && { outcome }),
    ...(used !== undefined && { used }),
  };
}

/** `isExpanded`: those that wait one by one too. */
export function arrayRecords(
  row: Numbered,
  instances: readonly InstanceAnswer[],
  isExpanded = false,
): JobRecord[] {
  const labels = readLabels(row.labels);
  const ids = arrayOf(labels.array ?? "")?.ids ?? [];
  const byIndex = new Map(instances.map((instance) => [instance.index, instance]));
  const tasks = ids.map((id, index) => taskOf(row, id, index, byIndex.get(index)));
  if (isExpanded) return tasks;
  const waiting = tasks.filter(({ state }) => state === "PENDING");
  const others = tasks.filter(({ state }) => state !== "PENDING");
  const [first] = waiting;
  if (first === undefined) return others;
  const atOnce = labels["at-once"] === undefined ? "" : `%${labels["at-once"]}`;
  const list = `[${rangesOf(waiting.map(({ array }) => Number(array?.task)))}${atOnce}]`;
  const rest = { ...first, id: `${row.number}_${list}`, array: { job: row.number, task: list } };
  return [rest, ...others];
}

function taskOf(
  row: Numbered,
  id: number,
  index: number,
  instance: InstanceAnswer | undefined,
): JobRecord {
  const outcome = instance?.outcome ?? (row.state === "ended" ? row.outcome : undefined);
  const state = stateOfTask(row, instance);
  const { startedAt, endedAt = row.endedAt, usage } = instance ?? {};
  return {
    ...{ id: `${row.number}_${id}`, raw: row.number + index },
    ...{ array: { job: row.number, task: String(id) }, state, row, labels: readLabels(row.labels) },
    reason: reasonOf(state, row.waiting, outcome),
    ...(startedAt !== undefined && { startedAt }),
    ...(endedAt !== undefined && { endedAt }),
    ...(outcome !== undefined && { outcome }),
    ...(usage !== undefined && { used: usage }),
  };
}

/** One that never started, of an array that has ended, ended with it; a failed one that is tried again waits. */
function stateOfTask(row: Numbered, instance: InstanceAnswer | undefined): SlurmState {
  if (instance === undefined) return row.state === "ended" ? "CANCELLED" : "PENDING";
  if (instance.retryAt !== undefined) return "PENDING";
  return instanceState(instance.state, instance.outcome);
}

/** Seconds it has run by now. */
export function elapsedOf({ startedAt, endedAt }: JobRecord, now: number): number {
  return startedAt === undefined ? 0 : Math.max(0, ((endedAt ?? now) - startedAt) / 1000);
}

export function limitOf({ labels }: JobRecord): number | undefined {
  return labels.time === undefined ? undefined : Number(labels.time);
}

export function accountOf({ row, labels }: JobRecord): string {
  return labels.account ?? row.tenant;
}

export function partitionOf({ row, labels }: JobRecord): string {
  return labels.partition ?? row.engine;
}

export function cpusOf({ labels }: JobRecord): number {
  return Number(labels.cpus ?? 1);
}

/** Zoe's engines are not told apart further. */
export function nodeListOf({ row, startedAt }: JobRecord): string {
  return startedAt === undefined ? "" : row.engine;
}
