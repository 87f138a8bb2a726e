// `--set name=value`: values as the zapp's parameters want them, from the command line or, as `@file`, from the lines of a file.
import { readFileSync } from "node:fs";
import { VisibleError } from "#shared/fault.ts";
import { filesThatFit } from "./glob.ts";

/** What a zapp says of a parameter; more than this is the server's to judge. */
export interface Declared {
  readonly type?: unknown;
  readonly items?: unknown;
}

export type Values = Readonly<Record<string, unknown>>;

export function readValues(
  settings: readonly string[],
  declared: Readonly<Record<string, Declared>>,
): Values {
  const pairs = settings.map((setting) => {
    const [name, text] = splitSetting(setting, "--set name=value");
    return [name, readValue(text, declared[name] ?? {})] as const;
  });
  return Object.fromEntries(pairs);
}

export function splitSetting(setting: string, wanted: string): [string, string] {
  const at = setting.indexOf("=");
  if (at > 0) return [setting.slice(0, at), setting.slice(at + 1)];
  throw new VisibleError("invalid", `Wanted ${wanted}; got "${setting}".`);
}

function readValue(text: string, { type, items }: Declared): unknown {
  if (text.startsWith("@")) {
    const lines = linesOf(text.slice(1));
    return type === "array" || type === undefined
      ? lines.map((line) => one(line, items))
      : one(lines.join("\n"), type);
  }
  if (type === "array") return listOf(text, items);
  return type === undefined ? guessed(text) : one(text, type);
}

function linesOf(path: string): string[] {
  try {
    const lines = readFileSync(path, "utf8").split(/\r?\n/);
    return lines.filter((line) => line.trim() !== "");
  } catch (cause) {
    throw new VisibleError("notFound", `The file ${path} can't be read.`, [], { cause });
  }
}

/** `[1, 2]` as JSON, or `1,2`. */
function listOf(text: string, items: unknown): unknown {
  if (text.trimStart().startsWith("[")) return parsed(text) ?? text;
  return text === "" ? [] : text.split(",").map((item) => one(item.trim(), items));
}

/** What is no number where one is wanted goes as it is: the server says what it wanted. */
function one(text: string, type: unknown): unknown {
  switch (type) {
    case "integer":
    case "number":
      return text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text);
    case "boolean":
      return text === "true" || text === "false" ? text === "true" : text;
    case "object":
      return parsed(text) ?? text;
    case "choice":
      return guessed(text);
    default:
      return text;
  }
}

/** Of a parameter whose type is not known here. */
function guessed(text: string): unknown {
  return /^(true|false|-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?|[[{].*)$/s.test(text)
    ? (parsed(text) ?? text)
    : text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `--each` of a zapp: the names of the files for its only list parameter without a value. */
export function filesFor(
  patterns: readonly string[],
  declared: Readonly<Record<string, Declared>>,
  given: Values,
): Values {
  const lists = Object.entries(declared).filter(
    ([name, { type }]) => type === "array" && !(name in given),
  );
  const [only, ...others] = lists;
  if (only !== undefined && others.length === 0) return { [only[0]]: filesThatFit(patterns) };
  const known = lists.map(([name]) => name).join(", ") || "none";
  throw new VisibleError(
    "invalid",
    `--each fills the only list parameter of a zapp; this one has ${known}. Say which with --set name=@file.`,
  );
}
