// Options as Slurm's commands read them: `-n4`, `-n 4`, `--ntasks=4`, `--ntasks 4`, and long names cut short as long as they are unique.
import { at, type Place, SlurmError } from "./fault.ts";

/**
 * used: Zoe does as it says. noted: Zoe runs the job as well without it, and says that it has no effect. refused: without it the job
 * would be another one, so it is not run.
 */
export interface Option {
  readonly long: string;
  readonly short?: string;
  /** How its value is given; `maybe`: only behind `=`. */
  readonly value: "none" | "one" | "maybe";
  readonly effect: "used" | "noted" | "refused";
  /** Of what is noted or refused: why. */
  readonly why?: string;
}

export interface Given {
  readonly option: Option;
  /** Empty where none was given. */
  readonly value: string;
  readonly place: Place;
}

export interface Reading {
  readonly given: readonly Given[];
  /** What stands behind the options. */
  readonly rest: readonly string[];
}

/** Stops at the first word that is no option: what follows belongs to a script. */
export function readOptions(
  options: readonly Option[],
  words: readonly string[],
  place: Place = { kind: "command" },
  isMixed = false,
): Reading {
  const given: Given[] = [];
  const rest: string[] = [];
  const queue = [...words];
  while (queue.length > 0) {
    const word = queue.shift() ?? "";
    if (word === "--") return { given, rest: [...rest, ...queue] };
    if (word.startsWith("--")) given.push(longOption(options, word, queue, place));
    else if (word.startsWith("-") && word !== "-")
      given.push(...shortOptions(options, word, queue, place));
    else if (isMixed) rest.push(word);
    else return { given, rest: [word, ...queue] };
  }
  return { given, rest };
}

function longOption(
  options: readonly Option[],
  word: string,
  queue: string[],
  place: Place,
): Given {
  const [name = "", ...values] = word.slice(2).split("=");
  const option = byName(options, name, place);
  const hasValue = values.length > 0;
  if (option.value === "none" && hasValue)
    throw new SlurmError([`${at(place)}option '--${option.long}' doesn't allow an argument`]);
  if (option.value !== "one" || hasValue) return { option, value: values.join("="), place };
  return { option, value: demandNext(queue, `--${option.long}`, place), place };
}

function byName(options: readonly Option[], name: string, place: Place): Option {
  const exact = options.find(({ long }) => long === name);
  if (exact !== undefined) return exact;
  const [found, ...others] = options.filter(({ long }) => name !== "" && long.startsWith(name));
  if (found !== undefined && others.length === 0) return found;
  if (found === undefined) throw new SlurmError([`${at(place)}unrecognized option '--${name}'`]);
  const names = [found, ...others].map(({ long }) => `'--${long}'`).join(" ");
  throw new SlurmError([`${at(place)}option '--${name}' is ambiguous; possibilities: ${names}`]);
}

/** `-hn4` is `-h` and `-n 4`. */
function shortOptions(
  options: readonly Option[],
  word: string,
  queue: string[],
  place: Place,
): Given[] {
  const given: Given[] = [];
  for (let rest = word.slice(1); rest !== ""; ) {
    const letter = rest.charAt(0);
    const option = options.find(({ short }) => short === letter);
    if (option === undefined) throw new SlurmError([`${at(place)}invalid option -- '${letter}'`]);
    rest = rest.slice(1);
    if (option.value === "one") {
      const value = rest === "" ? demandNext(queue, `-${letter}`, place) : rest.replace(/^=/, "");
      return [...given, { option, value, place }];
    }
    given.push({ option, value: "", place });
  }
  return given;
}

function demandNext(queue: string[], name: string, place: Place): string {
  const value = queue.shift();
  if (value === undefined)
    throw new SlurmError([`${at(place)}option '${name}' requires an argument`]);
  return value;
}

/** The last one counts. */
export function lastOf(given: readonly Given[], long: string): Given | undefined {
  return given.findLast(({ option }) => option.long === long);
}

/** Every refused option is named, not just the first. */
export function demandUsable(given: readonly Given[]): void {
  const refused = given.filter(({ option }) => option.effect === "refused");
  if (refused.length === 0) return;
  throw new SlurmError(refused.map(({ option, place }) => `${at(place)}${saysNo(option)}`));
}

function saysNo({ long, why }: Option): string {
  return `--${long} is not supported by Zoe${why === undefined ? "" : `: ${why}`}`;
}

export function notesOf(given: readonly Given[]): string[] {
  const noted = given.filter(({ option }) => option.effect === "noted");
  return noted.map(
    ({ option, place }) => `${at(place)}--${option.long} has no effect: ${option.why}`,
  );
}
