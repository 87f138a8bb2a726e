// `zoe srun`: a program on the nodes of a job that salloc holds. Inside a job its own srun does it.
import type { Command } from "commander";
import type { Cli, Session } from "#cli/cli.ts";
import { SlurmError } from "#cli/slurm/fault.ts";
import { jobWord, rowNumbered } from "#cli/slurm/fetch.ts";
import { slurmCommand } from "#cli/slurm/manner.ts";
import { runStep } from "#cli/slurm/step.ts";

export function srunCommand(cli: Cli): Command {
  return slurmCommand(cli, {
    name: "srun",
    summary: "Run a program on nodes that salloc holds, as Slurm's srun does",
    examples: ["zoe srun --jobid=12 -n 16 hostname"],
    more: "The first option is --jobid, unless SLURM_JOB_ID says it; what follows is for the job's own srun, on its node 0.",
    options: [{ long: "help", short: "h", value: "none", effect: "used" }],
    isWordy: true,
    run: (session, { rest }) => srun(session, rest),
  });
}

async function srun(session: Session, words: readonly string[]): Promise<void> {
  const [first = "", ...others] = words;
  const said = /^--jobid(?:=(.*))?$/.exec(first);
  const job = said === null ? session.cli.environment.SLURM_JOB_ID : (said[1] ?? others.shift());
  if (job === undefined)
    throw new SlurmError(["No job: hold nodes with salloc, and name it with --jobid=N"]);
  const { number } = jobWord(job);
  const row = await rowNumbered(session, number);
  if (row === undefined || row.state === "ended")
    throw new SlurmError([`Unable to confirm allocation for job ${number}: Invalid job id`]);
  const rest = said === null ? words : others;
  session.cli.exitCode = await runStep({ session, id: row.id, words: ["srun", ...rest] });
}
