// The double's Batch: jobs of containers, arrays and nodes, with the manners that make launching hard. How one job lives is batch/job.ts.
//
// Facts are from the Batch API reference (each operation's page) and user guide: job states, array jobs, multi-node parallel jobs, job
// timeouts, automated retries, service quotas, and the guide's page of events; that overrides which are too long fail the job, not the
// call, from issues of Metaflow and HyP3. Not here: compute environments, EKS, dependencies, consumable resources, quota shares.
import { randomUUID } from "node:crypto";
import * as sdk from "@aws-sdk/client-batch";
import { JobDefinitions, rangeOf, refused } from "./batch/definitions.ts";
import { BatchJob, type JobParts } from "./batch/job.ts";
import { Bucket } from "./bucket.ts";
import type { Clock } from "./clock.ts";
import { modelOf, offline } from "./model.ts";
import { AwsError, type CallContext, type Service } from "./service.ts";
import { allSucceed, type BridgeEvent, type Cast } from "./stage.ts";

export interface BatchOptions {
  readonly clock: Clock;
  /** Names; each has a fair-share policy. */
  readonly queues: readonly string[];
  readonly cast?: Cast;
  readonly onEvent?: (event: BridgeEvent) => void;
  readonly isRoleReady?: (arn: string) => boolean;
  readonly hasRoom?: (input: sdk.SubmitJobCommandInput) => boolean;
  readonly startMs?: number;
  /** Describe and list show a job only so long after. */
  readonly lagMs?: number;
}

export interface Batch {
  readonly service: Service;
  /** For tests that look: every job that was ever submitted, without children and nodes. */
  readonly jobs: readonly BatchJob[];
  find(id: string): BatchJob | undefined;
}

/** "Job size must be less than 30 KiB." */
const MOST_BYTES = 30 * 1024;
const MOST_IDS = 100;
/** Terminal jobs are kept for at least seven days. */
const REMEMBERED_MS = 7 * 24 * 3_600_000;

export function batch(options: BatchOptions): Batch {
  const state = new State(options);
  return {
    ...{ jobs: state.jobs, find: (id: string) => state.find(id) },
    service: {
      name: "batch",
      model: modelOf(sdk, new sdk.BatchClient(offline)),
      throttle: { code: "TooManyRequestsException", status: 429 },
      operations: { ...definitionOperations(state), ...jobOperations(state) },
    },
  };
}

class State {
  readonly options: BatchOptions;
  readonly definitions = new JobDefinitions();
  readonly jobs: BatchJob[] = [];
  readonly #byId = new Map<string, BatchJob>();
  /** "SubmitJob: 50 transactions a second", for all of the account. */
  readonly submits: Bucket;

  constructor(options: BatchOptions) {
    this.options = options;
    this.submits = new Bucket(options.clock, 50, 50);
  }

  get parts(): JobParts {
    const { clock, cast = allSucceed, onEvent, startMs = 4000 } = this.options;
    return {
      ...{ clock, cast, startMs, emit: onEvent ?? (() => {}) },
      hasRoom: this.options.hasRoom ?? (() => true),
      isRoleReady: this.options.isRoleReady ?? (() => true),
    };
  }

  keep(job: BatchJob): BatchJob {
    this.#byId.set(job.id, job);
    return job;
  }

  find(id: string): BatchJob | undefined {
    return this.#byId.get(id);
  }

  isVisible({ createdAt, stoppedAt = Number.POSITIVE_INFINITY }: BatchJob, now: number): boolean {
    return createdAt + (this.options.lagMs ?? 0) <= now && now < stoppedAt + REMEMBERED_MS;
  }
}

