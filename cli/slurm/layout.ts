// How a job's tasks lie on its nodes: `-N`, `-n`, `--ntasks-per-node`, `-c`.
import { type Reader, Refusal } from "./reader.ts";

export interface Layout {
  readonly nodes: number;
  readonly tasks: number;
  readonly tasksPerNode: number;
  readonly cpusPerTask: number;
  readonly cpusPerNode: number;
  /** Said in so many words: Slurm sets SLURM_NTASKS and its like only then. */
  readonly saysTasks: boolean;
  readonly saysCpus: boolean;
}

export function layoutOf(reader: Reader): Layout {
  const perNode = reader.count("ntasks-per-node") ?? reader.count("tasks-per-node");
  const said = reader.count("ntasks");
  const nodes = reader.read("nodes", nodesOf) ?? nodesFor(said, perNode);
  const tasks = said ?? nodes * (perNode ?? 1);
  if (tasks < nodes)
    reader.refuse(
      "nodes",
      `can't run ${tasks} ${tasks === 1 ? "task" : "tasks"} on ${nodes} nodes`,
    );
  if (perNode !== undefined && tasks > perNode * nodes)
    reader.refuse("ntasks", `${nodes} nodes with ${perNode} tasks each hold fewer than ${tasks}`);
  const cpus = reader.count("cpus-per-task");
  const tasksPerNode = Math.ceil(tasks / nodes);
  const cpusPerTask = cpus ?? 1;
  return {
    ...{ nodes, tasks, tasksPerNode, cpusPerTask, cpusPerNode: tasksPerNode * cpusPerTask },
    ...{ saysTasks: said !== undefined || perNode !== undefined, saysCpus: cpus !== undefined },
  };
}

function nodesFor(tasks: number | undefined, perNode: number | undefined): number {
  return tasks === undefined || perNode === undefined ? 1 : Math.ceil(tasks / perNode);
}

/** `2-4` is content with 2. */
function nodesOf(value: string): number | Refusal {
  const match = /^([1-9]\d*)(?:-([1-9]\d*))?$/.exec(value);
  if (match === null || Number(match[2] ?? match[1]) < Number(match[1]))
    return new Refusal("wanted a number of nodes, such as 4 or 2-4");
  return Number(match[1]);
}
