// All commands of `zoe`, and one run of it: from the words on the command line to the exit code.
import { Command } from "commander";
import type { Cli } from "./cli.ts";
import { HELP } from "./command.ts";
import { secretCommand, tenantCommand, tokenCommand, userCommand } from "./commands/accounts.ts";
import { changeCommand, drainCommand, retryCommand, stopCommand } from "./commands/change.ts";
import { backupCommand, doctorCommand } from "./commands/doctor.ts";
import { execCommand } from "./commands/exec.ts";
import {
  attachCommand,
  eventsCommand,
  getCommand,
  lsCommand,
  whyCommand,
} from "./commands/executions.ts";
import { downloadCommand, filesCommand, logsCommand } from "./commands/files.ts";
import { loginCommand } from "./commands/login.ts";
import { queueCommand } from "./commands/queue.ts";
import { resultsCommand } from "./commands/results.ts";
import { planCommand, runCommand } from "./commands/run.ts";
import { sacctCommand } from "./commands/sacct.ts";
import { sallocCommand } from "./commands/salloc.ts";
import { sbatchCommand } from "./commands/sbatch.ts";
import { scancelCommand } from "./commands/scancel.ts";
import { scontrolCommand } from "./commands/scontrol.ts";
import { sacctmgrCommand, sinfoCommand } from "./commands/sinfo.ts";
import { slurmShimsCommand } from "./commands/slurm-shims.ts";
import { squeueCommand } from "./commands/squeue.ts";
import { srunCommand } from "./commands/srun.ts";
import { topCommand } from "./commands/top.ts";
import { quotaCommand, usageCommand } from "./commands/usage.ts";
import { validateCommand, zappsCommand } from "./commands/zapps.ts";
import { completionCommand } from "./completion.ts";
import { EXIT_CODES } from "./exit.ts";
import { tellError } from "./show/refusal.ts";
import { SLURM_NAMES } from "./slurm/manner.ts";

const GROUPS = {
  Run: [runCommand, planCommand, attachCommand],
  Look: [lsCommand, getCommand, whyCommand, logsCommand, eventsCommand, topCommand],
  "What it left": [resultsCommand, filesCommand, downloadCommand],
  Change: [stopCommand, retryCommand, drainCommand, changeCommand, queueCommand, execCommand],
  Catalogue: [zappsCommand, validateCommand],
  "People and limits": [
    quotaCommand,
    usageCommand,
    secretCommand,
    tokenCommand,
    userCommand,
    tenantCommand,
  ],
  "As Slurm does": [
    sbatchCommand,
    sallocCommand,
    srunCommand,
    squeueCommand,
    scancelCommand,
    sacctCommand,
    scontrolCommand,
    sinfoCommand,
    sacctmgrCommand,
    slurmShimsCommand,
  ],
  "This Zoe": [loginCommand, doctorCommand, backupCommand, completionCommand],
} as const;

const INTRODUCTION =
  "Runs analytic applications: submits them, follows them, fetches what they leave.";

const AFTER = `Examples:
  zoe run hello
  zoe run document-classifier --input abstracts.jsonl
  zoe run ./mine.py --each 'inputs/*.txt' --out results

The server is that of --server, ZOE_SERVER or \`zoe login\`, or else http://127.0.0.1:7420, where \`npm start\` listens.
The token is that of --token-file, ZOE_TOKEN, ZOE_TOKEN_FILE or \`zoe login\`; of \`npm start\` on this machine it is found.

Exit codes:
${Object.entries(EXIT_CODES)
  .map(([code, text]) => `  ${code.padStart(3)}  ${text}`)
  .join("\n")}`;

export function programOf(cli: Cli): Command {
  const { terminal } = cli;
  const program = new Command("zoe")
    .description(INTRODUCTION)
    .option("--server <url>", "the server")
    .option("--token-file <file>", "a file with your token")
    .option("--token <token>", "your token; others can see it here, so better a file")
    .option("--json", "the answer as JSON on stdout")
    .option("-q, --quiet", "nothing but the answer and errors")
    .configureHelp({ ...HELP, showGlobalOptions: false })
    .addHelpText("after", `\n${AFTER}`)
    .exitOverride()
    .showSuggestionAfterError()
    .hook("preAction", (_, action) => {
      terminal.isQuiet = action.optsWithGlobals<{ quiet?: true }>().quiet === true;
    });
  for (const [title, makers] of Object.entries(GROUPS)) {
    for (const maker of makers) program.addCommand(maker(cli).helpGroup(`${title}:`));
  }
  program.helpCommand("help [command]", "Show the help of a command");
  for (const command of everyCommand(program)) writeTo(command, cli);
  return program;
}

function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}

/** Help goes to stdout, mistakes to stderr, as wide as they are. */
function writeTo(command: Command, { terminal }: Cli): void {
  command.configureOutput({
    writeOut: (text) => terminal.write(text),
    writeErr: (text) => terminal.warn(text.trimEnd()),
    getOutHelpWidth: () => Math.min(terminal.width, 110),
    getErrHelpWidth: () => 100,
    outputError: (text, write) =>
      write(text.replace(/^error: /, `${terminal.paintNote("red", "zoe:")} `)),
  });
}

export async function runProgram(cli: Cli, args: readonly string[]): Promise<number> {
  const program = programOf(cli);
  if (args.length === 0) {
    program.outputHelp();
    return 0;
  }
  try {
    await program.parseAsync(withOwnWords(args), { from: "user" });
  } catch (error) {
    cli.terminal.draw([]);
    return tellError(cli.terminal, error, isJson(args));
  }
  return cli.exitCode;
}

const WITH_VALUE = ["--server", "--token-file", "--token"];

/** What stands behind a command of Slurm is its own, even where `zoe` has an option of that name. */
function withOwnWords(args: readonly string[]): string[] {
  const at = args.findIndex(
    (word, n) => !word.startsWith("-") && !WITH_VALUE.includes(args[n - 1] ?? ""),
  );
  if (!SLURM_NAMES.includes(args[at] ?? "")) return [...args];
  return [...args.slice(0, at + 1), "--", ...args.slice(at + 1)];
}

/** Also where the command line could not be read to its end. */
function isJson(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return (end < 0 ? args : args.slice(0, end)).includes("--json");
}