function definitionOperations({ definitions }: State): Service["operations"] {
  return {
    RegisterJobDefinition(input: sdk.RegisterJobDefinitionCommandInput, context: CallContext) {
      const { jobDefinitionName, jobDefinitionArn, revision } = definitions.register(
        input,
        context,
      );
      return { jobDefinitionName, jobDefinitionArn, revision };
    },
    DescribeJobDefinitions(input: sdk.DescribeJobDefinitionsCommandInput) {
      const { jobDefinitions: names, jobDefinitionName: name, status } = input;
      return {
        jobDefinitions: definitions.describe({
          ...(names && { names }),
          ...(name !== undefined && { name }),
          ...(status !== undefined && { status }),
        }),
      };
    },
    /** The double's queues run jobs without hosts. */
    DescribeComputeEnvironments: () => ({ computeEnvironments: [] }),
    DeregisterJobDefinition(input: sdk.DeregisterJobDefinitionCommandInput) {
      definitions.deregister(input.jobDefinition ?? "");
      return {};
    },
  };
}

function jobOperations(state: State): Service["operations"] {
  return {
    SubmitJob: (input: sdk.SubmitJobCommandInput, context: CallContext) =>
      submit(state, input, context),
    /** Ids that are not known count as done. */
    TerminateJob({ jobId, reason }: sdk.TerminateJobCommandInput) {
      state.find(jobId ?? "")?.terminate(reason ?? "");
      return {};
    },
    /** Jobs that start or run go on, and the call succeeds all the same. */
    CancelJob({ jobId, reason }: sdk.CancelJobCommandInput) {
      state.find(jobId ?? "")?.cancel(reason ?? "");
      return {};
    },
    DescribeJobs(input: sdk.DescribeJobsCommandInput, context: CallContext) {
      const ids = input.jobs ?? [];
      if (ids.length > MOST_IDS) throw refused("At most 100 jobs a call");
      const found = ids.flatMap((id) => state.find(id) ?? []);
      const visible = found.filter((job) => state.isVisible(job, context.now));
      return { jobs: visible.map((job) => job.describe()) };
    },
    ListJobs: (input: sdk.ListJobsCommandInput, context: CallContext) =>
      list(state, input, context.now),
  };
}

function submit(state: State, input: sdk.SubmitJobCommandInput, context: CallContext) {
  if (!state.submits.take())
    throw new AwsError("TooManyRequestsException", "Too Many Requests", { status: 429 });
  const definition = state.definitions.find(input.jobDefinition ?? "");
  checkSubmit(state, input, definition);
  const id = randomUUID();
  const parts = state.parts;
  const size = input.arrayProperties?.size;
  const nodes = definition.type === "multinode" ? nodesOf(input, definition) : 0;
  const job = state.keep(
    new BatchJob(parts, input, definition, context, { id, part: { kind: "whole" } }),
  );
  const part = (place: ConstructorParameters<typeof BatchJob>[4]) =>
    job.children.push(state.keep(new BatchJob(parts, input, definition, context, place)));
  for (let index = 0; index < (size ?? 0); index++)
    part({ id: `${id}:${index}`, part: { kind: "child", index }, onChange: () => sumUp(job) });
  for (let index = 1; index < nodes; index++)
    part({ id: `${id}#${index}`, part: { kind: "node", index, nodes } });
  state.jobs.push(job);
  job.begin();
  return { jobArn: job.arn(), jobName: job.name, jobId: id };
}

/** The parent of an array ends when all its children have, and fails if one has. */
function sumUp(parent: BatchJob): void {
  if (!parent.children.every(({ isOver }) => isOver)) return;
  const isFailed = parent.children.some(({ status }) => status === "FAILED");
  if (isFailed) parent.move("FAILED", "Array Child Job failed");
  else parent.move("SUCCEEDED");
}

