// Containers played in this process: the sidecar's own steps as functions over real clients, and a program that is a function too.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import { s3Objects } from "#functions/aws/objects.ts";
import { dynamoStore } from "#functions/aws/store.ts";
import { sqsTaskMessages } from "#functions/aws/task-queues/messages.ts";
import { AwsTaskQueues } from "#functions/aws/task-queues/task-queues.ts";
import { objectTexts } from "#functions/aws/task-queues/texts.ts";
import type { Runtime } from "#functions/runtime-api/runtime.ts";
import { Session, type WorkerSession } from "#functions/runtime-api/session.ts";
import { taskQueuePrefix } from "#shared/aws-names.ts";
import type { InstanceSpec } from "#shared/container-group.ts";
import { enter } from "#sidecar/enter.ts";
import { type Instance, instanceOf, ownerOf, readSpec, takeOver } from "#sidecar/instance.ts";
import { sidecar } from "#sidecar/sidecar.ts";
import type { SidecarWorld } from "#sidecar/world.ts";
import type { Clock } from "#test/aws/clock.ts";
import type { InProcess } from "#test/aws/in-process.ts";
import { type Cast, GRACE_MS, type Group, KILLED, type Stage } from "#test/aws/stage.ts";
import { AGENT } from "#test/sidecar/world.ts";
import type { Cloud } from "./cloud.ts";
import { numberOf, type Parts, partsOf, runnerOf, taskArnOf } from "./group.ts";

/** What a program finds around it. */
export interface ProgramSetting {
  readonly spec: InstanceSpec;
  readonly index: number;
  /** Where the three share their files. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly now: () => number;
  readonly pause: (milliseconds: number) => Promise<void>;
  /** Of a worker: its runtime API, without a socket between. */
  readonly session: () => Session;
  /** It is told to end. */
  readonly told: AbortSignal;
}

/** Answers its exit code. */
export type Program = (setting: ProgramSetting) => Promise<number>;

export interface Watcher {
  /** A program starts; it runs for as long as `isRunning` says. */
  readonly starts: (spec: InstanceSpec, index: number, isRunning: () => boolean) => void;
}

/** What may go wrong with one group of containers. */
export interface Mishaps {
  /** Before anything of it starts, though AWS says that it runs. */
  readonly startsLateMs?: number;
  /** From then on, after its start, its sidecar reaches nothing for so long. */
  readonly cut?: { readonly afterMs: number; readonly forMs: number };
  /** AWS gives its host up for lost then, and it goes on all the same, cut off. */
  readonly givenUpAfterMs?: number;
  /** Its program does not end before it is killed, 30 s after it was told. */
  readonly isStubborn?: boolean;
}

export interface FunctionsOptions {
  readonly program: Program;
  readonly watch?: Watcher;
  readonly mishaps?: (group: Group) => Mishaps;
  /** Without it nobody asks for a claim. */
  readonly isFenced?: boolean;
  readonly log?: SidecarWorld["log"];
  readonly flushMilliseconds?: number;
}

const QUIET: SidecarWorld["log"] = { info: () => {}, warn: () => {}, error: () => {} };
const BEAT_MS = 1000;
const TERMINATED = 143;

export function functionsCast(cloud: Cloud, options: FunctionsOptions): Cast {
  return (group, stage) => void perform(cloud, options, group, stage);
}

async function perform(cloud: Cloud, options: FunctionsOptions, group: Group, stage: Stage) {
  const task = new Task(cloud, options, group, stage);
  try {
    await task.perform();
  } catch {
    stage.end({ exitCodes: { enter: 1 } });
  } finally {
    task.clear();
  }
}

class Task {
  readonly #cloud: Cloud;
  readonly #options: FunctionsOptions;
  readonly #group: Group;
  readonly #stage: Stage;
  readonly #mishaps: Mishaps;
  readonly #folder = mkdtempSync(join(tmpdir(), "zoe-task-"));
  readonly #told = new AbortController();
  readonly #over = new AbortController();
  /** The program must end. */
  readonly #ended = new AbortController();
  readonly #state: ProgramState = { isStopped: false, exitCode: undefined };
  #cutUntil = Number.NEGATIVE_INFINITY;
  #isGivenUp = false;

