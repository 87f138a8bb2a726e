// What `scontrol show job` and `show hostnames` say. Pure.
import {
  accountOf,
  cpusOf,
  elapsedOf,
  type JobRecord,
  limitOf,
  nodeListOf,
  partitionOf,
} from "./record.ts";
import { exitCode } from "./state.ts";
import { spanOf, stampOf } from "./time.ts";

const stamp = (at: number | undefined) => (at === undefined ? "Unknown" : stampOf(at));

/** Lines of `Name=value` pairs, as scripts take them apart. */
export function jobLines(job: JobRecord, now: number): string[] {
  const { row, array, state } = job;
  const labels = { ...USUAL, ...job.labels };
  const tasks = array === undefined ? "" : ` ArrayJobId=${array.job} ArrayTaskId=${array.task}`;
  const gpus = job.labels.gpus === undefined ? "" : ` TresPerNode=gres/gpu:${job.labels.gpus}`;
  const nodes = nodeListOf(job) || NONE;
  return [
    `JobId=${job.raw}${tasks} JobName=${row.name}`,
    `   UserId=${row.user} Account=${accountOf(job)} Priority=${row.priority} QOS=normal`,
    `   JobState=${state} Reason=${job.reason} Dependency=${state === "PENDING" ? labels.dependency : NONE}`,
    `   Requeue=1 Restarts=${row.round - 1} BatchFlag=1 Reboot=0 ExitCode=${exitCode(job.outcome)}`,
    ...timeLines(job, now),
    `   Partition=${partitionOf(job)}`,
    `   NodeList=${nodes} BatchHost=${nodes}`,
    `   NumNodes=${labels.nodes} NumCPUs=${cpusOf(job)} NumTasks=${labels.tasks} CPUs/Task=${labels["cpus-per-task"]}`,
    `   MinMemoryNode=${labels.memory}${gpus}`,
    `   Command=${labels.command}`,
    `   WorkDir=${labels.directory}`,
    `   StdErr=${fileOf(job, job.labels.error ?? job.labels.output)}`,
    `   StdIn=/dev/null`,
    `   StdOut=${fileOf(job, job.labels.output)}`,
    `   Comment=${labels.comment} ZoeExecution=${row.id}`,
  ];
}

const NONE = "(null)";
const USUAL = {
  ...{ nodes: "1", tasks: "1", "cpus-per-task": "1", memory: "0" },
  ...{ command: NONE, directory: NONE, dependency: NONE, comment: NONE },
} as const;

function timeLines(job: JobRecord, now: number): string[] {
  const { row, startedAt, endedAt } = job;
  const limit = limitOf(job);
  const due = startedAt === undefined || limit === undefined ? undefined : startedAt + limit * 1000;
  const shown = limit === undefined ? "UNLIMITED" : spanOf(limit);
  return [
    `   RunTime=${spanOf(elapsedOf(job, now))} TimeLimit=${shown} TimeMin=N/A`,
    `   SubmitTime=${stampOf(row.createdAt)} EligibleTime=${stampOf(row.createdAt)}`,
    `   StartTime=${stamp(startedAt)} EndTime=${stamp(endedAt ?? due)} Deadline=N/A`,
  ];
}

/** Its file, as far as it is known here. */
function fileOf({ raw, array, row, labels }: JobRecord, pattern: string | undefined): string {
  const usual = array === undefined ? "slurm-%j.out" : "slurm-%A_%a.out";
  const values: Readonly<Record<string, string>> = {
    ...{ j: String(raw), J: String(raw), A: String(array?.job ?? raw), a: array?.task ?? "" },
    ...{ x: row.name, u: row.user, "%": "%" },
  };
  const name = (pattern ?? usual).replace(
    /%(\d*)(.)/g,
    (whole, width: string, letter: string) => values[letter]?.padStart(Number(width), "0") ?? whole,
  );
  return name.startsWith("/") || labels.directory === undefined
    ? name
    : `${labels.directory}/${name}`;
}

/** `node[1-3,07],gpu1` one by one. */
export function hostNames(list: string): string[] {
  const parts = list.match(/[^,[\]]*(?:\[[^\]]*\])?[^,[\]]*/g) ?? [];
  return parts.filter((part) => part !== "").flatMap(expand);
}

function expand(part: string): string[] {
  const match = /^([^[]*)\[([^\]]*)\](.*)$/.exec(part);
  if (match === null) return [part];
  const [, begin = "", ranges = "", end = ""] = match;
  return ranges.split(",").flatMap((range) => {
    const [from = "", to = from] = range.split("-");
    const numbers: string[] = [];
    for (let number = Number(from); number <= Number(to); number++)
      numbers.push(`${begin}${String(number).padStart(from.length, "0")}${end}`);
    return numbers;
  });
}

/** The other way round: names that differ in their last number alone. */
export function hostList(names: readonly string[]): string {
  const groups = Map.groupBy(names, (name) => name.replace(/\d+$/, ""));
  return [...groups]
    .map(([begin, members]) => {
      const numbers = members.map((name) => name.slice(begin.length));
      return members.length === 1 ? members[0] : `${begin}[${numbers.join(",")}]`;
    })
    .join(",");
}
