// A batch job as a submission of Zoe: a `once`, an `array` or a `gang`, with the labels by which squeue and its like tell it again (labels.ts).
import { literal } from "#cli/run/points.ts";
import type { WrittenSubmission } from "#shared/submission.ts";
import { exportedOf } from "./export.ts";
import { SlurmError } from "./fault.ts";
import { isGang, type Job } from "./job.ts";
import { labelsOf } from "./labels.ts";
import type { Batch } from "./script.ts";
import { type Submitter, slurmVariables } from "./variables.ts";
import { ENVIRONMENT_FILE, SCRIPT_FILE, wrapperOf } from "./wrapper.ts";

/**
 * here: the job runs on the submitter's own machine, in the submit directory, and sees his files. away: it runs in an image somewhere, in a
 * folder of its own; what it leaves there is kept, and fetched.
 */
export type Where = { readonly kind: "here" } | { readonly kind: "away"; readonly image: string };

export interface Uploads {
  readonly script: string;
  readonly environment?: string;
}

export interface Described {
  readonly batch: Batch;
  readonly by: Submitter;
  readonly where: Where;
  readonly uploads: Uploads;
  /** The engine, unless the job names another partition. */
  readonly engine: string;
}

const LONGEST_NAME = 100;
export const JOB_SERVICE = "job";

export function nameOf({ job, usualName }: Batch): string {
  return (job.name ?? usualName).slice(0, LONGEST_NAME);
}

export function submissionOf(described: Described): WrittenSubmission {
  const { batch, by, where } = described;
  const { job } = batch;
  const directory = where.kind === "here" ? (job.chdir ?? by.directory) : undefined;
  return {
    name: nameOf(batch),
    labels: labelsOf(batch, directory),
    numbers: job.array?.ids.length ?? 1,
    description: {
      version: 4,
      name: "sbatch",
      title: "A batch job",
      services: [{ name: JOB_SERVICE, ...runOf(job), ...programOf(described), ...limitsOf(job) }],
    },
  };
}

function runOf(job: Job): object {
  const { array, nodes, tasks } = job;
  if (array !== undefined) {
    const { ids, atOnce } = array;
    return { run: "array", count: ids.length, ...(atOnce !== undefined && { atOnce }) };
  }
  return isGang(job) ? { run: "gang", nodes, ranks: tasks } : { run: "once" };
}

function programOf({ batch, by, where, uploads, engine }: Described): object {
  const { job, interpreter, args } = batch;
  const here = where.kind === "here";
  const variables = slurmVariables(job, {
    name: nameOf(batch),
    by,
    partition: job.partition ?? engine,
  });
  const wrapper = wrapperOf({
    ...{ job, interpreter, variables },
    directory: here ? by.directory : undefined,
    hasEnvironment: uploads.environment !== undefined,
  });
  const { environment } = uploads;
  return {
    ...(here ? { program: "." } : { image: where.image, outputs: [{ path: "**" }] }),
    command: ["/bin/sh", "-c", literal(wrapper), "slurm_script", ...args.map(literal)],
    environment: { SLURM_JOB_ID: `\${execution.number}` },
    inputs: [
      { from: uploads.script, to: SCRIPT_FILE },
      ...(environment === undefined ? [] : [{ from: environment, to: ENVIRONMENT_FILE }]),
    ],
  };
}

function limitsOf({ cpusPerNode, memoryMib, gpusPerNode, timeSeconds, isRequeued }: Job): object {
  return {
    resources: {
      cpu: cpusPerNode,
      memory: `${memoryMib}MiB`,
      ...(gpusPerNode > 0 && { gpu: gpusPerNode }),
    },
    ...(timeSeconds !== undefined && { maxTime: `${timeSeconds}s` }),
    ...(isRequeued === false && { retry: { attempts: 1 } }),
  };
}

/** What a job that runs elsewhere can't have, by name. */
export function demandAway({ job }: Batch): void {
  if (job.chdir === undefined) return;
  throw new SlurmError([
    `--chdir=${job.chdir}: the job runs in an image, which has a folder of its own and none of yours`,
  ]);
}

/** `all`: what --export=ALL carries along, which is of no use in an image. */
export function exportsOf(
  { job }: Batch,
  where: Where,
  environment: Readonly<Record<string, string | undefined>>,
) {
  return exportedOf(job.export, environment, where.kind === "here" ? "everything" : "nothing");
}
