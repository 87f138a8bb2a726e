// Batch: arrays, gangs, GPUs and what Fargate is too small for. SubmitJob has no token, so its client never tries again by itself (maxAttempts 1).
import {
  type BatchClient,
  DescribeJobsCommand,
  type JobStatus,
  ListJobsCommand,
  type ListJobsCommandInput,
  type RegisterJobDefinitionCommandInput,
  SubmitJobCommand,
  type SubmitJobCommandInput,
  TerminateJobCommand,
} from "@aws-sdk/client-batch";
import type { LaunchRequest } from "#functions/backend.ts";
import type { Bundle, BundleId } from "#functions/backends/bundle.ts";
import { jobName, readJobName } from "#functions/backends/bundle-name.ts";
import { canonical } from "#functions/backends/content-name.ts";
import { failureOf } from "#functions/backends/failure.ts";
import {
  type Composed,
  type Family,
  idAt,
  type Listed,
  type Resolved,
  type Sent,
  type Sight,
} from "#functions/backends/family.ts";
import type { Governor } from "#functions/backends/governor.ts";
import type { LaunchRecord } from "#functions/backends/launch-book.ts";
import { queueOf, type Site } from "#functions/backends/site.ts";
import type { Definitions } from "#functions/backends/task-roles.ts";
import { BATCH_QUEUES } from "#shared/aws-names.ts";
import type { Capabilities } from "#shared/pool.ts";
import { jobDefinition } from "./job-definition.ts";
import { shapeOf } from "./shape.ts";
import { BatchJobDetail, sightOf } from "./sight.ts";
import { MOST_CHILDREN, MOST_NODES, submitJob } from "./submit-job.ts";

export interface BatchFamilyParts {
  /** With `maxAttempts: 1`. */
  readonly client: BatchClient;
  readonly site: Site;
  readonly capabilities: Capabilities;
  readonly definitions: Definitions<RegisterJobDefinitionCommandInput>;
  readonly governor: Governor;
  readonly now: () => number;
}

/** What was submitted may be missing from lists for a while; when it is not there by then, it never was. */
const RECONCILE_MS = 60_000;
const MOST_DESCRIBED = 100;
const LIVE: readonly JobStatus[] = ["SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING"];

export class BatchFamily implements Family {
  readonly name = "batch";
  readonly capabilities: Capabilities;
  readonly #parts: BatchFamilyParts;

  constructor(parts: BatchFamilyParts) {
    this.#parts = parts;
    this.capabilities = parts.capabilities;
  }

  most({ service }: LaunchRequest): number {
    switch (service.run) {
      case "array":
      case "worker":
        return MOST_CHILDREN;
      case "gang":
        return MOST_NODES;
      case "once":
      case "forever":
        return 1;
    }
  }

  formOf({ requests: [{ gang }], size }: Bundle) {
    if (gang !== undefined) return "nodes";
    return size > 1 ? "array" : "job";
  }

  async compose(bundle: Bundle, taskRole: string, secret: string): Promise<Composed> {
    const [request] = bundle.requests;
    const { site, definitions } = this.#parts;
    if (request.gang !== undefined && request.gang.nodes !== bundle.size)
      return {
        kind: "later",
        reason: "Its nodes start together, and not all of them were asked for.",
      };
    const shape = shapeOf(request);
    if ("refusal" in shape) return { kind: "refused", reason: shape.refusal };
    const definition = jobDefinition(site, request, shape, taskRole);
    const registered = await definitions.arnOf(definition.jobDefinitionName, definition);
    if (registered.kind !== "ready") return registered;
    const made = submitJob(site, bundle, { jobDefinition: registered.arn, secret, shape });
    if ("refusal" in made) return { kind: "refused", reason: made.refusal };
    return { kind: "call", call: canonical(made.input), ...(made.file && { file: made.file }) };
  }

  async send(call: string): Promise<Sent> {
    const { client, governor } = this.#parts;
    await governor.turn();
    try {
      const input = JSON.parse(call) as SubmitJobCommandInput;
      const { jobId } = await client.send(new SubmitJobCommand(input));
      return { kind: "sent", ids: jobId === undefined ? [] : [jobId] };
    } catch (error) {
      const failure = failureOf(error);
      if (failure.kind === "throttled") governor.slowDown();
      return failure;
    }
  }

