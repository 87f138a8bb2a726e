// `zoe salloc`: nodes that are held, and a shell or one command on the first of them, from which `srun` reaches all.
import { hostname, userInfo } from "node:os";
import type { Command } from "commander";
import type { Cli, Session } from "#cli/cli.ts";
import { heldBatch, SALLOC_OPTIONS } from "#cli/slurm/hold.ts";
import { slurmCommand } from "#cli/slurm/manner.ts";
import { demandUsable, lastOf, type Reading } from "#cli/slurm/option.ts";
import { runStep } from "#cli/slurm/step.ts";
import { submitBatch } from "#cli/slurm/submit.ts";

const MORE = `Without a command, lines of stdin go to a shell on node 0. The nodes are let go of when that ends, when nobody has used them for --idle (30m unless
said; 0: never), at the end of --time, or by scancel. With --no-shell they stay, and \`zoe srun --jobid=N\` uses them.`;

export function sallocCommand(cli: Cli): Command {
  return slurmCommand(cli, {
    name: "salloc",
    summary: "Hold nodes, and work on them, as Slurm's salloc does",
    examples: [
      "zoe salloc -N 4 --mem=200M srun hostname",
      "zoe salloc -N 4 --no-shell --idle=1h",
      "zoe salloc -N 2 --container-image=zoe/openmpi",
    ],
    more: MORE,
    options: SALLOC_OPTIONS,
    isMixed: false,
    run: salloc,
  });
}

async function salloc(session: Session, reading: Reading): Promise<void> {
  const { terminal, cli, client } = session;
  demandUsable(reading.given);
  const by = {
    user: cli.environment.USER ?? userInfo().username,
    ...{ host: hostname(), directory: process.cwd() },
  };
  const { row, notes } = await submitBatch(session, heldBatch(reading), by);
  for (const note of notes) terminal.warn(`salloc: warning: ${note}`);
  const step = { session, id: row.id };
  try {
    await runStep({ ...step, words: ["true"] });
    terminal.note(`salloc: Granted job allocation ${row.number}`);
    if (lastOf(reading.given, "no-shell")) return;
    const own =
      reading.rest.length > 0 ? { words: reading.rest } : { words: ["sh"], input: cli.stdin };
    cli.exitCode = await runStep({ ...step, ...own });
  } catch (error) {
    await client.stop(row.id, "salloc").catch(() => {});
    throw error;
  }
  await client.stop(row.id, "salloc");
  terminal.note(`salloc: Relinquishing job allocation ${row.number}`);
}
