// How a command of Slurm is made a command of `zoe`: its words are its own, its mistakes are told as Slurm tells them, and end with 1.
import { userInfo } from "node:os";
import { type Command, CommanderError } from "commander";
import { type Cli, type Session, sessionOf } from "#cli/cli.ts";
import { newCommand } from "#cli/command.ts";
import { Refused, Unreachable } from "#cli/http.ts";
import { VisibleError } from "#shared/fault.ts";
import { SlurmError } from "./fault.ts";
import {
  demandUsable,
  type Given,
  lastOf,
  type Option,
  type Reading,
  readOptions,
} from "./option.ts";

/** program.ts leaves the words behind these names alone. */
export const SLURM_NAMES: readonly string[] = [
  "sbatch",
  "squeue",
  "scancel",
  "sacct",
  "scontrol",
  "sinfo",
  "sacctmgr",
  "salloc",
  "srun",
];

export interface Manner {
  readonly name: string;
  readonly summary: string;
  readonly examples: readonly string[];
  readonly more?: string;
  readonly options: readonly Option[];
  /** Options and other words may be mixed; else the first other word ends them. */
  readonly isMixed?: boolean;
  /** All words are another's. */
  readonly isWordy?: boolean;
  readonly run: (session: Session, reading: Reading) => Promise<void>;
}

const FAILED = 1;
const VERSION = "slurm 23.02.0 (as Zoe answers it)";

export function slurmCommand(cli: Cli, manner: Manner): Command {
  const { name, summary, examples, more } = manner;
  const text = { usage: `${name} [words...]`, summary, examples };
  const command = newCommand({ ...text, ...(more !== undefined && { more }) });
  return command.helpOption(false).action(async (words: readonly string[]) => {
    try {
      const isMixed = manner.isMixed ?? true;
      const place = { kind: "command" } as const;
      const reading =
        manner.isWordy && !/^(-h|--help)$/.test(words[0] ?? "")
          ? { given: [], rest: words }
          : readOptions(manner.options, words, place, isMixed);
      if (isAnswered(cli, command, reading.given)) return;
      if (isMixed) demandUsable(reading.given);
      if (isMixed) demandOneCluster(reading.given);
      await manner.run(sessionOf(cli, command), reading);
    } catch (error) {
      tell(cli, name, error);
    }
  });
}

function isAnswered(cli: Cli, command: Command, given: readonly Given[]): boolean {
  if (lastOf(given, "help") ?? lastOf(given, "usage")) command.outputHelp();
  else if (lastOf(given, "version")) cli.terminal.say(VERSION);
  else return false;
  return true;
}

function demandOneCluster(given: readonly Given[]): void {
  const named = lastOf(given, "clusters") ?? lastOf(given, "cluster");
  if (named === undefined || /^(all|zoe)$/.test(named.value)) return;
  throw new SlurmError([`No cluster '${named.value}' known: there is one, zoe`]);
}

/** What is no mistake of the caller is left to the one place that tells errors. */
function tell(cli: Cli, name: string, error: unknown): void {
  if (error instanceof CommanderError) throw error;
  const lines = linesOf(error);
  if (lines === undefined) throw error;
  for (const line of lines) cli.terminal.warn(`${name}: error: ${line}`);
  cli.exitCode = FAILED;
}

function linesOf(error: unknown): readonly string[] | undefined {
  if (error instanceof SlurmError) return error.lines;
  if (error instanceof Refused) return [error.problem.detail];
  if (error instanceof Unreachable) return [`Unable to contact slurm controller: ${error.message}`];
  return error instanceof VisibleError ? [error.message] : undefined;
}

/** Stands for the caller where no name is given. */
export const ME = "me";

/** The caller, under his name at Zoe's and under that on his own machine: scripts say `-u $USER`. */
export async function callerOf({ client, cli }: Session): Promise<(user: string) => boolean> {
  const { you } = await client.info();
  const { USER, LOGNAME } = cli.environment;
  const local = USER ?? LOGNAME ?? userInfo().username;
  return (user) => user === ME || user === you.user || user === local;
}
