// How a command of `zoe` is made: its words, its examples, and what it answers when it is used wrongly.
import { Command, type Help } from "commander";
import type { Cli } from "./cli.ts";

/** What makes one group of commands; program.ts puts them together. */
export type CommandMaker = (cli: Cli) => Command;

export interface CommandText {
  /** Name and arguments, as `get <execution>`. */
  readonly usage: string;
  readonly summary: string;
  readonly examples: readonly string[];
  readonly more?: string;
}

export function newCommand({ usage, summary, examples, more }: CommandText): Command {
  const [name = "", ...args] = usage.split(" ");
  const command = new Command(name).description(summary);
  for (const arg of args) command.argument(arg, ARGUMENTS[arg.replace(/[<>[\].]/g, "")]);
  const title = examples.length === 1 ? "Example:" : "Examples:";
  const lines = examples.map((example) => `  ${example}`);
  return command
    .configureHelp(HELP)
    .exitOverride()
    .addHelpText(
      "after",
      `${more === undefined ? "" : `\n${more}\n`}\n${title}\n${lines.join("\n")}`,
    );
}

/** The commands' own help, without the same three lines about -h in each. */
export const HELP: Partial<Help> = {
  showGlobalOptions: true,
  sortSubcommands: false,
  styleTitle: (text: string) => text,
};

const EXECUTION =
  "its id, its name, the end of its id (4 characters or more), or `last` for your newest";

const ARGUMENTS: Readonly<Record<string, string>> = {
  execution: EXECUTION,
  executions: EXECUTION,
  queue: "name of a queue of the execution; may be left out where it has one",
  what: "name of a zapp of the catalogue, a description (.yaml, .yml, .json), or a script",
};

/** Collects an option that is given more than once. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
