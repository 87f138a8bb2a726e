// `zoe exec`: a command in a running instance, with its output and its exit code.
import type { Command } from "commander";
import { type Cli, failWith, sessionOf } from "#cli/cli.ts";
import { newCommand } from "#cli/command.ts";
import { findExecution } from "#cli/find-execution.ts";
import { VisibleError } from "#shared/fault.ts";

interface ExecOptions {
  readonly service?: string;
  readonly index?: string;
}

export function execCommand(cli: Cli): Command {
  const command = newCommand({
    usage: "exec <execution> <words...>",
    summary:
      "Run a command in a running instance (with the container engine, or on a node of a gang)",
    examples: [
      "zoe exec last -- ls -l /zoe/out",
      "zoe exec last --service classifier --index 3 -- node --version",
    ],
    more: "As the instance's user, within its limits, for at most a minute, without a terminal. Its exit code is the command's.",
  });
  return command
    .option("--service <name>", "which service; the first that runs without it")
    .option("--index <n>", "which of its instances")
    .action(async (wanted: string, words: readonly string[], options: ExecOptions) => {
      const session = sessionOf(cli, command);
      const answer = await session.client.exec(await findExecution(session, wanted), {
        service: options.service,
        index: options.index === undefined ? undefined : indexOf(options.index),
        command: words,
      });
      if (session.isJson) session.terminal.say(JSON.stringify(answer, undefined, 2));
      else {
        session.terminal.write(answer.stdout);
        session.terminal.writeBeside(answer.stderr);
        if (answer.isCut) session.terminal.note("More was written than is shown.");
      }
      if (answer.exitCode !== 0) failWith(cli, answer.exitCode);
    });
}

function indexOf(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new VisibleError("invalid", `--index wants a whole number from 0; got ${text}.`);
}
