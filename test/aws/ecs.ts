// The double's ECS: tasks on Fargate, with the manners that make launching hard. How one task lives is ecs/task.ts.
//
// Facts are from the ECS API reference (each operation's page) and developer guide: request throttling, idempotency of RunTask, task
// lifecycle, stopped tasks' errors, and the guide's page of events. Not here: services, container instances, EC2 and managed instances.
import * as sdk from "@aws-sdk/client-ecs";
import { Bucket } from "./bucket.ts";
import type { Clock } from "./clock.ts";
import { Definitions } from "./ecs/definitions.ts";
import { checkRunTask } from "./ecs/run-task-rules.ts";
import { EcsTask } from "./ecs/task.ts";
import { modelOf, offline } from "./model.ts";
import { AwsError, type CallContext, type Service } from "./service.ts";
import { allSucceed, type BridgeEvent, type Cast } from "./stage.ts";

export interface EcsOptions {
  readonly clock: Clock;
  readonly clusters: readonly string[];
  readonly cast?: Cast;
  readonly onEvent?: (event: BridgeEvent) => void;
  /** Whether ECS can assume it yet. */
  readonly isRoleReady?: (arn: string) => boolean;
  /** vCPUs that may run at once, by capacity provider. */
  readonly vcpus?: Readonly<Record<string, number>>;
  /** A task that can't be placed, and why: one of RunTask's `failures`. */
  readonly failure?: (input: sdk.RunTaskCommandInput, position: number) => string | undefined;
  readonly startMs?: number;
  readonly stopMs?: number;
  /** Describe and list show a task, or its last state, only so long after. */
  readonly lagMs?: number;
}

export interface Ecs {
  readonly service: Service;
  /** For tests that look: every task that was ever started. */
  readonly tasks: readonly EcsTask[];
}

/** "Stopped tasks ... are visible for at least one hour." */
const REMEMBERED_MS = 3_600_000;
/** A token holds for 24 hours, or the task's life and an hour, whichever is less. */
const TOKEN_MS = 24 * 3_600_000;
const TOKEN_AFTER_MS = 3_600_000;
const MOST_IDS = 100;

export function ecs(options: EcsOptions): Ecs {
  const state = new State(options);
  return {
    tasks: state.tasks,
    service: {
      name: "ecs",
      model: modelOf(sdk, new sdk.ECSClient(offline)),
      throttle: { code: "ThrottlingException", status: 400 },
      operations: { ...definitionOperations(state), ...taskOperations(state) },
    },
  };
}

interface Token {
  readonly content: string;
  readonly tasks: readonly EcsTask[];
  readonly at: number;
}

class State {
  readonly options: EcsOptions;
  readonly definitions = new Definitions();
  readonly tasks: EcsTask[] = [];
  readonly tokens = new Map<string, Token>();
  /** Buckets of "Request throttling for the Amazon ECS API", in calls and calls a second. */
  readonly buckets: Readonly<Record<"modify" | "read" | "register" | "readDefinition", Bucket>>;

  constructor(options: EcsOptions) {
    this.options = options;
    const { clock } = options;
    this.buckets = {
      modify: new Bucket(clock, 100, 40),
      read: new Bucket(clock, 100, 20),
      register: new Bucket(clock, 20, 1),
      readDefinition: new Bucket(clock, 50, 20),
    };
  }

  limit(bucket: keyof State["buckets"]): void {
    if (!this.buckets[bucket].take()) throw new AwsError("ThrottlingException", "Rate exceeded");
  }

  clusterOf(name = "default"): string {
    const short = name.split("/").at(-1) ?? "";
    if (!this.options.clusters.includes(short))
      throw new AwsError("ClusterNotFoundException", "Cluster not found.");
    return short;
  }

  /** What describe and list know of. */
  visible(now: number): EcsTask[] {
    const { lagMs = 0 } = this.options;
    return this.tasks.filter(
      ({ createdAt, stoppedAt = Number.POSITIVE_INFINITY }) =>
        createdAt + lagMs <= now && now < stoppedAt + REMEMBERED_MS,
    );
  }

