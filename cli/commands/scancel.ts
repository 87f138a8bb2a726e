// `zoe scancel`: stops batch jobs, by number or by what they are.
import type { Command } from "commander";
import type { Cli, Session } from "#cli/cli.ts";
import { SlurmError } from "#cli/slurm/fault.ts";
import { jobWord, liveRows, rowNumbered } from "#cli/slurm/fetch.ts";
import { callerOf, slurmCommand } from "#cli/slurm/manner.ts";
import { type Given, lastOf } from "#cli/slurm/option.ts";
import { isArray, recordOf } from "#cli/slurm/record.ts";
import { SCANCEL_OPTIONS } from "#cli/slurm/scancel.ts";
import { chosen, listOf } from "#cli/slurm/squeue.ts";

const FILTERS = ["name", "jobname", "user", "me", "state", "states", "partition", "account"];

export function scancelCommand(cli: Cli): Command {
  return slurmCommand(cli, {
    name: "scancel",
    summary: "Stop batch jobs, as Slurm's scancel does",
    examples: ["zoe scancel 12", "zoe scancel --me --name=trial --state=PENDING"],
    options: SCANCEL_OPTIONS,
    async run(session, { given, rest }) {
      const filters = given.filter(({ option }) => FILTERS.includes(option.long));
      if (rest.length === 0 && filters.length === 0)
        throw new SlurmError(["No job identification provided"]);
      if (rest.length === 0) return stopFitting(session, filters);
      for (const word of rest.flatMap(listOf)) await stopNumbered(session, word, given);
    },
  });
}

async function stopNumbered(
  session: Session,
  word: string,
  given: readonly Given[],
): Promise<void> {
  const { cli, terminal, client } = session;
  const { number, task } = jobWord(word);
  const row = await rowNumbered(session, number);
  if (row === undefined) {
    if (lastOf(given, "quiet") === undefined)
      terminal.warn(`scancel: error: Kill job error on job id ${word}: Invalid job id specified`);
    cli.exitCode = 1;
    return;
  }
  if (isArray(row) && (task !== undefined || row.number !== number))
    throw new SlurmError([
      `${word}: stopping one task of an array is not supported by Zoe; \`scancel ${row.number}\` stops all of it`,
    ]);
  await client.stop(row.id, "scancel");
}

/** Options that squeue has too mean the same there. */
async function stopFitting(session: Session, filters: readonly Given[]): Promise<void> {
  const same: Readonly<Record<string, string>> = { state: "states", jobname: "name" };
  const given = filters.map((one) => ({
    ...one,
    option: { ...one.option, long: same[one.option.long] ?? one.option.long },
  }));
  const isMe = await callerOf(session);
  const jobs = chosen((await liveRows(session)).map(recordOf), given, isMe);
  for (const { row } of jobs) await session.client.stop(row.id, "scancel");
}
