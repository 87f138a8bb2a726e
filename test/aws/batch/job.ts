// One job of the double's Batch: its states, its attempts, its parts (children of an array, nodes of a gang), and the event of each change.
// What it runs is job-order.ts, what is told of it job-detail.ts.
import type {
  JobDefinition,
  JobDetail,
  JobStatus,
  SubmitJobCommandInput,
} from "@aws-sdk/client-batch";
import type { Clock } from "#test/aws/clock.ts";
import type { CallContext } from "#test/aws/service.ts";
import { type BridgeEvent, type Cast, type Ended, GRACE_MS, KILLED } from "#test/aws/stage.ts";
import { type Attempt, arnOf, detailOfJob, stateChange } from "./job-detail.ts";
import { exitCodeOf, isArray, isTooLong, type Part, taskOf, viewsOf } from "./job-order.ts";

export interface JobParts {
  readonly clock: Clock;
  readonly cast: Cast;
  readonly emit: (event: BridgeEvent) => void;
  readonly startMs: number;
  /** Whether there is room; while not, the job stays RUNNABLE and is asked again. */
  readonly hasRoom: (input: SubmitJobCommandInput) => boolean;
  readonly isRoleReady: (arn: string) => boolean;
}

const TERMINAL: readonly string[] = ["SUCCEEDED", "FAILED"];
const ROOM_MS = 5000;

export class BatchJob {
  readonly id: string;
  readonly createdAt: number;
  readonly input: SubmitJobCommandInput;
  readonly definition: JobDefinition;
  readonly part: Part;
  readonly children: BatchJob[] = [];
  status: JobStatus = "SUBMITTED";
  statusReason: string | undefined;
  isCancelled = false;
  isTerminated = false;
  stoppedAt: number | undefined;
  readonly #parts: JobParts;
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
    this.definition = definition;
    this.#context = context;
    this.id = place.id;
    this.part = place.part;
    this.#onChange = place.onChange ?? (() => {});
    this.createdAt = context.now;
  }

  get name(): string {
    return this.input.jobName ?? "";
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
      if (this.part.kind === "whole" && this.children.length > 0 && isArray(this))
        for (const child of this.children) child.begin();
      else this.#queue();
    });
  }

  move(status: JobStatus, reason?: string): void {
    if (this.isOver) return;
    this.status = status;
    if (reason !== undefined) this.statusReason = reason;
    if (this.isOver) this.stoppedAt = this.#parts.clock.now();
    this.#parts.emit(stateChange(this.describe(), this.#context, this.#parts.clock.now()));
    this.#onChange(this);
  }

  /** TerminateJob: what has not started never does; what runs is told, and killed after 30 s. */
  terminate(reason: string): void {
    if (this.isOver) return;
    this.isTerminated = true;
    this.#stopReason ??= reason;
    if (isArray(this)) for (const child of this.children) child.terminate(reason);
    else if (this.status === "RUNNING") this.#interrupt();
    else {
      this.isCancelled = true;
      this.move("FAILED", reason);
    }
  }

  cancel(reason: string): void {
    if (this.isOver || this.isStarted) return;
    this.isCancelled = true;
    if (isArray(this)) for (const child of this.children) child.cancel(reason);
    else this.move("FAILED", reason);
  }

  /** The host under it is gone. */
  loseHost(): void {
    this.#finish({ exitCodes: {} }, "Host EC2 (instance i-0abc) terminated.");
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
      {
        id: this.id,
        taskRole: taskOf(this)?.taskRoleArn,
        executionRole: taskOf(this)?.executionRoleArn,
        containers: viewsOf(this, this.#attempts.length + 1),
      },
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
    if (isTooLong(this)) return "Container Overrides length must be at most 8192";
    const roles = [taskOf(this)?.taskRoleArn, taskOf(this)?.executionRoleArn];
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
      const names = viewsOf(this, this.#attempts.length + 1).map(({ name }) => name);
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
    const isSuccess = exitCodeOf(this, ended) === 0 && this.#stopReason === undefined;
    const most = this.input.retryStrategy?.attempts ?? this.definition.retryStrategy?.attempts ?? 1;
    if (isSuccess) this.move("SUCCEEDED", statusReason);
    else if (this.#stopReason === undefined && this.#attempts.length < most) this.#queue();
    else this.move("FAILED", this.#stopReason ?? statusReason);
    // The main node's end is the job's; what other nodes still do is ended.
    if (this.isOver && this.part.kind === "whole")
      for (const node of this.children) node.terminate("Main node ended");
  }

  arn(): string {
    return arnOf(`job/${this.id}`, this.#context);
  }

  describe(): JobDetail {
    const past = { attempts: this.#attempts, startedAt: this.#startedAt, ended: this.#ended };
    return detailOfJob(this, past, this.#context);
  }
}
