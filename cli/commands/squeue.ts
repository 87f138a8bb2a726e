// `zoe squeue`: jobs that wait and run, in Slurm's columns.
import type { Command } from "commander";
import type { Cli, Session } from "#cli/cli.ts";
import { SlurmError } from "#cli/slurm/fault.ts";
import {
  type JobWord,
  jobWord,
  liveRows,
  named,
  recordsOf,
  rowNumbered,
  rowsSince,
} from "#cli/slurm/fetch.ts";
import { callerOf, slurmCommand } from "#cli/slurm/manner.ts";
import { type Given, lastOf } from "#cli/slurm/option.ts";
import type { JobRecord, Numbered } from "#cli/slurm/record.ts";
import { chosen, listOf, SQUEUE_OPTIONS, squeueLines } from "#cli/slurm/squeue.ts";

/** So long squeue still knows a job that has ended, where those are asked for. */
const REMEMBERED_MS = 3_600_000;

export function squeueCommand(cli: Cli): Command {
  return slurmCommand(cli, {
    name: "squeue",
    summary: "List batch jobs that wait and run, as Slurm's squeue does",
    examples: ["zoe squeue --me", "zoe squeue -h -o '%i %t' -t all -u $USER"],
    options: SQUEUE_OPTIONS,
    async run(session, { given }) {
      const now = Date.now();
      const isMe = await callerOf(session);
      const jobs = chosen(await jobsOf(session, given, now), given, isMe);
      for (const line of squeueLines(jobs, given, now)) session.terminal.say(line);
    },
  });
}

async function jobsOf(
  session: Session,
  given: readonly Given[],
  now: number,
): Promise<JobRecord[]> {
  const isExpanded = lastOf(given, "array") !== undefined;
  const ids = lastOf(given, "jobs")?.value;
  const words = ids === undefined ? [] : listOf(ids).map(jobWord);
  const rows = words.length > 0 ? await rowsOf(session, words) : await rowsIn(session, given, now);
  const isOne = words.some(({ number, task }) => task !== undefined || isInside(rows, number));
  const records = await recordsOf(session, rows, isExpanded || isOne);
  return words.length > 0 ? named(words, records) : records;
}

function isInside(rows: readonly Numbered[], number: number): boolean {
  return !rows.some((row) => row.number === number);
}

async function rowsIn(session: Session, given: readonly Given[], now: number): Promise<Numbered[]> {
  const states = lastOf(given, "states");
  return states === undefined ? liveRows(session) : rowsSince(session, now - REMEMBERED_MS);
}

async function rowsOf(session: Session, words: readonly JobWord[]): Promise<Numbered[]> {
  const rows = new Map<string, Numbered>();
  for (const { number } of words) {
    const row = await rowNumbered(session, number);
    if (row !== undefined) rows.set(row.id, row);
  }
  if (rows.size === 0) throw new SlurmError(["slurm_load_jobs error: Invalid job id specified"]);
  return [...rows.values()];
}
