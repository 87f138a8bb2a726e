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
import { instanceOf, ownerOf, readSpec, takeOver } from "#sidecar/instance.ts";
import { sidecar } from "#sidecar/sidecar.ts";
import type { SidecarWorld } from "#sidecar/world.ts";
import type { Cast, Group, Stage } from "#test/aws/stage.ts";
import type { Cloud } from "./cloud.ts";
import { numberOf, type Parts, partsOf, runnerOf } from "./group.ts";

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
  readonly starts?: (spec: InstanceSpec, index: number, runner: string) => void;
  readonly ends?: (spec: InstanceSpec, index: number, runner: string) => void;
}

export interface FunctionsOptions {
  readonly program: Program;
  readonly watch?: Watcher;
  readonly log?: SidecarWorld["log"];
  readonly flushMilliseconds?: number;
}

const QUIET: SidecarWorld["log"] = { info: () => {}, warn: () => {}, error: () => {} };
const BEAT_MS = 1000;
const KILLED = 137;

export function functionsCast(cloud: Cloud, options: FunctionsOptions): Cast {
  return (group, stage) => void perform(cloud, options, group, stage);
}

async function perform(cloud: Cloud, options: FunctionsOptions, group: Group, stage: Stage) {
  const parts = partsOf(group);
  const folder = mkdtempSync(join(tmpdir(), "zoe-task-"));
  const told = new AbortController();
  const over = new AbortController();
  stage.onStop(() => told.abort());
  const state = { isStopped: false, exitCode: undefined as number | undefined };
  const runner = runnerOf(group, parts);
  const runtime = new DirectRuntime(cloud, over.signal);
  const world = worldOf(cloud, group, parts, folder, { options, runtime, state });
  try {
    const spec = await readSpec(world, parts.enter.environment.ZOE_SPEC ?? "");
    const instance = instanceOf(spec, { number: numberOf(parts), runner });
    runtime.owner = ownerOf(instance);
    const entered = await enter(world, instance);
    if (entered !== 0) return stage.end({ exitCodes: { enter: entered } });
    options.watch?.starts?.(spec, instance.index, runner);
    const program = options
      .program({
        ...{ spec, index: instance.index, folder, environment: parts.program.environment },
        ...{ now: world.now, pause: (ms) => world.pause(ms, over.signal) },
        ...{ session: () => runtime.session(), told: over.signal },
      })
      .catch(() => 1);
    void program.then((exitCode) => Object.assign(state, { isStopped: true, exitCode }));
    const code = await sidecar(world, await takeOver(world), told.signal);
    options.watch?.ends?.(spec, instance.index, runner);
    stage.end({ exitCodes: { enter: 0, program: state.exitCode ?? KILLED, sidecar: code } });
  } catch {
    stage.end({ exitCodes: { enter: 1 } });
  } finally {
    over.abort();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Beside {
  readonly options: FunctionsOptions;
  readonly runtime: DirectRuntime;
  readonly state: { isStopped: boolean; exitCode: number | undefined };
}

function worldOf(
  { aws }: Cloud,
  group: Group,
  { enter: { environment } }: Parts,
  folder: string,
  { options, runtime, state }: Beside,
): SidecarWorld {
  const { clock } = aws;
  const now = () => clock.now();
  const client = aws.client(group.taskRole ?? "");
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
    ...{ store, objects, tasks, now, pause, fetch, folder, port: 0, log: options.log ?? QUIET },
    look: async () => ({ taskArn: group.id, containers: [program()] }),
    openRuntime: async () => runtime.open(tasks),
  };
}

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