function checkSubmit(
  { options }: State,
  input: sdk.SubmitJobCommandInput,
  definition: sdk.JobDefinition,
): void {
  const { jobName = "", jobQueue = "", shareIdentifier, arrayProperties, timeout } = input;
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/.test(jobName)) throw refused("Invalid jobName");
  if (!options.queues.includes(jobQueue.split("/").at(-1) ?? ""))
    throw refused(`Job queue ${jobQueue} does not exist`);
  if (shareIdentifier === undefined)
    throw refused("shareIdentifier must be specified. (jobQueue has a scheduling policy)");
  if (!/^[A-Za-z0-9]{1,255}\*?$/.test(shareIdentifier)) throw refused("Invalid shareIdentifier");
  const size = arrayProperties?.size ?? 2;
  if (size < 2 || size > 10_000) throw refused("Array size must be between 2 and 10000");
  if ((timeout?.attemptDurationSeconds ?? 60) < 60)
    throw refused("Timeout must be at least 60 seconds");
  const length = JSON.stringify(input).length;
  if (length > MOST_BYTES)
    throw refused(`Job size must be less than 30 KiB, got ${Math.ceil(length / 1024)} KiB`);
  const isNodes = definition.type === "multinode";
  if (isNodes && (arrayProperties || input.ecsPropertiesOverride))
    throw refused("Multi-node jobs take nodeOverrides, and are no arrays");
  if (!isNodes && input.nodeOverrides) throw refused("nodeOverrides are for multi-node jobs");
}

function nodesOf(
  { nodeOverrides }: sdk.SubmitJobCommandInput,
  definition: sdk.JobDefinition,
): number {
  const { numNodes = 1, mainNode = 0, nodeRangeProperties = [] } = definition.nodeProperties ?? {};
  const wanted = nodeOverrides?.numNodes ?? numNodes;
  if (wanted === numNodes) return wanted;
  const open = nodeRangeProperties
    .map(({ targetNodes = "" }) => rangeOf(targetNodes, numNodes))
    .filter(({ isOpen }) => isOpen);
  if (open.length === 0) throw refused("numNodes can be overridden only with an open node range");
  if (open.some(({ from }) => from >= wanted)) throw refused("A node range begins beyond numNodes");
  if (mainNode >= wanted) throw refused("mainNode must be fewer than numNodes");
  return wanted;
}

function list(state: State, input: sdk.ListJobsCommandInput, now: number) {
  const { filters = [], arrayJobId, jobStatus, maxResults = MOST_IDS, nextToken } = input;
  if (filters.length > 1) throw refused("One filter at a time");
  const candidates =
    arrayJobId === undefined ? state.jobs : (state.find(arrayJobId)?.children ?? []);
  const chosen = candidates
    .filter((job) => state.isVisible(job, now))
    .filter((job) => arrayJobId !== undefined || isIn(job, input.jobQueue))
    .filter((job) =>
      filters[0] ? fits(job, filters[0]) : job.status === (jobStatus ?? "RUNNING"),
    );
  const from = Number(nextToken ?? 0);
  const page = chosen.slice(from, from + Math.min(maxResults, MOST_IDS));
  const next = from + page.length < chosen.length ? String(from + page.length) : undefined;
  return { jobSummaryList: page.map(summary), nextToken: next };
}

function isIn({ input }: BatchJob, queue: string | undefined): boolean {
  return input.jobQueue?.split("/").at(-1) === queue?.split("/").at(-1);
}

/** Names are compared without regard to case; `*` at the end matches any. */
function fits(job: BatchJob, { name, values = [] }: sdk.KeyValuesPair): boolean {
  const value = values[0]?.toLowerCase() ?? "";
  switch (name) {
    case "JOB_NAME": {
      const own = job.name.toLowerCase();
      return value.endsWith("*") ? own.startsWith(value.slice(0, -1)) : own === value;
    }
    case "AFTER_CREATED_AT":
      return job.createdAt > Number(value);
    case "BEFORE_CREATED_AT":
      return job.createdAt < Number(value);
    default:
      throw new AwsError("NotImplemented", `The double filters by no ${name}.`, { status: 501 });
  }
}

function summary(job: BatchJob): sdk.JobSummary {
  const { jobId, jobArn, jobName, createdAt, status, statusReason, startedAt, stoppedAt, ...more } =
    job.describe();
  const numNodes = more.nodeProperties?.numNodes;
  return {
    ...{ jobId, jobArn, jobName, createdAt, status, statusReason, startedAt, stoppedAt },
    ...{ isCancelled: job.isCancelled, isTerminated: job.isTerminated },
    ...(numNodes !== undefined && { nodeProperties: { numNodes } }),
  };
}
