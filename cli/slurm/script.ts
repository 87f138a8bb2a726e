// What sbatch was given: a script with its `#SBATCH` lines, SBATCH_ variables and options, the later before the earlier; or one command to wrap.
import { basename } from "node:path";
import { directivesOf } from "./directives.ts";
import { type Place, SlurmError } from "./fault.ts";
import { type Job, jobOf } from "./job.ts";
import { type Given, lastOf, notesOf, type Reading, readOptions } from "./option.ts";
import { SBATCH_OPTIONS } from "./sbatch-options.ts";

export interface Batch {
  readonly job: Job;
  /** The job's name, unless it has one. */
  readonly usualName: string;
  readonly text: string;
  /** What runs the script: the words of its first line. */
  readonly interpreter: readonly string[];
  readonly args: readonly string[];
  /** As scontrol shows it. */
  readonly command: string;
  /** What has no effect, each with its line. */
  readonly notes: readonly string[];
}

/** Of the command line alone. */
export function sbatchWords(words: readonly string[]): Reading {
  return readOptions(SBATCH_OPTIONS, words);
}

export function batchOf(
  { given, rest }: Reading,
  environment: Readonly<Record<string, string | undefined>>,
  read: (path: string | undefined) => string,
): Batch {
  const [path, ...args] = rest;
  const wrapped = lastOf(given, "wrap")?.value;
  if (wrapped !== undefined && path !== undefined)
    throw new SlurmError(["Script arguments are not permitted with the --wrap option"]);
  const text = wrapped === undefined ? read(path) : `#!/bin/sh\n${wrapped}\n`;
  const file = path === undefined ? "standard input" : basename(path);
  const { found, late } = directivesOf(wrapped === undefined ? text : "");
  const all = [
    ...found.flatMap(({ line, words }) => ofPlace(words, { kind: "line", line, file })),
    ...inEnvironment(environment),
    ...given,
  ];
  return {
    job: jobOf(all),
    usualName: wrapped === undefined ? usualName(path) : "wrap",
    ...{ text, args, interpreter: interpreterOf(text), command: path ?? "(null)" },
    notes: [
      ...notesOf(all),
      ...late.map((line) => `${file}, line ${line}: #SBATCH behind the first command is not read`),
    ],
  };
}

function usualName(path: string | undefined): string {
  return path === undefined ? "sbatch" : basename(path);
}

function ofPlace(words: readonly string[], place: Place): Given[] {
  const { given, rest } = readOptions(SBATCH_OPTIONS, words, place);
  const [stray] = rest;
  if (stray === undefined) return [...given];
  const where = place.kind === "line" ? `${place.file}, line ${place.line}: ` : "";
  throw new SlurmError([`${where}"${stray}" is no option`]);
}

/** SBATCH_TIMELIMIT and the like are options too; those that sbatch does not know are none of its own. */
function inEnvironment(environment: Readonly<Record<string, string | undefined>>): Given[] {
  return Object.entries(environment).flatMap(([variable, value]) => {
    const name = /^SBATCH_([A-Z_]+)$/.exec(variable)?.[1];
    if (name === undefined || value === undefined) return [];
    const long = VARIABLES[name] ?? name.toLowerCase().replaceAll("_", "-");
    const option = SBATCH_OPTIONS.find((known) => known.long === long);
    if (option === undefined) return [];
    return [{ option, value, place: { kind: "environment", variable } }];
  });
}

const VARIABLES: Readonly<Record<string, string>> = {
  ARRAY_INX: "array",
  TIMELIMIT: "time",
  MEM_PER_NODE: "mem",
  GPUS: "gpus",
};

function interpreterOf(text: string): string[] {
  const [line = ""] = text.split("\n", 1);
  if (!line.startsWith("#!"))
    throw new SlurmError([
      "This does not look like a batch script.  The first",
      "line must start with #! followed by the path to an interpreter.",
      "For instance: #!/bin/sh",
    ]);
  if (line.endsWith("\r"))
    throw new SlurmError([
      "Batch script contains DOS line breaks (\\r\\n)",
      "instead of expected UNIX line breaks (\\n).",
    ]);
  return line.slice(2).trim().split(/\s+/);
}