  /** By name, which is not unique, but ours is used once; and not too early. */
  async resolve(record: LaunchRecord): Promise<Resolved> {
    const [id] = await this.#named(record);
    if (id !== undefined) return { kind: "found", ids: [id] };
    const isOld = this.#parts.now() - record.at >= RECONCILE_MS;
    return { kind: isOld ? "absent" : "unknown" };
  }

  async sibling(record: LaunchRecord): Promise<readonly string[] | undefined> {
    const others = (await this.#named(record)).filter((id) => !record.ids.includes(id));
    return others.length > 0 ? others.slice(0, 1) : undefined;
  }

  async look(ids: readonly string[]): Promise<ReadonlyMap<string, Sight>> {
    const now = this.#parts.now();
    return new Map((await this.#describe(ids)).map((job) => [job.jobId, sightOf(job, now)]));
  }

  /** Terminating takes what has not started yet too. An array whose children are all to stop is stopped at once. */
  async stop(record: LaunchRecord, indices: readonly number[], text: string): Promise<void> {
    const whole = record.ids.length > 0 ? record.ids : await this.#named(record);
    const isAll = record.form !== "array" || new Set(indices).size === record.size;
    const parts = indices.flatMap((index) => idAt({ ...record, ids: whole }, index) ?? []);
    const ids = isAll ? whole : parts;
    const jobs = await this.#describe(ids);
    const stopping = new Set(
      jobs.filter(({ isTerminated }) => isTerminated).map(({ jobId }) => jobId),
    );
    for (const jobId of ids) {
      if (stopping.has(jobId)) continue;
      await this.#parts.governor.turn();
      await this.#parts.client.send(new TerminateJobCommand({ jobId, reason: text }));
    }
  }

  async list(): Promise<readonly Listed[]> {
    const listed: Listed[] = [];
    for (const queue of BATCH_QUEUES)
      for (const jobStatus of LIVE) {
        const jobQueue = queueOf(this.#parts.site, queue);
        for (const { id, name, isGang } of await this.#pages({ jobQueue, jobStatus })) {
          const bundle = readJobName(name);
          if (bundle !== undefined) listed.push(...(await this.#membersOf(bundle, id, isGang)));
        }
      }
    return listed;
  }

  async #membersOf(bundle: BundleId, id: string, isGang: boolean): Promise<Listed[]> {
    if (isGang) return [{ bundle, id, isWhole: true }];
    if (bundle.size === 1) return [{ bundle, id, offset: 0 }];
    const children: Listed[] = [];
    for (const jobStatus of LIVE)
      for (const child of await this.#pages({ arrayJobId: id, jobStatus }))
        children.push({ bundle, id: child.id, offset: Number(child.id.split(":").at(-1)) });
    return children;
  }

  async #named(record: LaunchRecord): Promise<string[]> {
    const { jobQueue } = JSON.parse(record.call) as SubmitJobCommandInput;
    const filters = [{ name: "JOB_NAME", values: [jobName(record)] }];
    return (await this.#pages({ jobQueue, filters })).map(({ id }) => id);
  }

  async #pages(
    input: ListJobsCommandInput,
  ): Promise<{ id: string; name: string; isGang: boolean }[]> {
    const jobs: { id: string; name: string; isGang: boolean }[] = [];
    let nextToken: string | undefined;
    do {
      const command = new ListJobsCommand({ ...input, ...(nextToken && { nextToken }) });
      const page = await this.#parts.client.send(command);
      for (const { jobId = "", jobName: name = "", nodeProperties } of page.jobSummaryList ?? [])
        jobs.push({ id: jobId, name, isGang: nodeProperties !== undefined });
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return jobs;
  }

  async #describe(ids: readonly string[]): Promise<BatchJobDetail[]> {
    const jobs: BatchJobDetail[] = [];
    for (let at = 0; at < ids.length; at += MOST_DESCRIBED) {
      const input = { jobs: ids.slice(at, at + MOST_DESCRIBED) };
      const reply = await this.#parts.client.send(new DescribeJobsCommand(input));
      jobs.push(...(reply.jobs ?? []).map((job) => BatchJobDetail.parse(job)));
    }
    return jobs;
  }
}