  /** Undefined when the token is new, or holds no longer. */
  replay(key: string, content: string, now: number): readonly sdk.Task[] | undefined {
    const known = this.tokens.get(key);
    if (known === undefined || !holds(known, now)) return undefined;
    if (known.content !== content)
      throw new AwsError("ConflictException", "The clientToken was used with other parameters.", {
        fields: { resourceIds: known.tasks.map(({ arn }) => arn) },
      });
    return known.tasks.map((task) => (task.isStopped ? task.brief() : task.describe()));
  }
}

function holds({ tasks, at }: Token, now: number): boolean {
  const ends = tasks.map(({ stoppedAt = Number.POSITIVE_INFINITY }) => stoppedAt + TOKEN_AFTER_MS);
  return now < Math.min(at + TOKEN_MS, Math.max(...ends));
}

function definitionOperations(state: State): Service["operations"] {
  const { definitions } = state;
  return {
    RegisterTaskDefinition(input: sdk.RegisterTaskDefinitionCommandInput, context: CallContext) {
      state.limit("register");
      return { taskDefinition: definitions.register(input, context), tags: input.tags ?? [] };
    },
    DescribeTaskDefinition(input: sdk.DescribeTaskDefinitionCommandInput) {
      state.limit("readDefinition");
      return { taskDefinition: definitions.find(input.taskDefinition ?? ""), tags: [] };
    },
    ListTaskDefinitions(input: sdk.ListTaskDefinitionsCommandInput) {
      state.limit("readDefinition");
      const arns = definitions.list(input.familyPrefix ?? "", input.status ?? "ACTIVE");
      const { page, nextToken } = pageOf(arns, input);
      return { taskDefinitionArns: page, nextToken };
    },
    DeregisterTaskDefinition(
      input: sdk.DeregisterTaskDefinitionCommandInput,
      context: CallContext,
    ) {
      state.limit("register");
      return { taskDefinition: definitions.deregister(input.taskDefinition ?? "", context.now) };
    },
    DeleteTaskDefinitions(input: sdk.DeleteTaskDefinitionsCommandInput) {
      const names = input.taskDefinitions ?? [];
      if (names.length > 10)
        throw new AwsError("InvalidParameterException", "At most 10 task definitions a call.");
      return { taskDefinitions: names.map((name) => definitions.delete(name)), failures: [] };
    },
  };
}

function taskOperations(state: State): Service["operations"] {
  return {
    RunTask: (input: sdk.RunTaskCommandInput, context: CallContext) => run(state, input, context),
    StopTask(input: sdk.StopTaskCommandInput, context: CallContext) {
      state.limit("modify");
      state.clusterOf(input.cluster);
      const task = state.tasks.find(({ arn }) => isNamed(arn, input.task ?? ""));
      const isForgotten = context.now >= (task?.stoppedAt ?? Infinity) + REMEMBERED_MS;
      if (task === undefined || isForgotten)
        throw new AwsError("InvalidParameterException", "The referenced task was not found.");
      task.stop(input.reason ?? "Task stopped by user");
      return { task: task.describe() };
    },
    DescribeTasks(input: sdk.DescribeTasksCommandInput, context: CallContext) {
      state.limit("read");
      state.clusterOf(input.cluster);
      const asked = input.tasks ?? [];
      if (asked.length === 0 || asked.length > MOST_IDS)
        throw new AwsError("InvalidParameterException", "Tasks must be 1 to 100.");
      const visible = state.visible(context.now);
      const found = asked.map((id) => visible.find(({ arn }) => isNamed(arn, id)));
      const missing = asked.filter((_, position) => found[position] === undefined);
      return {
        tasks: found.flatMap((task) => (task === undefined ? [] : [task.describe()])),
        failures: missing.map((arn) => ({ arn, reason: "MISSING" })),
      };
    },
    ListTasks: (input: sdk.ListTasksCommandInput, context: CallContext) =>
      list(state, input, context.now),
  };
}

