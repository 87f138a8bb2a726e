// `zoe sbatch`: a batch script with its `#SBATCH` lines, run as an execution.
import { readFileSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { text } from "node:stream/consumers";
import type { Command } from "commander";
import type { Cli, Session } from "#cli/cli.ts";
import { awaitJob } from "#cli/slurm/await.ts";
import { SlurmError } from "#cli/slurm/fault.ts";
import { slurmCommand } from "#cli/slurm/manner.ts";
import { lastOf, type Reading } from "#cli/slurm/option.ts";
import { SBATCH_OPTIONS } from "#cli/slurm/sbatch-options.ts";
import { batchOf } from "#cli/slurm/script.ts";
import { submitBatch } from "#cli/slurm/submit.ts";

const MORE = `Options are those of Slurm's sbatch, on the command line, in SBATCH_ variables and on #SBATCH lines. An option that Zoe can't
honour is refused by name, with its line; one that makes no difference is named on stderr. docs/guides/slurm.md lists them.`;

export function sbatchCommand(cli: Cli): Command {
  return slurmCommand(cli, {
    name: "sbatch",
    summary: "Submit a batch script, as Slurm's sbatch does",
    examples: [
      "zoe sbatch job.sh",
      "zoe sbatch --array=1-10%2 --mem=2G -t 30 job.sh input.dat",
      "zoe sbatch --wait --wrap='hostname'",
    ],
    more: MORE,
    options: SBATCH_OPTIONS,
    isMixed: false,
    run: sbatch,
  });
}

async function sbatch(session: Session, reading: Reading): Promise<void> {
  const { terminal, cli } = session;
  const isTyped = reading.rest.length === 0 && lastOf(reading.given, "wrap") === undefined;
  const typed = isTyped ? await text(cli.stdin) : "";
  const batch = batchOf(reading, cli.environment, (path) =>
    path === undefined ? typed : readScript(path),
  );
  const isQuiet = lastOf(reading.given, "quiet") !== undefined;
  const by = {
    user: cli.environment.USER ?? userInfo().username,
    ...{ host: hostname(), directory: process.cwd() },
  };
  const { row, notes } = await submitBatch(session, batch, by);
  if (!isQuiet) for (const note of notes) terminal.warn(`sbatch: warning: ${note}`);
  if (lastOf(reading.given, "parsable")) terminal.say(String(row.number));
  else if (!isQuiet) terminal.say(`Submitted batch job ${row.number}`);
  if (lastOf(reading.given, "wait")) cli.exitCode = await awaitJob(session, row.id);
}

function readScript(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new SlurmError([`Unable to open file ${path}`], { cause });
  }
}
