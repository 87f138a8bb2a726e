// ECS: tasks on Fargate. RunTask is safe to repeat with its token, for as long as AWS keeps it.
import {
  DescribeTasksCommand,
  type ECSClient,
  ListTasksCommand,
  type RegisterTaskDefinitionCommandInput,
  RunTaskCommand,
  type RunTaskCommandInput,
  StopTaskCommand,
} from "@aws-sdk/client-ecs";
import type { LaunchRequest } from "#functions/backend.ts";
import type { Bundle, BundleId } from "#functions/backends/bundle.ts";
import { readStartedBy, startedBy } from "#functions/backends/bundle-name.ts";
import { canonical } from "#functions/backends/content-name.ts";
import { failureOf, placementFailure } from "#functions/backends/failure.ts";
import type {
  Composed,
  Family,
  Listed,
  Resolved,
  Sent,
  Sight,
} from "#functions/backends/family.ts";
import type { Governor } from "#functions/backends/governor.ts";
import type { LaunchRecord } from "#functions/backends/launch-book.ts";
import type { Site } from "#functions/backends/site.ts";
import type { Definitions } from "#functions/backends/task-roles.ts";
import type { Capabilities } from "#shared/pool.ts";
import { MOST_TASKS, runTask } from "./run-task.ts";
import { EcsTaskDetail, sightOf } from "./sight.ts";
import { taskDefinition } from "./task-definition.ts";

export interface EcsFamilyParts {
  readonly client: ECSClient;
  readonly site: Site;
  readonly capabilities: Capabilities;
  readonly definitions: Definitions<RegisterTaskDefinitionCommandInput>;
  /** Starts and stops share one bucket of AWS. */
  readonly governor: Governor;
  /** Where the services of this request's execution reach one another, when it has several. */
  readonly securityGroupOf: (request: LaunchRequest) => Promise<string>;
  readonly now: () => number;
}

/** A token holds at least for an hour: a task's life and one more, at most a day. */
const REPLAY_MS = 3_600_000;
const MOST_DESCRIBED = 100;

export class EcsFamily implements Family {
  readonly name = "ecs";
  readonly capabilities: Capabilities;
  readonly #parts: EcsFamilyParts;

  constructor(parts: EcsFamilyParts) {
    this.#parts = parts;
    this.capabilities = parts.capabilities;
  }

  /** Only workers are alike: what is fenced has a number of its own to be told. */
  most({ service }: LaunchRequest): number {
    return service.run === "worker" ? MOST_TASKS : 1;
  }

  formOf() {
    return "tasks" as const;
  }

  async compose(bundle: Bundle, taskRole: string, secret: string): Promise<Composed> {
    const [request] = bundle.requests;
    const definition = taskDefinition(this.#parts.site, request);
    const registered = await this.#parts.definitions.arnOf(definition.family, definition);
    if (registered.kind !== "ready") return registered;
    const securityGroup = await this.#parts.securityGroupOf(request);
    const setting = { taskDefinition: registered.arn, taskRole, secret, securityGroup };
    const made = runTask(this.#parts.site, bundle, setting);
    if ("refusal" in made) return { kind: "refused", reason: made.refusal };
    return { kind: "call", call: canonical(made.input), ...(made.file && { file: made.file }) };
  }

  async send(call: string): Promise<Sent> {
    const input = JSON.parse(call) as RunTaskCommandInput;
    await this.#parts.governor.turn();
    try {
      const { tasks = [], failures = [] } = await this.#parts.client.send(
        new RunTaskCommand(input),
      );
      const ids = tasks.flatMap(({ taskArn }) => taskArn ?? []);
      const [failure] = failures;
      return { kind: "sent", ids, ...(failure && { failure: placementFailure(failure) }) };
    } catch (error) {
      return this.#failed(error);
    }
  }

  /** The same call is answered the same; when its token is too old for that, only a list can tell. */
  async resolve(record: LaunchRecord): Promise<Resolved> {
    if (this.#parts.now() - record.at >= REPLAY_MS) {
      const ids = await this.#find(record);
      return ids.length > 0 ? { kind: "found", ids } : { kind: "absent" };
    }
    const sent = await this.send(record.call);
    if (sent.kind !== "sent" && sent.kind !== "started")
      return { kind: sent.kind === "refused" ? "absent" : "unknown" };
    return sent.ids.length > 0 ? { kind: "found", ids: sent.ids } : { kind: "absent" };
  }

  /** A token starts a bundle once. */
  async sibling(): Promise<undefined> {
    return undefined;
  }

  async look(ids: readonly string[]): Promise<ReadonlyMap<string, Sight>> {
    const sights = new Map<string, Sight>();
    for (const task of await this.#describe(ids))
      sights.set(task.taskArn, sightOf(task, this.#parts.now()));
    return sights;
  }

  /** What stops already keeps the reason it was first given. */
  async stop(record: LaunchRecord, indices: readonly number[], text: string): Promise<void> {
    const known = indices.flatMap((index) => record.ids[index - record.from] ?? []);
    const ids = record.ids.length > 0 ? known : await this.#find(record);
    const stopping = new Set(
      (await this.#describe(ids))
        .filter(({ stoppedReason }) => stoppedReason)
        .map(({ taskArn }) => taskArn),
    );
    for (const task of ids) if (!stopping.has(task)) await this.#stopOne(task, text);
  }

  async list(): Promise<readonly Listed[]> {
    const tasks = await this.#describe(await this.#ids({}));
    return tasks.flatMap(({ taskArn, startedBy = "" }) => {
      const bundle = readStartedBy(startedBy);
      return bundle === undefined ? [] : [{ bundle, id: taskArn }];
    });
  }

  async #stopOne(task: string, reason: string): Promise<void> {
    const { client, governor, site } = this.#parts;
    await governor.turn();
    try {
      await client.send(new StopTaskCommand({ cluster: site.cluster, task, reason }));
    } catch (error) {
      if (!/not found/i.test(String((error as Error).message))) throw error;
    }
  }

  /** Those that run: a task that has stopped is not found by who started it. */
  #find(bundle: BundleId): Promise<string[]> {
    return this.#ids({ startedBy: startedBy(bundle) });
  }

  async #ids(filter: { readonly startedBy?: string }): Promise<string[]> {
    const { client, site } = this.#parts;
    const ids: string[] = [];
    let nextToken: string | undefined;
    do {
      const input = { cluster: site.cluster, ...filter, ...(nextToken && { nextToken }) };
      const page = await client.send(new ListTasksCommand(input));
      ids.push(...(page.taskArns ?? []));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return ids;
  }

  async #describe(ids: readonly string[]): Promise<EcsTaskDetail[]> {
    const { client, site } = this.#parts;
    const tasks: EcsTaskDetail[] = [];
    for (let at = 0; at < ids.length; at += MOST_DESCRIBED) {
      const page = ids.slice(at, at + MOST_DESCRIBED);
      const input = { cluster: site.cluster, tasks: page };
      const reply = await client.send(new DescribeTasksCommand(input));
      tasks.push(...(reply.tasks ?? []).map((task) => EcsTaskDetail.parse(task)));
    }
    return tasks;
  }

  #failed(error: unknown): Sent {
    const failure = failureOf(error);
    if (failure.kind === "throttled") this.#parts.governor.slowDown();
    return failure;
  }
}
