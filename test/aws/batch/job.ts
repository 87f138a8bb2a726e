// One job of the double's Batch: its states, its attempts, its parts (children of an array, nodes of a gang), and the event of each change.
import { randomUUID } from "node:crypto";
import type {
  EcsTaskProperties,
  JobDefinition,
  JobDetail,
  JobStatus,
  SubmitJobCommandInput,
} from "@aws-sdk/client-batch";
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
} from "#test/aws/stage.ts";
import { tasksOf } from "./definitions.ts";

export interface JobParts {
  readonly clock: Clock;
  readonly cast: Cast;
  readonly emit: (event: BridgeEvent) => void;
  readonly startMs: number;
  /** Whether there is room; while not, the job stays RUNNABLE and is asked again. */
  readonly hasRoom: (input: SubmitJobCommandInput) => boolean;
  readonly isRoleReady: (arn: string) => boolean;
}

export type Part =
  | { readonly kind: "whole" }
  | { readonly kind: "child"; readonly index: number }
  | { readonly kind: "node"; readonly index: number; readonly nodes: number };

interface Attempt {
  readonly startedAt: number | undefined;
  readonly stoppedAt: number;
  readonly ended: Ended;
  readonly statusReason: string;
}

const TERMINAL: readonly string[] = ["SUCCEEDED", "FAILED"];
const ROOM_MS = 5000;

export class BatchJob {
  readonly id: string;
  readonly createdAt: number;
  readonly input: SubmitJobCommandInput;
  readonly part: Part;
  readonly children: BatchJob[] = [];
  status: JobStatus = "SUBMITTED";
  statusReason: string | undefined;
  isCancelled = false;
  isTerminated = false;
  stoppedAt: number | undefined;
  readonly #parts: JobParts;
  readonly #definition: JobDefinition;
  readonly #context: CallContext;
  readonly #onChange: (job: BatchJob) => void;
  readonly #attempts: Attempt[] = [];
  #startedAt: number | undefined;
  #ended: Ended | undefined;
  #onStop: (() => void) | undefined;
  #stopReason: string | undefined;

  constructor(
    parts: JobParts,
    input: SubmitJobCommandInput,
    definition: JobDefinition,
    context: CallContext,
    place: {
      readonly id: string;
      readonly part: Part;
      readonly onChange?: (job: BatchJob) => void;
    },
  ) {
    this.#parts = parts;
    this.input = input;
    this.#definition = definition;
    this.#context = context;
    this.id = place.id;
    this.part = place.part;
    this.#onChange = place.onChange ?? (() => {});
    this.createdAt = context.now;
  }

  get name(): string {
    return this.input.jobName ?? "";
  }

  get definitionArn(): string {
    return this.#definition.jobDefinitionArn ?? "";
  }

  get isOver(): boolean {
    return TERMINAL.includes(this.status);
  }

  get isStarted(): boolean {
    return this.status === "STARTING" || this.status === "RUNNING";
  }

