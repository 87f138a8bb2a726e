// One task of the double's ECS: its states, its version, which counts them, and the event of each.
import { randomUUID } from "node:crypto";
import type { Container, RunTaskCommandInput, Task, TaskDefinition } from "@aws-sdk/client-ecs";
import type { Clock } from "#test/aws/clock.ts";
import type { CallContext } from "#test/aws/service.ts";
import {
  type BridgeEvent,
  type Cast,
  type ContainerView,
  detailOf,
  type Ended,
  GRACE_MS,
  KILLED,
  secretsOf,
} from "#test/aws/stage.ts";

export interface TaskParts {
  readonly clock: Clock;
  readonly cast: Cast;
  readonly emit: (event: BridgeEvent) => void;
  /** From PROVISIONING to RUNNING, and from its end to STOPPED. */
  readonly startMs: number;
  readonly stopMs: number;
}

export class EcsTask {
  readonly arn: string;
  readonly createdAt: number;
  readonly #parts: TaskParts;
  readonly #input: RunTaskCommandInput;
  readonly #definition: TaskDefinition;
  readonly #context: CallContext;
  readonly #containerIds: ReadonlyMap<string, string>;
  #lastStatus = "PROVISIONING";
  #desiredStatus: "RUNNING" | "STOPPED" = "RUNNING";
  #version = 0;
  #startedAt: number | undefined;
  #stoppingAt: number | undefined;
  #stoppedAt: number | undefined;
  #stop: { readonly code: Task["stopCode"]; readonly reason: string } | undefined;
  #ended: Ended | undefined;
  #onStop: (() => void) | undefined;

