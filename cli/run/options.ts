// The flags of `zoe run` and `zoe plan`, as commander reads them, and the submission they make.
import { readFileSync } from "node:fs";
import { type Command, Option } from "commander";
import { collect } from "#cli/command.ts";
import { RECORD_FORMATS } from "#cli/records/records.ts";
import { VisibleError } from "#shared/fault.ts";
import type { WrittenSubmission } from "#shared/submission.ts";
import { splitSetting } from "./values.ts";

export interface SubmissionOptions {
  readonly set?: readonly string[];
  readonly name?: string;
  readonly label?: readonly string[];
  readonly priority?: string;
  readonly maxTime?: string;
  readonly deadline?: string;
  readonly maxCost?: string;
}

export function withSubmissionOptions(command: Command): Command {
  return command
    .option(
      "--set <name=value>",
      "a parameter; name=@file reads the lines of a file as a list",
      collect,
    )
    .option("--name <name>", "what to call this execution")
    .option("--label <key=value>", "a label to find it by", collect)
    .option("--priority <0-100>", "100 runs first; 50 is usual")
    .option("--max-time <duration>", "kill it after this, such as 90m")
    .option("--deadline <when>", "when it must be done: a duration such as 10m, or a point in time")
    .option("--max-cost <usd>", "the most it may cost, in US dollars");
}

export function formatOption(command: Command): Command {
  const option = new Option(
    "--input-format <format>",
    "what --input is, where its name does not tell",
  );
  return command.addOption(option.choices(RECORD_FORMATS));
}

/** All of it but what runs and its parameters. */
export function submissionFields(options: SubmissionOptions): Partial<WrittenSubmission> {
  const { name, label = [], priority, maxTime, deadline, maxCost } = options;
  const labels = Object.fromEntries(label.map((one) => splitSetting(one, "--label key=value")));
  return {
    ...(name !== undefined && { name }),
    ...(label.length > 0 && { labels }),
    ...(priority !== undefined && { priority: numberOf(priority, "--priority") }),
    ...(maxTime !== undefined && { maxTime }),
    ...(deadline !== undefined && { deadline }),
    ...(maxCost !== undefined && { maxCostUsd: numberOf(maxCost, "--max-cost") }),
  };
}

export function numberOf(text: string, option: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return value;
  throw new VisibleError("invalid", `Wanted a number for ${option}; got "${text}".`);
}

/** A whole number from 1 on. */
export function countOf(text: string, option: string): number {
  const value = numberOf(text, option);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new VisibleError(
    "invalid",
    `Wanted a whole number from 1 on for ${option}; got "${text}".`,
  );
}

export function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    const why =
      code === "ENOENT" ? `There is no file ${path}.` : `The file ${path} can't be read (${code}).`;
    throw new VisibleError("notFound", why, [], { cause });
  }
}
