// The environment that Slurm gives a job, as far as it is known when the job is submitted; wrapper.ts adds what only its machine knows.
import type { Job } from "./job.ts";
import { USUAL_MIB_PER_CPU } from "./job.ts";

export interface Submitter {
  readonly user: string;
  readonly host: string;
  readonly directory: string;
}

/** The name that Zoe's cluster and its only partition have where one is asked for. */
export const CLUSTER = "zoe";

export function slurmVariables(
  job: Job,
  { name, by, partition }: { name: string; by: Submitter; partition: string },
): Record<string, string> {
  return {
    ENVIRONMENT: "BATCH",
    SLURM_CLUSTER_NAME: CLUSTER,
    SLURM_JOB_NAME: name,
    SLURM_JOB_USER: by.user,
    SLURM_JOB_PARTITION: partition,
    SLURM_SUBMIT_HOST: by.host,
    ...sizes(job),
    ...memory(job),
    ...array(job),
    ...(job.account !== undefined && { SLURM_JOB_ACCOUNT: job.account }),
    ...(job.dependency !== undefined && { SLURM_JOB_DEPENDENCY: job.dependency }),
    ...(job.gpusPerNode > 0 && { SLURM_GPUS_ON_NODE: String(job.gpusPerNode) }),
  };
}

function sizes(job: Job): Record<string, string> {
  const { nodes, tasks, tasksPerNode, cpusPerTask, cpusPerNode } = job;
  return {
    SLURM_JOB_NUM_NODES: String(nodes),
    SLURM_NNODES: String(nodes),
    SLURM_TASKS_PER_NODE: tasksOfNodes(tasks, nodes),
    SLURM_CPUS_ON_NODE: String(cpusPerNode),
    SLURM_JOB_CPUS_PER_NODE: times(cpusPerNode, nodes),
    SLURM_NODEID: "0",
    SLURM_PROCID: "0",
    SLURM_LOCALID: "0",
    SLURM_NTASKS: String(tasks),
    SLURM_NPROCS: String(tasks),
    ...(job.saysTasks && { SLURM_NTASKS_PER_NODE: String(tasksPerNode) }),
    ...(job.saysCpus && { SLURM_CPUS_PER_TASK: String(cpusPerTask) }),
  };
}

function memory({ memoryMib, cpusPerNode }: Job): Record<string, string> {
  return memoryMib === USUAL_MIB_PER_CPU * cpusPerNode
    ? { SLURM_MEM_PER_CPU: String(USUAL_MIB_PER_CPU) }
    : { SLURM_MEM_PER_NODE: String(memoryMib) };
}

function array({ array: tasks }: Job): Record<string, string> {
  if (tasks === undefined) return {};
  const { ids } = tasks;
  const [first = 0, second] = ids;
  return {
    SLURM_ARRAY_TASK_COUNT: String(ids.length),
    SLURM_ARRAY_TASK_MIN: String(first),
    SLURM_ARRAY_TASK_MAX: String(ids.at(-1) ?? first),
    SLURM_ARRAY_TASK_STEP: String(second === undefined ? 1 : second - first),
  };
}

/** `4(x2)`. */
function times(each: number, nodes: number): string {
  return nodes === 1 ? String(each) : `${each}(x${nodes})`;
}

/** Seven tasks on four nodes are `2(x3),1`. */
export function tasksOfNodes(tasks: number, nodes: number): string {
  const [few, more] = [Math.floor(tasks / nodes), tasks % nodes];
  const parts = [...(more > 0 ? [times(few + 1, more)] : []), times(few, nodes - more)];
  return parts.join(",");
}