  /** A parent of an array waits in PENDING; all others go their way. */
  begin(): void {
    this.#later(() => {
      this.move("PENDING");
      if (this.part.kind === "whole" && this.children.length > 0 && this.#isArray())
        for (const child of this.children) child.begin();
      else this.#queue();
    });
  }

  move(status: JobStatus, reason?: string): void {
    if (this.isOver) return;
    this.status = status;
    if (reason !== undefined) this.statusReason = reason;
    if (this.isOver) this.stoppedAt = this.#parts.clock.now();
    this.#parts.emit(this.#event());
    this.#onChange(this);
  }

  /** TerminateJob: what has not started never does; what runs is told, and killed after 30 s. */
  terminate(reason: string): void {
    if (this.isOver) return;
    this.isTerminated = true;
    this.#stopReason ??= reason;
    if (this.#isArray()) for (const child of this.children) child.terminate(reason);
    else if (this.status === "RUNNING") this.#interrupt();
    else {
      this.isCancelled = true;
      this.move("FAILED", reason);
    }
  }

  cancel(reason: string): void {
    if (this.isOver || this.isStarted) return;
    this.isCancelled = true;
    if (this.#isArray()) for (const child of this.children) child.cancel(reason);
    else this.move("FAILED", reason);
  }

  /** The host under it is gone. */
  loseHost(): void {
    this.#finish({ exitCodes: {} }, "Host EC2 (instance i-0abc) terminated.");
  }

  #isArray(): boolean {
    return this.part.kind === "whole" && this.input.arrayProperties?.size !== undefined;
  }

  #later(act: () => void, ms = this.#parts.startMs / 4): void {
    this.#parts.clock.after(ms, () => {
      if (!this.isOver) act();
    });
  }

  #queue(): void {
    this.move("RUNNABLE");
    this.#seekRoom();
  }

  #seekRoom(): void {
    this.#later(() => {
      if (this.#parts.hasRoom(this.input)) {
        this.move("STARTING");
        this.#later(() => this.#start());
      } else this.#later(() => this.#seekRoom(), ROOM_MS);
    });
  }

  #start(): void {
    const refusal = this.#refusal();
    if (refusal !== undefined) {
      this.move("FAILED", refusal);
      return;
    }
    this.#startedAt = this.#parts.clock.now();
    this.#ended = undefined;
    this.#onStop = undefined;
    this.move("RUNNING");
    this.#watchTime(this.#attempts.length);
    if (this.part.kind === "whole") for (const node of this.children) node.begin();
    this.#parts.cast(
      { id: this.id, taskRole: this.#task()?.taskRoleArn, containers: this.#views() },
      {
        end: (ended) =>
          this.#finish(ended, ended.stoppedReason ?? "Essential container in task exited"),
        onStop: (act) => {
          this.#onStop = act;
        },
        isOver: () => this.#ended !== undefined || this.isOver,
      },
    );
  }

  /** Batch takes what ECS then refuses, so the job fails instead of the call. */
  #refusal(): string | undefined {
    const override = this.#override();
    if (JSON.stringify({ containerOverrides: override?.containers ?? [] }).length > 8192)
      return "Container Overrides length must be at most 8192";
    const roles = [this.#task()?.taskRoleArn, this.#task()?.executionRoleArn];
    const unready = roles.find((role) => role !== undefined && !this.#parts.isRoleReady(role));
    return (
      unready && `ECS was unable to assume the role '${unready}' that was provided for this task.`
    );
  }

  /** A job that is over its time is ended, and not tried again. */
  #watchTime(attempt: number): void {
    const seconds = this.input.timeout?.attemptDurationSeconds;
    if (seconds === undefined) return;
    this.#later(() => {
      if (this.#attempts.length !== attempt || this.status !== "RUNNING") return;
      this.#stopReason ??= "Job attempt duration exceeded timeout";
      this.#interrupt();
    }, seconds * 1000);
  }

  #interrupt(): void {
    const killed = () => {
      const names = this.#views().map(({ name }) => name);
      this.#finish({ exitCodes: Object.fromEntries(names.map((name) => [name, KILLED])) }, "");
    };
    if (this.#onStop === undefined) killed();
    else {
      this.#onStop();
      this.#parts.clock.after(GRACE_MS, killed);
    }
  }

  #finish(ended: Ended, statusReason: string): void {
    if (this.#ended !== undefined || this.isOver || this.status !== "RUNNING") return;
    this.#ended = ended;
    const stoppedAt = this.#parts.clock.now();
    this.#attempts.push({ startedAt: this.#startedAt, stoppedAt, ended, statusReason });
    const isSuccess = this.#exitCode(ended) === 0 && this.#stopReason === undefined;
    const most =
      this.input.retryStrategy?.attempts ?? this.#definition.retryStrategy?.attempts ?? 1;
    if (isSuccess) this.move("SUCCEEDED", statusReason);
    else if (this.#stopReason === undefined && this.#attempts.length < most) this.#queue();
    else this.move("FAILED", this.#stopReason ?? statusReason);
    // The main node's end is the job's; what other nodes still do is ended.
    if (this.isOver && this.part.kind === "whole")
      for (const node of this.children) node.terminate("Main node ended");
  }

  /** The essential container decides. */
  #exitCode({ exitCodes }: Ended): number | undefined {
    const essential = this.#task()?.containers?.find((one) => one.essential !== false);
    return exitCodes[essential?.name ?? ""];
  }

  #task(): EcsTaskProperties | undefined {
    return tasksOf(this.#definition)[0];
  }

  #override() {
    const nodes = this.input.nodeOverrides?.nodePropertyOverrides?.[0];
    const override = this.input.ecsPropertiesOverride ?? nodes?.ecsPropertiesOverride;
    return override?.taskProperties?.[0];
  }

  #views(): ContainerView[] {
    const overrides = this.#override()?.containers ?? [];
    return (this.#task()?.containers ?? []).map(
      ({ name = "", image = "", command, environment = [] }) => {
        const own = overrides.find((override) => override.name === name);
        const pairs = [...environment, ...(own?.environment ?? [])];
        return {
          ...{ name, image, command: own?.command ?? command },
          environment: {
            ...Object.fromEntries(pairs.map(({ name, value }) => [name ?? "", value ?? ""])),
            ...this.#batchVariables(),
          },
        };
      },
    );
  }

  #batchVariables(): Record<string, string> {
    const { part } = this;
    const own = {
      AWS_BATCH_JOB_ID: this.id,
      AWS_BATCH_JOB_ATTEMPT: String(this.#attempts.length + 1),
    };
    if (part.kind === "child") return { ...own, AWS_BATCH_JOB_ARRAY_INDEX: String(part.index) };
    const numNodes = this.input.nodeOverrides?.numNodes;
    if (numNodes === undefined) return own;
    const index = part.kind === "node" ? part.index : 0;
    return {
      ...own,
      AWS_BATCH_JOB_NODE_INDEX: String(index),
      AWS_BATCH_JOB_NUM_NODES: String(numNodes),
      AWS_BATCH_JOB_MAIN_NODE_INDEX: "0",
      ...(index > 0 && { AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS: "10.0.0.10" }),
    };
  }

  arn(): string {
    return `arn:aws:batch:${this.#context.region}:${this.#context.account}:job/${this.id}`;
  }

  describe(): JobDetail {
    const { jobQueue = "", tags, parameters = {}, timeout } = this.input;
    const containers = this.#task()?.containers ?? [];
    return {
      ...{
        jobArn: this.arn(),
        jobName: this.name,
        jobId: this.id,
        jobQueue: this.#queueArn(jobQueue),
      },
      ...{ status: this.status, statusReason: this.statusReason, createdAt: this.createdAt },
      // The model says that it is always there; where nothing started it means nothing.
      startedAt: this.#startedAt ?? 0,
      ...{
        stoppedAt: this.stoppedAt,
        jobDefinition: this.definitionArn,
        parameters,
        tags,
        timeout,
      },
      attempts: this.#attempts.map((attempt) => this.#attemptDetail(attempt)),
      retryStrategy: this.input.retryStrategy ?? this.#definition.retryStrategy,
      ...{ dependsOn: [], shareIdentifier: this.input.shareIdentifier },
      ...{ isCancelled: this.isCancelled, isTerminated: this.isTerminated },
      platformCapabilities: this.#definition.platformCapabilities,
      ...(this.part.kind === "child" && { arrayProperties: { index: this.part.index } }),
      ...(this.#isArray() && { arrayProperties: this.#arrayDetail() }),
      ...(this.part.kind === "whole" &&
        this.#definition.nodeProperties && {
          nodeProperties: {
            ...this.#definition.nodeProperties,
            numNodes:
              this.input.nodeOverrides?.numNodes ?? this.#definition.nodeProperties.numNodes,
          },
        }),
      ...(this.part.kind === "node" && {
        nodeDetails: { nodeIndex: this.part.index, isMainNode: this.part.index === 0 },
      }),
      ecsProperties: {
        taskProperties: [
          {
            taskRoleArn: this.#task()?.taskRoleArn,
            containers: containers.map(({ name, image }) => ({
              ...{ name, image, exitCode: this.#ended?.exitCodes[name ?? ""] },
              reason: this.#ended?.reasons?.[name ?? ""],
            })),
          },
        ],
      },
    };
  }

  #arrayDetail() {
    const statusSummary: Record<string, number> = {};
    for (const { status } of this.children)
      statusSummary[status] = (statusSummary[status] ?? 0) + 1;
    return { size: this.children.length, statusSummary };
  }

  #attemptDetail({ startedAt, stoppedAt, ended, statusReason }: Attempt) {
    const names = (this.#task()?.containers ?? []).map(({ name = "" }) => name);
    const containers = names.map((name) => ({
      ...{ name, exitCode: ended.exitCodes[name], reason: ended.reasons?.[name] },
    }));
    return { startedAt, stoppedAt, statusReason, taskProperties: [{ containers }] };
  }

  #queueArn(name: string): string {
    if (name.startsWith("arn:")) return name;
    return `arn:aws:batch:${this.#context.region}:${this.#context.account}:job-queue/${name}`;
  }

  #event(): BridgeEvent {
    const { region, account } = this.#context;
    const time = new Date(this.#parts.clock.now()).toISOString();
    return {
      ...{ version: "0", id: randomUUID(), "detail-type": "Batch Job State Change" },
      ...{ source: "aws.batch", account, time, region, resources: [this.arn()] },
      detail: detailOf(this.describe(), (date) => date.getTime()),
    };
  }
}
