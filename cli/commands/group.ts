// Commands that list things when nothing more is said, and have parts that make and delete them.
import type { Command } from "commander";
import { newCommand } from "#cli/command.ts";

export interface Group<Options> {
  readonly usage: string;
  readonly summary: string;
  readonly examples: readonly string[];
  readonly list: (command: Command) => (options: Options) => Promise<void>;
  /** Of the list. */
  readonly option?: readonly [string, string];
  readonly parts: readonly Command[];
}

export function group<Options>(about: Group<Options>): Command {
  const command = newCommand(about);
  if (about.option !== undefined) command.option(...about.option);
  for (const part of about.parts) command.addCommand(part);
  return command.action(about.list(command));
}

export function named(usage: string, summary: string, example: string): Command {
  return newCommand({ usage, summary, examples: [example] });
}
