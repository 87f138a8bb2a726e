// What squeue, sacct and scontrol tell of a job beside what every execution has, kept as its labels.
import { memoryText } from "./memory.ts";
import type { Batch } from "./script.ts";

const LONGEST = 255;

/** What is too long for a label is left out, and then not shown. */
export function labelsOf(batch: Batch, directory: string | undefined): Record<string, string> {
  const { job, command } = batch;
  const { nodes, tasks, cpusPerTask, cpusPerNode, timeSeconds } = job;
  const labels: Record<string, string | undefined> = {
    nodes: String(nodes),
    tasks: String(tasks),
    cpus: String(cpusPerNode * nodes),
    "cpus-per-task": String(cpusPerTask),
    memory: memoryText(job.memoryMib),
    gpus: job.gpusPerNode > 0 ? String(job.gpusPerNode * nodes) : undefined,
    time: timeSeconds === undefined ? undefined : String(timeSeconds),
    array: job.array?.text,
    "at-once": job.array?.atOnce === undefined ? undefined : String(job.array.atOnce),
    account: job.account,
    partition: job.partition,
    comment: job.comment,
    command,
    dependency: job.dependency,
    directory,
    output: job.output,
    error: job.error,
  };
  return Object.fromEntries(
    Object.entries(labels).flatMap(([name, value]) =>
      value === undefined || value === "" || value.length > LONGEST
        ? []
        : [[`slurm/${name}`, value.replaceAll(/\p{Cc}/gu, " ")]],
    ),
  );
}

export type JobLabels = Readonly<Record<string, string | undefined>>;

/** Without their prefix. */
export function readLabels(labels: Readonly<Record<string, string>>): JobLabels {
  return Object.fromEntries(
    Object.entries(labels).flatMap(([name, value]) =>
      name.startsWith("slurm/") ? [[name.slice("slurm/".length), value]] : [],
    ),
  );
}
