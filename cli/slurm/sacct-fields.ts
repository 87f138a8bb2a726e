// What sacct can show: of a job, and of the step that its script is. What was really used stands with the step, as in Slurm.
import type { Field, Fields } from "./columns.ts";
import { kibText } from "./memory.ts";
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
import { CLUSTER } from "./variables.ts";

export interface SacctRow {
  readonly job: JobRecord;
  /** `batch`: the script of the job, as a step of it. */
  readonly step?: "batch";
  /** Of --units. */
  readonly unit?: string;
}

const field = (title: string, of: Field<SacctRow>["of"]): Field<SacctRow> => ({ title, of });
/** Of the job alone. */
const ofJob = (title: string, of: (job: JobRecord, now: number) => string) =>
  field(title, ({ job, step }, now) => (step === undefined ? of(job, now) : ""));
const ofBoth = (title: string, of: (job: JobRecord, now: number) => string) =>
  field(title, ({ job }, now) => of(job, now));
/** Of the step alone. */
const ofStep = (title: string, of: (row: SacctRow) => string) =>
  field(title, (row) => (row.step === undefined ? "" : of(row)));

const stamp = (at: number | undefined) => (at === undefined ? "Unknown" : stampOf(at));
const withStep = (id: string, step: string | undefined) =>
  step === undefined ? id : `${id}.${step}`;
const cpuSeconds = ({ used }: JobRecord) => used?.cpuSeconds ?? 0;
const cpuTime = (job: JobRecord, now: number) => elapsedOf(job, now) * cpusOf(job);

/** `00:01.250` below an hour, as sacct has it. */
function cpuSpan(seconds: number): string {
  if (seconds >= 3600) return spanOf(seconds);
  const millis = String(Math.round((seconds % 1) * 1000) % 1000).padStart(3, "0");
  return `${spanOf(seconds).slice(3)}.${millis}`;
}

function tres(job: JobRecord): string {
  const { labels } = job;
  const nodes = Number(labels.nodes ?? 1);
  const parts = [`billing=${cpusOf(job)}`, `cpu=${cpusOf(job)}`];
  if (labels.gpus !== undefined) parts.push(`gres/gpu=${labels.gpus}`);
  return [...parts, `mem=${labels.memory ?? "0"}`, `node=${nodes}`].join(",");
}

export const SACCT_FIELDS: Fields<SacctRow> = {
  JobID: field("JobID", ({ job, step }) => withStep(job.id, step)),
  JobIDRaw: field("JobIDRaw", ({ job, step }) => withStep(String(job.raw), step)),
  JobName: field("JobName", ({ job, step }) => step ?? job.row.name),
  User: ofJob("User", ({ row }) => row.user),
  Account: ofBoth("Account", accountOf),
  Partition: ofJob("Partition", partitionOf),
  Cluster: ofBoth("Cluster", () => CLUSTER),
  State: ofBoth("State", ({ state }) => (state === "CONFIGURING" ? "PENDING" : state)),
  ExitCode: ofBoth("ExitCode", ({ outcome }) => exitCode(outcome)),
  DerivedExitCode: ofJob("DerivedExitCode", () => "0:0"),
  Reason: ofJob("Reason", ({ reason }) => reason),
  Submit: ofBoth("Submit", ({ row }) => stampOf(row.createdAt)),
  Eligible: ofBoth("Eligible", ({ row }) => stampOf(row.createdAt)),
  Start: ofBoth("Start", ({ startedAt }) => stamp(startedAt)),
  End: ofBoth("End", ({ endedAt }) => stamp(endedAt)),
  Elapsed: ofBoth("Elapsed", (job, now) => spanOf(elapsedOf(job, now))),
  ElapsedRaw: ofBoth("ElapsedRaw", (job, now) => String(Math.floor(elapsedOf(job, now)))),
  Timelimit: ofJob("Timelimit", (job) => {
    const limit = limitOf(job);
    return limit === undefined ? "UNLIMITED" : spanOf(limit);
  }),
  TimelimitRaw: ofJob("TimelimitRaw", (job) => {
    const limit = limitOf(job);
    return limit === undefined ? "UNLIMITED" : String(Math.ceil(limit / 60));
  }),
  CPUTime: ofBoth("CPUTime", (job, now) => spanOf(cpuTime(job, now))),
  CPUTimeRAW: ofBoth("CPUTimeRAW", (job, now) => String(Math.floor(cpuTime(job, now)))),
  TotalCPU: ofBoth("TotalCPU", (job) => cpuSpan(cpuSeconds(job))),
  AveCPU: ofStep("AveCPU", ({ job }) => spanOf(cpuSeconds(job))),
  MaxRSS: ofStep("MaxRSS", rss),
  AveRSS: ofStep("AveRSS", rss),
  AllocCPUS: ofBoth("AllocCPUS", (job) => String(cpusOf(job))),
  NCPUS: ofBoth("NCPUS", (job) => String(cpusOf(job))),
  ReqCPUS: ofBoth("ReqCPUS", (job) => String(cpusOf(job))),
  AllocNodes: ofBoth("AllocNodes", ({ labels }) => labels.nodes ?? "1"),
  NNodes: ofBoth("NNodes", ({ labels }) => labels.nodes ?? "1"),
  ReqNodes: ofBoth("ReqNodes", ({ labels }) => labels.nodes ?? "1"),
  NTasks: ofStep("NTasks", () => "1"),
  ReqMem: ofJob("ReqMem", ({ labels }) => labels.memory ?? "0"),
  AllocTRES: ofBoth("AllocTRES", tres),
  ReqTRES: ofJob("ReqTRES", tres),
  NodeList: ofBoth("NodeList", (job) => nodeListOf(job) || "None assigned"),
  Priority: ofJob("Priority", ({ row }) => String(row.priority)),
  QOS: ofJob("QOS", () => "normal"),
  Comment: ofJob("Comment", ({ labels }) => labels.comment ?? ""),
  WorkDir: ofJob("WorkDir", ({ labels }) => labels.directory ?? ""),
  SubmitLine: ofJob("SubmitLine", ({ labels }) => `sbatch ${labels.command ?? ""}`),
};

function rss({ job: { used }, unit }: SacctRow): string {
  return used === undefined ? "" : kibText(used.peakMemoryMib, unit);
}

/** Where sacct has another width than 10. */
export const SACCT_WIDTHS: Readonly<Record<string, number>> = {
  ...{ JobID: 12, JobIDRaw: 12, ExitCode: 8, DerivedExitCode: 15, User: 9, Submit: 19 },
  ...{ Eligible: 19, Start: 19, End: 19, ElapsedRaw: 10, NNodes: 8, NTasks: 8, NodeList: 15 },
  ...{ WorkDir: 20, Comment: 14, SubmitLine: 20, Reason: 22, TimelimitRaw: 12 },
};
