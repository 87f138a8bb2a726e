// The jobs that squeue and its like ask for, from the API: by number, those that live, or all of some time.

import type { Session } from "#cli/cli.ts";
import { collectItems, firstItems } from "#cli/client/pages.ts";
import { allAtOnce } from "#cli/pool.ts";
import type { ExecutionRow } from "#shared/api/execution.ts";
import { SlurmError } from "./fault.ts";
import {
  arrayRecords,
  isArray,
  isNumbered,
  type JobRecord,
  type Numbered,
  recordOf,
} from "./record.ts";

const AT_ONCE = 4;
/** Rows looked through for those of some time. */
const MOST_SCANNED = 20_000;
const LIVE = ["queued", "starting", "running", "ending"] as const;

/** `12`, `12_3`, `12.batch`: what a word names. */
export interface JobWord {
  readonly number: number;
  /** Of an array, one of its tasks. */
  readonly task?: number;
}

export function jobWord(text: string): JobWord {
  const match = /^(\d{1,9})(?:_(\d{1,9}))?(?:\.\w+)?$/.exec(text);
  if (match === null) throw new SlurmError([`Invalid job id specified: ${text}`]);
  const [, number, task] = match;
  return { number: Number(number), ...(task !== undefined && { task: Number(task) }) };
}

export async function rowNumbered(
  { client }: Session,
  number: number,
): Promise<Numbered | undefined> {
  const { items } = await firstItems(client.executions({ number, limit: 1 }), 1);
  return items.find(isNumbered);
}

export async function liveRows({ client }: Session): Promise<Numbered[]> {
  const lists = await Promise.all(LIVE.map((state) => collectItems(client.executions({ state }))));
  const rows = new Map(lists.flat().map((row) => [row.id, row]));
  return [...rows.values()].filter(isNumbered);
}

/** Newest first, as long as they can have lived after `since`; those that live are all there. */
export async function rowsSince(session: Session, since: number): Promise<Numbered[]> {
  const rows = new Map<string, ExecutionRow>();
  let scanned = 0;
  for await (const row of session.client.executions({})) {
    if (++scanned > MOST_SCANNED) break;
    if ((row.endedAt ?? Infinity) >= since) rows.set(row.id, row);
  }
  for (const row of await liveRows(session)) rows.set(row.id, row);
  return [...rows.values()].filter(isNumbered);
}

/** Arrays as their tasks. */
export async function recordsOf(
  { client }: Session,
  rows: readonly Numbered[],
  isExpanded = false,
): Promise<JobRecord[]> {
  const found = new Map<string, JobRecord[]>();
  await allAtOnce(rows, AT_ONCE, async (row) => {
    if (!isArray(row)) found.set(row.id, [recordOf(row)]);
    else
      found.set(
        row.id,
        arrayRecords(row, await collectItems(client.instances(row.id)), isExpanded),
      );
  });
  return rows.flatMap((row) => found.get(row.id) ?? []).sort((a, b) => a.raw - b.raw);
}

/** Every record that one of the words names: a job with all its tasks, or one task by either of its numbers. */
export function named(words: readonly JobWord[], records: readonly JobRecord[]): JobRecord[] {
  return records.filter((record) => words.some((word) => isNamed(word, record)));
}

function isNamed({ number, task }: JobWord, { raw, array, row }: JobRecord): boolean {
  if (task !== undefined) return row.number === number && array?.task === String(task);
  return row.number === number || raw === number;
}
