// What squeue can show of a job: by letter for -o, by name for -O.
import type { Field, Fields } from "./columns.ts";
import {
  accountOf,
  cpusOf,
  elapsedOf,
  type JobRecord,
  limitOf,
  nodeListOf,
  partitionOf,
} from "./record.ts";
import { exitCode, STATES } from "./state.ts";
import { spanOf, stampOf } from "./time.ts";

const field = (title: string, of: Field<JobRecord>["of"]): Field<JobRecord> => ({ title, of });

const fields = {
  id: field("JOBID", ({ id }) => id),
  raw: field("JOBID", ({ raw }) => String(raw)),
  arrayJob: field("ARRAY_JOB_ID", ({ array, raw }) => String(array?.job ?? raw)),
  arrayTask: field("ARRAY_TASK_ID", ({ array }) => array?.task ?? "N/A"),
  name: field("NAME", ({ row }) => row.name),
  user: field("USER", ({ row }) => row.user),
  account: field("ACCOUNT", accountOf),
  partition: field("PARTITION", partitionOf),
  short: field("ST", ({ state }) => STATES[state]),
  state: field("STATE", ({ state }) => state),
  reason: field("REASON", ({ reason }) => reason),
  where: field("NODELIST(REASON)", (job) =>
    job.state === "PENDING" || job.endedAt !== undefined ? `(${job.reason})` : nodeListOf(job),
  ),
  used: field("TIME", (job, now) => spanOf(elapsedOf(job, now), true)),
  limit: field("TIME_LIMIT", (job) => {
    const limit = limitOf(job);
    return limit === undefined ? "UNLIMITED" : spanOf(limit, true);
  }),
  left: field("TIME_LEFT", (job, now) => {
    const limit = limitOf(job);
    return limit === undefined ? "UNLIMITED" : spanOf(limit - elapsedOf(job, now), true);
  }),
  nodes: field("NODES", ({ labels }) => labels.nodes ?? "1"),
  cpus: field("CPUS", (job) => String(cpusOf(job))),
  tasks: field("TASKS", ({ labels }) => labels.tasks ?? "1"),
  cpusPerTask: field("MIN_CPUS", ({ labels }) => labels["cpus-per-task"] ?? "1"),
  memory: field("MIN_MEMORY", ({ labels }) => labels.memory ?? "0"),
  gpus: field("TRES_PER_NODE", ({ labels }) =>
    labels.gpus === undefined ? "N/A" : `gres/gpu:${labels.gpus}`,
  ),
  start: field("START_TIME", ({ startedAt }) => stamp(startedAt)),
  end: field("END_TIME", (job) => stamp(job.endedAt ?? endAt(job))),
  submit: field("SUBMIT_TIME", ({ row }) => stampOf(row.createdAt)),
  nodeList: field("NODELIST", nodeListOf),
  directory: field("WORK_DIR", ({ labels }) => labels.directory ?? "(null)"),
  command: field("COMMAND", ({ labels }) => labels.command ?? "(null)"),
  comment: field("COMMENT", ({ labels }) => labels.comment ?? "(null)"),
  dependency: field("DEPENDENCY", ({ labels, state }) =>
    state === "PENDING" ? (labels.dependency ?? "(null)") : "(null)",
  ),
  priority: field("PRIORITY", ({ row }) => String(row.priority)),
  none: field("QOS", () => "normal"),
  exit: field("EXIT_CODE", ({ outcome }) => exitCode(outcome)),
} as const;

function stamp(at: number | undefined): string {
  return at === undefined ? "N/A" : stampOf(at);
}

/** When its time will be up. */
function endAt(job: JobRecord): number | undefined {
  const limit = limitOf(job);
  return job.startedAt === undefined || limit === undefined
    ? undefined
    : job.startedAt + limit * 1000;
}

export const SQUEUE_LETTERS: Fields<JobRecord> = {
  ...{ i: fields.id, A: fields.raw, F: fields.arrayJob, K: fields.arrayTask, j: fields.name },
  ...{ u: fields.user, a: fields.account, P: fields.partition, t: fields.short, T: fields.state },
  ...{ r: fields.reason, R: fields.where, M: fields.used, l: fields.limit, L: fields.left },
  ...{ D: fields.nodes, C: fields.cpus, c: fields.cpusPerTask, m: fields.memory, b: fields.gpus },
  ...{ S: fields.start, e: fields.end, V: fields.submit, N: fields.nodeList, B: fields.nodeList },
  ...{ Z: fields.directory, o: fields.command, k: fields.comment, E: fields.dependency },
  ...{ Q: fields.priority, p: fields.priority, q: fields.none },
};

export const SQUEUE_NAMES: Fields<JobRecord> = {
  ...{ JobID: fields.raw, JobArrayID: fields.id, ArrayJobID: fields.arrayJob },
  ...{ ArrayTaskID: fields.arrayTask, Name: fields.name, UserName: fields.user },
  ...{ Account: fields.account, Partition: fields.partition, State: fields.state },
  ...{ StateCompact: fields.short, Reason: fields.reason, ReasonList: fields.where },
  ...{ TimeUsed: fields.used, TimeLimit: fields.limit, TimeLeft: fields.left },
  ...{ NumNodes: fields.nodes, NumCPUs: fields.cpus, NumTasks: fields.tasks },
  ...{ "cpus-per-task": fields.cpusPerTask, MinMemory: fields.memory },
  ...{ "tres-per-node": fields.gpus, Gres: fields.gpus, StartTime: fields.start },
  ...{ EndTime: fields.end, SubmitTime: fields.submit, NodeList: fields.nodeList },
  ...{ BatchHost: fields.nodeList, WorkDir: fields.directory, Command: fields.command },
  ...{ Comment: fields.comment, Dependency: fields.dependency, PriorityLong: fields.priority },
  ...{ Priority: fields.priority, QOS: fields.none, exit_code: fields.exit },
};