  constructor(
    parts: TaskParts,
    input: RunTaskCommandInput,
    definition: TaskDefinition,
    context: CallContext,
  ) {
    const { region, account, now } = context;
    this.#parts = parts;
    this.#input = input;
    this.#definition = definition;
    this.#context = context;
    this.createdAt = now;
    const cluster = (input.cluster ?? "default").split("/").at(-1);
    const id = randomUUID().replaceAll("-", "");
    this.arn = `arn:aws:ecs:${region}:${account}:task/${cluster}/${id}`;
    const names = definition.containerDefinitions?.map(({ name = "" }) => name) ?? [];
    const of = (): string =>
      `arn:aws:ecs:${region}:${account}:container/${cluster}/${id}/${randomUUID()}`;
    this.#containerIds = new Map(names.map((name) => [name, of()]));
    this.#move("PROVISIONING");
    parts.clock.after(parts.startMs, () => this.#start());
  }

  get isStopped(): boolean {
    return this.#stoppedAt !== undefined;
  }

  get desiredStatus(): "RUNNING" | "STOPPED" {
    return this.#desiredStatus;
  }

  get stoppedAt(): number | undefined {
    return this.#stoppedAt;
  }

  get startedBy(): string | undefined {
    return this.#input.startedBy;
  }

  get family(): string | undefined {
    return this.#definition.family;
  }

  get vcpus(): number {
    return Number(this.#input.overrides?.cpu ?? this.#definition.cpu ?? 0) / 1024;
  }

  get provider(): string {
    return this.#input.capacityProviderStrategy?.[0]?.capacityProvider ?? "FARGATE";
  }

  /** StopTask; the reason of the last one is kept, which AWS's documentation leaves open. */
  stop(reason: string): void {
    if (this.isStopped) return;
    this.#mark("UserInitiated", reason);
    this.#terminate();
  }

  /** The machine under a Spot task is taken back, after a warning of two minutes. */
  reclaim(): void {
    if (this.isStopped) return;
    this.#mark("SpotInterruption", "Your Spot Task was interrupted.");
    this.#terminate();
  }

  #mark(code: Task["stopCode"], reason: string): void {
    this.#desiredStatus = "STOPPED";
    this.#stop = { code, reason };
    this.#stoppingAt ??= this.#parts.clock.now();
    this.#move(this.#lastStatus);
  }

  #terminate(): void {
    if (this.#startedAt === undefined) this.#finish({ exitCodes: {} });
    else if (this.#onStop === undefined) this.#finish(this.#killed());
    else {
      this.#onStop();
      this.#parts.clock.after(GRACE_MS, () => this.#finish(this.#killed()));
    }
  }

  #killed(): Ended {
    const names = [...this.#containerIds.keys()];
    return { exitCodes: Object.fromEntries(names.map((name) => [name, KILLED])) };
  }

  #start(): void {
    if (this.#desiredStatus === "STOPPED" || this.isStopped) return;
    this.#move("PENDING");
    this.#startedAt = this.#parts.clock.now();
    this.#move("RUNNING");
    const roles = {
      taskRole: this.#taskRole(),
      executionRole: this.#definition.executionRoleArn,
    };
    const group = { id: this.arn, ...roles, containers: this.#views() };
    this.#parts.cast(group, {
      end: (ended) => this.#finish(ended),
      onStop: (act) => {
        this.#onStop = act;
      },
      isOver: () => this.#ended !== undefined,
    });
  }

  #finish(ended: Ended): void {
    if (this.#ended !== undefined) return;
    this.#ended = ended;
    this.#desiredStatus = "STOPPED";
    this.#stop ??= {
      code: ended.stopCode ?? "EssentialContainerExited",
      reason: ended.stoppedReason ?? "Essential container in task exited",
    };
    if (ended.stopCode === "TaskFailedToStart") this.#startedAt = undefined;
    this.#stoppingAt ??= this.#parts.clock.now();
    this.#move("DEPROVISIONING");
    this.#parts.clock.after(this.#parts.stopMs, () => {
      this.#stoppedAt = this.#parts.clock.now();
      this.#move("STOPPED");
    });
  }

  #move(status: string): void {
    this.#lastStatus = status;
    this.#version++;
    this.#parts.emit(this.#event());
  }

  #taskRole(): string | undefined {
    return this.#input.overrides?.taskRoleArn ?? this.#definition.taskRoleArn;
  }

  #views(): ContainerView[] {
    const overrides = this.#input.overrides?.containerOverrides ?? [];
    return (this.#definition.containerDefinitions ?? []).map(
      ({ name = "", image = "", command, environment = [], secrets }) => {
        const own = overrides.find((override) => override.name === name);
        const pairs = [...environment, ...(own?.environment ?? [])];
        return {
          ...{ name, image, command: own?.command ?? command, secrets: secretsOf(secrets) },
          environment: Object.fromEntries(
            pairs.map(({ name, value }) => [name ?? "", value ?? ""]),
          ),
        };
      },
    );
  }

  /** A replay of RunTask says of a stopped task its ARN and status only. */
  brief(): Task {
    return { taskArn: this.arn, lastStatus: this.#lastStatus };
  }

  describe(): Task {
    const date = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms));
    const stop = this.#desiredStatus === "STOPPED" ? this.#stop : undefined;
    return {
      ...{ taskArn: this.arn, clusterArn: this.#clusterArn(), group: `family:${this.family}` },
      taskDefinitionArn: this.#definition.taskDefinitionArn,
      ...{ lastStatus: this.#lastStatus, desiredStatus: this.#desiredStatus },
      ...{ version: this.#version, startedBy: this.#input.startedBy, launchType: "FARGATE" },
      ...{ capacityProviderName: this.provider, platformVersion: "1.4.0", platformFamily: "Linux" },
      cpu: this.#input.overrides?.cpu ?? this.#definition.cpu,
      memory: this.#input.overrides?.memory ?? this.#definition.memory,
      overrides: { ...this.#input.overrides, inferenceAcceleratorOverrides: [] },
      containers: this.#containers(),
      createdAt: date(this.createdAt),
      ...{ startedAt: date(this.#startedAt), stoppingAt: date(this.#stoppingAt) },
      ...{ stoppedAt: date(this.#stoppedAt), executionStoppedAt: date(this.#stoppedAt) },
      ...{ stopCode: stop?.code, stoppedReason: stop?.reason },
      ...{ attachments: [], attributes: [], tags: this.#input.tags ?? [] },
    };
  }

  #clusterArn(): string {
    const { region, account } = this.#context;
    const name = (this.#input.cluster ?? "default").split("/").at(-1);
    return `arn:aws:ecs:${region}:${account}:cluster/${name}`;
  }

  #containers(): Container[] {
    const definitions = this.#definition.containerDefinitions ?? [];
    return definitions.map(({ name = "", image }) => ({
      ...{ name, image, taskArn: this.arn, containerArn: this.#containerIds.get(name) },
      lastStatus: this.#ended ? "STOPPED" : this.#lastStatus,
      exitCode: this.#ended?.exitCodes[name],
      reason: this.#ended?.reasons?.[name],
    }));
  }

  #event(): BridgeEvent {
    const { region, account } = this.#context;
    const now = new Date(this.#parts.clock.now());
    const { tags, ...task } = this.describe();
    return {
      ...{ version: "0", id: randomUUID(), "detail-type": "ECS Task State Change" },
      ...{ source: "aws.ecs", account, time: now.toISOString(), region, resources: [this.arn] },
      detail: detailOf({ ...task, updatedAt: now }, (date) => date.toISOString()),
    };
  }
}
