// A process engine in a folder of its own, for the tests: real programs, real processes.
import { randomUUID } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LaunchRequest } from "#functions/backend.ts";
import {
  type ProcessBackend,
  type ProcessOptions,
  processBackend,
} from "#local/backends/process.ts";
import { LocalLogs } from "#local/logs.ts";
import { type FileObjects, fileObjects } from "#local/objects/file-objects.ts";
import type { InstanceId } from "#shared/instance.ts";
import type { Amount } from "#shared/pool.ts";
import type { Command, Service } from "#shared/zapp.ts";
import { EventLog } from "#test/contract/backend.ts";

export const CAPACITY: Amount = { instances: 60, cpu: 4, memoryMib: 4096, gpu: 0 };
/** Long enough for a program that obeys, on a busy machine. */
export const GRACE_SECONDS = 0.5;

export interface ProcessBody {
  readonly backend: ProcessBackend;
  readonly events: EventLog;
  readonly logs: LocalLogs;
  readonly objects: FileObjects;
  readonly state: string;
  /** Lines of the log, for tests of what must not stand there. */
  readonly logged: string[];
  /** The control plane dies: nothing is told any more, the spawner's input ends. The next one is opened on the same state. */
  crash(): Promise<void>;
  close(): Promise<void>;
}

export async function openProcessBody(
  options: Partial<ProcessOptions> = {},
  state = realpathSync(mkdtempSync(join(tmpdir(), "zoe-process-"))),
): Promise<ProcessBody> {
  const events = new EventLog();
  const logs = new LocalLogs(join(state, "logs"));
  const objects = await fileObjects(state, { newId: () => randomUUID() });
  const logged: string[] = [];
  const write = (text: string, about?: object) => logged.push(`${text} ${JSON.stringify(about)}`);
  const backend = await processBackend({
    stateDirectory: state,
    capacity: CAPACITY,
    emit: (all) => events.add(...all),
    secrets: async () => ({}),
    runtime: { open: () => "http://127.0.0.1:1/secret", close: () => {} },
    objects,
    logs,
    now: Date.now,
    log: { info: write, warn: write, error: write },
    graceSeconds: GRACE_SECONDS,
    ...options,
  });
  return {
    ...{ backend, events, logs, objects, state, logged },
    crash: () => backend.runner.close(),
    close: async () => {
      await backend.close();
      rmSync(state, { recursive: true, force: true });
    },
  };
}

export interface RequestBend extends Partial<Omit<LaunchRequest, "instance" | "service">> {
  readonly instance?: Partial<InstanceId>;
  readonly service?: Partial<Omit<Service, "run" | "count">> & { readonly run?: Service["run"] };
}

/** A small array child that runs this command, bent. */
export function aRequest(command: Command | string, bend: RequestBend = {}): LaunchRequest {
  const { instance, service, ...rest } = bend;
  const id = { executionId: "exe_1", service: "sim", index: 0, generation: 1, ...instance };
  return {
    instance: id,
    tenant: "physics",
    user: "ada",
    zapp: "sweep",
    environment: {},
    ...rest,
    service: {
      ...{ run: "array", count: 100, tolerate: { count: 0 }, name: id.service },
      command: typeof command === "string" ? { kind: "shell", text: command } : command,
      ...{ environment: {}, secrets: {}, files: {}, inputs: [], outputs: [] },
      resources: { cpu: 0.05, memoryMib: 64, gpu: 0 },
      ...{ capacity: "on-demand", volumes: [], needs: [], after: [], pull: "pinned" },
      retry: { attempts: 1, backoffSeconds: 0, on: [], exits: [] },
      ...service,
    } as Service,
  };
}

/** All that a program wrote to a stream. */
export async function logOf(
  { logs }: ProcessBody,
  { instance }: LaunchRequest,
  stream: "stdout" | "stderr" = "stdout",
): Promise<string> {
  let text = "";
  for (let offset = 0; ; ) {
    const part = await logs.read(instance, stream, { offset, limitBytes: 1024 * 1024 });
    text += part.text;
    offset = part.next;
    if (part.done) return text;
  }
}

export async function keysOf({ objects }: ProcessBody): Promise<string[]> {
  const page = await objects.list("executions/", { limit: 1000 });
  return page.objects.map(({ key }) => key);
}

export async function textOf({ objects }: ProcessBody, key: string): Promise<string> {
  const found = await objects.get(key);
  return found ? Buffer.from(await found.bytes()).toString() : `(no object ${key})`;
}

/** Processes on this machine that carry the mark in their environment or arguments; zombies are none. */
export function processesWith(mark: string): number[] {
  const pids = readdirSync("/proc").map(Number).filter(Number.isInteger);
  return pids.filter((pid) => pid !== process.pid && isAlive(pid) && wordsOf(pid).includes(mark));
}

function wordsOf(pid: number): string {
  try {
    return `${readFileSync(`/proc/${pid}/environ`)}${readFileSync(`/proc/${pid}/cmdline`)}`;
  } catch {
    return "";
  }
}

export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2));
  } catch {
    return false;
  }
}
