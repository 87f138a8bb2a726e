// `zoe sacct`: jobs of today or of any other time, with what they really used.
import type { Command } from "commander";
import type { Cli, Session } from "#cli/cli.ts";
import { jobWord, named, recordsOf, rowNumbered, rowsSince } from "#cli/slurm/fetch.ts";
import { callerOf, slurmCommand } from "#cli/slurm/manner.ts";
import { type Given, lastOf } from "#cli/slurm/option.ts";
import type { JobRecord, Numbered } from "#cli/slurm/record.ts";
import { accounted, fieldList, periodOf, SACCT_OPTIONS, sacctLines } from "#cli/slurm/sacct.ts";
import { listOf } from "#cli/slurm/squeue.ts";

export function sacctCommand(cli: Cli): Command {
  return slurmCommand(cli, {
    name: "sacct",
    summary: "Show batch jobs and what they used, as Slurm's sacct does",
    examples: [
      "zoe sacct -j 12 --format=JobID,State,Elapsed,MaxRSS,ExitCode",
      "zoe sacct -X -P -n --format=JobIdRaw,State -S now-2days",
    ],
    options: SACCT_OPTIONS,
    async run(session, { given }) {
      const { terminal } = session;
      if (lastOf(given, "helpformat")) return terminal.say(fieldList().join("\n"));
      const now = Date.now();
      const isMe = await callerOf(session);
      const jobs = accounted(await jobsOf(session, given, now), given, isMe, now);
      for (const line of sacctLines(jobs, given, now)) terminal.say(line);
    },
  });
}

/** A number that nobody has is no mistake here: there is nothing to tell of it. */
async function jobsOf(
  session: Session,
  given: readonly Given[],
  now: number,
): Promise<JobRecord[]> {
  const ids = lastOf(given, "jobs")?.value;
  const isExpanded = lastOf(given, "array") !== undefined;
  if (ids === undefined) {
    const rows = await rowsSince(session, periodOf(given, now)?.from ?? 0);
    return recordsOf(session, rows, isExpanded);
  }
  const words = listOf(ids).map(jobWord);
  const rows = new Map<string, Numbered>();
  for (const { number } of words) {
    const row = await rowNumbered(session, number);
    if (row !== undefined) rows.set(row.id, row);
  }
  const isTask = words.some(({ task }) => task !== undefined);
  return named(words, await recordsOf(session, [...rows.values()], isExpanded || isTask));
}
