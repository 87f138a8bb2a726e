// `zoe run` and `zoe plan`: a zapp of the catalogue, a description or a script, with its parameters, its tasks and its files.
import type { Command } from "commander";
import { answer, type Cli, type Session, sessionOf } from "#cli/cli.ts";
import { collect, newCommand } from "#cli/command.ts";
import { demandFile } from "#cli/records/open.ts";
import { type RecordFormat, readRecords } from "#cli/records/records.ts";
import {
  formatOption,
  numberOf,
  type SubmissionOptions,
  submissionFields,
  withSubmissionOptions,
} from "#cli/run/options.ts";
import { type ScriptOptions, scriptRun } from "#cli/run/script.ts";
import { type Input, submitAndFollow } from "#cli/run/submit.ts";
import { type Source, sourceOf, targetOf } from "#cli/run/target.ts";
import { filesFor, readValues } from "#cli/run/values.ts";
import { showPlan } from "#cli/show/plan.ts";
import { tellFaults } from "#cli/show/refusal.ts";
import { VisibleError } from "#shared/fault.ts";
import type { WrittenSubmission } from "#shared/submission.ts";

interface RunOptions extends SubmissionOptions, ScriptOptions {
  readonly input?: string;
  readonly inputFormat?: RecordFormat;
  readonly queue?: string;
  readonly detach?: true;
  readonly follow?: true;
  readonly logs?: boolean;
  readonly out?: string;
  readonly rows?: string;
}

const MORE = `A script runs once, or with --each once for every file, on the machine of the engine: of the process engine that is the
server's machine, with the interpreter that its name or its first line says (for Python that of the virtual environment
that is active here). It finds its file as its argument; what it writes to out/ or $ZOE_OUTPUT_DIR is kept, and what it
writes to stdout as NAME.out. What stands after -- goes to the script as it is.

Ctrl-C never stops an execution: it goes on, and \`zoe attach\` follows it again.`;

export function runCommand(cli: Cli): Command {
  const command = newCommand({
    usage: "run <what> [args...]",
    summary: "Run a zapp, a description or a script, and follow it to its end",
    examples: [
      "zoe run document-classifier --set workers=8 --input abstracts.jsonl.gz",
      "zoe run my-zapp.yaml --set macros=@macros.txt --out results",
      "zoe run ./mine.py --each 'inputs/*.txt' --at-once 4 --out results -- --threshold 3",
    ],
    more: MORE,
  });
  withSubmissionOptions(command)
    .option(
      "--input <file>",
      "a task for each record: JSON lines, a JSON array, CSV or an Atom feed; - is stdin; .gz is understood",
    )
    .option("--queue <name>", "the queue that --input goes to, where the zapp has more than one")
    .option("-d, --detach", "do not follow it: print its id")
    .option("-f, --follow", "follow it to its end (what it does anyway)")
    .option("--logs", "also what its programs write; usual for a single program")
    .option("--no-logs", "not what its programs write")
    .option("--out <dir>", "download what it leaves, at its end")
    .option("--rows <n>", "rows of the table of results", "20");
  formatOption(command)
    .option(
      "--each <pattern>",
      "of a script: run it for every file that fits; may be given more than once",
      collect,
    )
    .option("--at-once <n>", "of a script: so many at once")
    .option("--cpu <n>", "of a script: vCPU of one run")
    .option("--memory <size>", "of a script: memory of one run, such as 2GiB")
    .option(
      "--with <file>",
      "of a script: a file that it needs beside it, such as a module",
      collect,
    )
    .option("--interpreter <command>", "of a script: what runs it");
  return command.action(async (what: string, args: readonly string[], options: RunOptions) => {
    const session = sessionOf(cli, command);
    await run(session, what, args, options);
  });
}

async function run(
  session: Session,
  what: string,
  args: readonly string[],
  options: RunOptions,
): Promise<void> {
  const target = targetOf(what);
  const manner = {
    isDetached: options.detach === true,
    withLogs: options.logs,
    rows: numberOf(options.rows ?? "0", "--rows"),
    ...(options.out !== undefined && { out: options.out }),
  };
  if (target.kind === "script") {
    const submission = await scriptRun(session, target.path, args, options);
    return submitAndFollow(
      session,
      { submission: { ...submission, ...submissionFields(options) } },
      manner,
    );
  }
  demandNoScript(options, args);
  if (options.input !== undefined && options.input !== "-") demandFile(options.input);
  const source = await sourceOf(session.client, target);
  tellFaults(session.terminal, source.warnings, "warning");
  const input = options.input === undefined ? undefined : inputOf(session, source, options);
  await submitAndFollow(
    session,
    { submission: submissionOf(source, options), ...(input && { input }) },
    manner,
  );
}

function demandNoScript(options: RunOptions, args: readonly string[]): void {
  const misused = ["atOnce", "cpu", "memory", "with", "interpreter"].filter(
    (name) => options[name as keyof RunOptions] !== undefined,
  );
  if (misused.length === 0 && args.length === 0) return;
  throw new VisibleError(
    "invalid",
    "Arguments and --at-once, --cpu, --memory, --with and --interpreter are for scripts; a zapp takes parameters: --set name=value.",
  );
}

function submissionOf(
  source: Source,
  options: SubmissionOptions & { each?: readonly string[] },
): WrittenSubmission {
  const given = readValues(options.set ?? [], source.parameters);
  const parameters =
    options.each === undefined
      ? given
      : { ...filesFor(options.each, source.parameters, given), ...given };
  return {
    ...source.fields,
    ...(Object.keys(parameters).length > 0 && { parameters }),
    ...submissionFields(options),
  };
}

function inputOf(session: Session, { queues, name }: Source, options: RunOptions): Input {
  const { input: path = "-", inputFormat: format, queue } = options;
  const records = readRecords(path, { stdin: session.cli.stdin, format });
  if (queue !== undefined) return { queue, records, path };
  const [first] = queues;
  if (first === undefined)
    throw new VisibleError("invalid", `${name} has no queue that --input could go to.`);
  return { queue: first, records, path };
}

export function planCommand(cli: Cli): Command {
  const command = newCommand({
    usage: "plan <what>",
    summary:
      "Say what a run would do, where it would run and whether it could start now; nothing is started",
    examples: ["zoe plan document-classifier --set workers=8", "zoe plan my-zapp.yaml"],
  });
  return withSubmissionOptions(command).action(async (what: string, options: SubmissionOptions) => {
    const session = sessionOf(cli, command);
    const target = targetOf(what);
    if (target.kind === "script")
      throw new VisibleError(
        "invalid",
        "Wanted a zapp or a description; a script can be run at once: zoe run.",
      );
    const source = await sourceOf(session.client, target);
    const plan = await session.client.plan(submissionOf(source, options));
    tellFaults(session.terminal, plan.warnings, "warning");
    answer(session, plan, () => showPlan(session.terminal, plan));
  });
}