  constructor(cloud: Cloud, options: FunctionsOptions, group: Group, stage: Stage) {
    this.#cloud = cloud;
    this.#options = options;
    this.#group = group;
    this.#stage = stage;
    this.#mishaps = options.mishaps?.(group) ?? {};
    stage.onStop(() => {
      this.#told.abort();
      if (this.#mishaps.isStubborn !== true) this.#ended.abort();
    });
  }

  async perform(): Promise<void> {
    const parts = partsOf(this.#group);
    const runtime = new DirectRuntime(this.#cloud, this.#over.signal);
    const beside = { options: this.#options, runtime, state: this.#state };
    const net = () => this.#connection();
    const world = worldOf(this.#cloud, this.#group, parts, this.#folder, beside, net);
    const { startsLateMs = 0, isStubborn = false } = this.#mishaps;
    if (startsLateMs > 0) await world.pause(startsLateMs);
    const told = await readSpec(world, parts.enter.environment.ZOE_SPEC ?? "");
    const isFenced = told.isFenced && this.#options.isFenced !== false;
    const numbered = { number: numberOf(parts), runner: runnerOf(this.#group, parts) };
    const instance = instanceOf({ ...told, isFenced }, numbered);
    runtime.owner = ownerOf(instance);
    const entered = await enter(world, instance);
    if (entered !== 0) return this.#stage.end({ exitCodes: { enter: entered } });
    if (this.#stage.isOver()) return;
    this.#start(world, instance, parts, runtime);
    const code = await sidecar(world, await takeOver(world), this.#told.signal);
    this.#over.abort();
    this.#ended.abort();
    if (isStubborn && !this.#state.isStopped) await world.pause(GRACE_MS);
    const { exitCode = KILLED } = this.#state;
    this.#state.isStopped = true;
    this.#stage.end({ exitCodes: { enter: 0, program: exitCode, sidecar: code } });
  }

  #start(world: SidecarWorld, instance: Instance, parts: Parts, runtime: DirectRuntime): void {
    const { spec, index } = instance;
    const isRunning = () => !this.#state.isStopped && (this.#isGivenUp || !this.#stage.isOver());
    this.#options.watch?.starts(spec, index, isRunning);
    this.#suffer();
    const setting = {
      ...{ spec, index, folder: this.#folder, environment: parts.program.environment },
      ...{ now: world.now, pause: (ms: number) => world.pause(ms, this.#ended.signal) },
      ...{ session: () => runtime.session(), told: this.#ended.signal },
    };
    const end = (exitCode: number) => {
      if (this.#over.signal.aborted) return;
      const isTold = this.#ended.signal.aborted;
      Object.assign(this.#state, { isStopped: true, exitCode: isTold ? TERMINATED : exitCode });
    };
    this.#options.program(setting).then(end, () => end(1));
  }

  #suffer(): void {
    const { clock } = this.#cloud.aws;
    const { cut, givenUpAfterMs } = this.#mishaps;
    if (cut)
      clock.after(cut.afterMs, () => {
        this.#cutUntil = clock.now() + cut.forMs;
      });
    if (givenUpAfterMs !== undefined)
      clock.after(givenUpAfterMs, () => {
        if (this.#stage.isOver()) return;
        this.#isGivenUp = true;
        this.#stage.end({ exitCodes: {}, stoppedReason: "Host EC2 (instance i-0abc) terminated." });
      });
  }

  /** What AWS has ended calls nobody any more. */
  #connection(): "up" | "cut" | "gone" {
    if (this.#isGivenUp || this.#cloud.aws.clock.now() < this.#cutUntil) return "cut";
    return this.#stage.isOver() ? "gone" : "up";
  }

  clear(): void {
    this.#over.abort();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

interface ProgramState {
  isStopped: boolean;
  exitCode: number | undefined;
}

interface Beside {
  readonly options: FunctionsOptions;
  readonly runtime: DirectRuntime;
  readonly state: ProgramState;
}

type Connection = () => "up" | "cut" | "gone";

function worldOf(
  { aws }: Cloud,
  group: Group,
  { enter: { environment } }: Parts,
  folder: string,
  { options, runtime, state }: Beside,
  connection: Connection,
): SidecarWorld {
  const { clock } = aws;
  const now = () => clock.now();
  const began = now();
  const direct = aws.client(group.taskRole ?? "");
  const client = { ...direct, requestHandler: over(direct.requestHandler, connection, clock) };
  const pause: SidecarWorld["pause"] = (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const end = () => {
        cancel();
        resolve();
      };
      const cancel = clock.after(ms, end);
      signal?.addEventListener("abort", end, { once: true });
    });
  const table = environment.ZOE_WORK_TABLE ?? "";
  const store = dynamoStore({
    ...{ client: new DynamoDBClient(client), table, now, wait: (ms) => pause(ms) },
  });
  const place = { client: new S3Client(client), bucket: environment.ZOE_BUCKET ?? "", now };
  const objects = s3Objects(place);
  let ids = 0;
  const tasks = new AwsTaskQueues({
    ...{ store, now, pause },
    messages: sqsTaskMessages(new SQSClient(client)),
    texts: objectTexts(objects),
    ownerOf: async () => runtime.owner,
    queuePrefix: taskQueuePrefix(environment.ZOE_STACK ?? ""),
    wake: async () => {},
    newId: () => `${group.id.slice(-12)}${String(++ids).padStart(6, "0")}`,
    flushMilliseconds: options.flushMilliseconds ?? 1000,
  });
  const program = () => ({
    ...{ name: "program", isStopped: state.isStopped },
    ...(state.exitCode !== undefined && { exitCode: state.exitCode }),
  });
  return {
    ...{
      store,
      objects,
      tasks,
      now,
      pause,
      fetch,
      folder,
      agent: AGENT,
      port: 0,
      log: options.log ?? QUIET,
    },
    look: async () => ({ taskArn: taskArnOf(group), containers: [program()] }),
    measure: async () => ({ cpuSeconds: (now() - began) / 1000, memoryMib: 64 }),
    openRuntime: async () => runtime.open(tasks),
  };
}

/** Who is cut off hears nothing, and gives up after a while; who is gone waits for ever. */
function over(handler: InProcess, connection: Connection, clock: Clock) {
  return Object.assign(Object.create(handler) as InProcess, {
    async handle(...words: Parameters<InProcess["handle"]>) {
      const now = connection();
      if (now === "gone") return new Promise<never>(() => {});
      if (now === "up") return handler.handle(...words);
      await new Promise<void>((resolve) => void clock.after(TIMEOUT_MS, resolve));
      throw Object.assign(new Error("connect ETIMEDOUT"), { code: "ETIMEDOUT" });
    },
  });
}

const TIMEOUT_MS = 5000;

/** A runtime API whose one program calls it without a socket. */
class DirectRuntime {
  owner: string | undefined;
  #session: Session | undefined;
  readonly #cloud: Cloud;
  readonly #over: AbortSignal;

  constructor(cloud: Cloud, over: AbortSignal) {
    this.#cloud = cloud;
    this.#over = over;
  }

  session(): Session {
    if (this.#session === undefined) throw new Error("Its sidecar has not opened a door yet.");
    return this.#session;
  }

  open(tasks: AwsTaskQueues): Runtime {
    const { clock } = this.#cloud.aws;
    const beat = () => {
      if (this.#over.aborted) return;
      this.#session?.beat().catch(() => undefined);
      clock.after(BEAT_MS, beat);
    };
    clock.after(BEAT_MS, beat);
    return {
      open: (session: WorkerSession) => {
        this.#session = new Session(session, { tasks, now: () => clock.now() });
        return "";
      },
      close: async (_, __, killed) => this.#session?.close(killed),
      listenAt: async () => {},
      stop: async () => {},
    };
  }
}
