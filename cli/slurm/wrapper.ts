// The shell program that runs a batch script where it was placed: its environment, its folder, its files, and its end. The script lies in slurm/.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ArrayTasks } from "./array.ts";
import { quoted, shellWord } from "./file-name.ts";
import { isGang, type Job } from "./job.ts";

export interface Wrapped {
  readonly job: Job;
  readonly interpreter: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  /** The folder that the job runs in; without one it stays in its work folder, and its files are kept. */
  readonly directory: string | undefined;
  /** The submitter's variables lie in slurm/environment. */
  readonly hasEnvironment: boolean;
}

export const SCRIPT_FILE = "slurm/slurm_script";
export const ENVIRONMENT_FILE = "slurm/environment";
/** What the log of the instance shows of the job's files, at its end. */
const SHOWN_BYTES = 65_536;

/** SLURM_JOB_ID is at first the number that the control plane gave; a task's own is so many further on. */
export function wrapperOf({
  job,
  interpreter,
  variables,
  directory,
  hasEnvironment,
}: Wrapped): string {
  const ofGang = isGang(job);
  const set = Object.entries(variables).map(([name, value]) => `export ${name}=${quoted(value)}`);
  return [
    `slurm=$ZOE_WORK_DIR/slurm`,
    ...(ofGang ? [`agent=$(dirname "$(command -v srun)")`] : []),
    ...(hasEnvironment ? [`. "$slurm/environment"`] : []),
    ...set,
    `first=$SLURM_JOB_ID`,
    `export SLURM_JOB_ID=$((first + ZOE_INSTANCE)) SLURM_RESTART_COUNT=$((ZOE_GENERATION - 1))`,
    `export SLURM_JOBID=$SLURM_JOB_ID`,
    ...(ofGang ? GANG_NODES : OWN_NODE),
    ...(job.array === undefined ? [] : arrayLines(job.array)),
    ...(ofGang ? [`export ZOE_SLURM_BIN=$agent`] : localSrun()),
    `export PATH="$ZOE_SLURM_BIN:$PATH"`,
    `export SLURM_SUBMIT_DIR=${directory === undefined ? '"$ZOE_WORK_DIR"' : quoted(directory)}`,
    ...folder(job, directory),
    ...files(job),
    `run() { ${interpreter.map(quoted).join(" ")} "$slurm/slurm_script" "$@" <"$in"; }`,
    ...redirected(job),
    `code=$?`,
    `[ ! -f "$out" ] || tail -c ${SHOWN_BYTES} "$out"`,
    `[ "$err" = "$out" ] || [ ! -f "$err" ] || tail -c ${SHOWN_BYTES} "$err" >&2`,
    `exit $code`,
  ].join("\n");
}

const OWN_NODE = [
  `export SLURMD_NODENAME=$(uname -n)`,
  `export SLURM_JOB_NODELIST=$SLURMD_NODENAME SLURM_NODELIST=$SLURMD_NODENAME`,
];
/** The engine names them. */
const GANG_NODES = [
  `export SLURM_NODELIST=$SLURM_JOB_NODELIST SLURMD_NODENAME=\${SLURM_JOB_NODELIST%%,*}`,
];

function arrayLines({ ids }: ArrayTasks): string[] {
  return [
    `export SLURM_ARRAY_JOB_ID=$first`,
    `SLURM_ARRAY_TASK_ID=$(${nthOf(ids)}) && export SLURM_ARRAY_TASK_ID`,
  ];
}

/**
 * The script as it is run. A shell that begins as a login shell may set PATH anew, and lose srun: it finds it again on the first line,
 * which else is a comment.
 */
export function runnable(script: string, [program = "", ...options]: readonly string[]): string {
  const isShell = /(^|\/)(ba|da|k|z)?sh$/.test(program);
  if (!isShell || options.length === 0) return script;
  return script.replace(/^#![^\n]*/, () => 'export PATH="$ZOE_SLURM_BIN:$PATH"');
}

/** The number of the task that this instance is: by arithmetic where they lie evenly. */
function nthOf(ids: readonly number[]): string {
  const [first = 0, second = first + 1] = ids;
  const step = second - first;
  if (ids.every((id, at) => id === first + step * at))
    return `echo $((${first} + ${step} * ZOE_INSTANCE))`;
  return `set -- ${ids.join(" ")}; shift "$ZOE_INSTANCE"; echo "$1"`;
}

const SRUN = join(import.meta.dirname, "srun.sh");

function localSrun(): string[] {
  return [
    `mkdir -p "$slurm/bin" && cat >"$slurm/bin/srun" <<'END_OF_SRUN' && chmod 755 "$slurm/bin/srun"`,
    `${readFileSync(SRUN, "utf8")}END_OF_SRUN`,
    `export ZOE_SLURM_BIN=$slurm/bin`,
  ];
}

function folder({ chdir }: Job, directory: string | undefined): string[] {
  const wanted = chdir ?? directory;
  // An image may have a folder of its own, in which the job's files are not.
  if (wanted === undefined) return ['cd "$ZOE_WORK_DIR"'];
  return [`cd ${quoted(wanted)} || { echo "slurmstepd: error: couldn't chdir" >&2; exit 1; }`];
}

function files({ output, error, input, array }: Job): string[] {
  const usual = array === undefined ? "slurm-%j.out" : "slurm-%A_%a.out";
  return [
    `out=${shellWord(output ?? usual)}`,
    `err=${error === undefined ? '"$out"' : shellWord(error)}`,
    `in=${input === undefined ? "/dev/null" : shellWord(input)}`,
  ];
}

/** Two ways to one file must not write over each other. */
function redirected({ openMode }: Job): string[] {
  const to = openMode === "append" ? ">>" : ">";
  return [
    `if [ "$err" = "$out" ]; then run "$@" ${to}"$out" 2>&1`,
    `else run "$@" ${to}"$out" 2${to}"$err"; fi`,
  ];
}