function run(state: State, input: sdk.RunTaskCommandInput, context: CallContext) {
  state.limit("modify");
  const cluster = state.clusterOf(input.cluster);
  const definition = state.definitions.find(input.taskDefinition ?? "");
  checkRunTask(input, definition, state.options.isRoleReady ?? (() => true));
  const { clientToken, ...rest } = input;
  const key = `${cluster}/${clientToken}`;
  const content = JSON.stringify(rest);
  const again = clientToken === undefined ? undefined : state.replay(key, content, context.now);
  if (again !== undefined) return { tasks: again, failures: [] };
  checkQuota(state, input);
  const tasks: EcsTask[] = [];
  const failures: sdk.Failure[] = [];
  for (let position = 0; position < (input.count ?? 1); position++) {
    const reason = state.options.failure?.(input, position);
    if (reason === undefined) tasks.push(started(state, input, definition, context));
    else failures.push({ reason });
  }
  if (clientToken !== undefined && tasks.length > 0)
    state.tokens.set(key, { content, tasks, at: context.now });
  return { tasks: tasks.map((task) => task.describe()), failures };
}

function started(
  state: State,
  input: sdk.RunTaskCommandInput,
  definition: sdk.TaskDefinition,
  context: CallContext,
): EcsTask {
  const { clock, cast = allSucceed, onEvent, startMs = 2000, stopMs = 1000 } = state.options;
  const parts = { clock, cast, startMs, stopMs, emit: onEvent ?? (() => {}) };
  const task = new EcsTask(parts, input, definition, context);
  state.tasks.push(task);
  return task;
}

function checkQuota(state: State, input: sdk.RunTaskCommandInput): void {
  const provider = input.capacityProviderStrategy?.[0]?.capacityProvider ?? "FARGATE";
  const most = state.options.vcpus?.[provider] ?? Number.POSITIVE_INFINITY;
  const held = state.tasks
    .filter((task) => !task.isStopped && task.provider === provider)
    .reduce((sum, { vcpus }) => sum + vcpus, 0);
  const wanted = (Number(input.overrides?.cpu ?? 256) / 1024) * (input.count ?? 1);
  if (held + wanted > most)
    throw new AwsError(
      "LimitExceededException",
      "You’ve reached the limit on the number of vCPUs you can run concurrently",
    );
}

function list(state: State, input: sdk.ListTasksCommandInput, now: number) {
  state.limit("read");
  state.clusterOf(input.cluster);
  const { startedBy, family, desiredStatus = "RUNNING" } = input;
  if (startedBy !== undefined && (family !== undefined || input.desiredStatus !== undefined))
    throw new AwsError(
      "InvalidParameterException",
      "startedBy must be the only filter that you use.",
    );
  const arns = state
    .visible(now)
    .filter((task) => task.desiredStatus === desiredStatus)
    .filter((task) => startedBy === undefined || task.startedBy === startedBy)
    .filter((task) => family === undefined || task.family === family)
    .map(({ arn }) => arn);
  const { page, nextToken } = pageOf(arns, input);
  return { taskArns: page, nextToken };
}

function pageOf(
  items: readonly string[],
  { maxResults = MOST_IDS, nextToken }: { maxResults?: number; nextToken?: string },
) {
  if (maxResults < 1 || maxResults > MOST_IDS)
    throw new AwsError("InvalidParameterException", "maxResults must be 1 to 100.");
  const from = Number(nextToken ?? 0);
  const page = items.slice(from, from + maxResults);
  const next = from + page.length < items.length ? String(from + page.length) : undefined;
  return { page, nextToken: next };
}

function isNamed(arn: string, id: string): boolean {
  return arn === id || arn.endsWith(`/${id}`);
}
