// The output of an execution's programs as it comes: a few instances at a time, each line under the name of its instance.
import type { Client } from "#cli/client/client.ts";
import type { Terminal } from "#cli/show/terminal.ts";
import { harmless } from "#cli/show/text.ts";
import type { ExecutionAnswer } from "#shared/api/execution.ts";
import type { InstanceAnswer } from "#shared/api/history.ts";
import { instanceName } from "#shared/instance.ts";

/** Each takes two long polls. */
const AT_ONCE = 8;
const LOOK_MS = 1000;

export type Stream = "stdout" | "stderr";

/** Reads one stream of one instance to its end, line by line; waits for what is still to come when `isFollowed`. */
export async function readLog(
  client: Client,
  { executionId, service, index, generation }: InstanceAnswer,
  stream: Stream,
  { isFollowed, signal, line }: ReadOptions,
): Promise<void> {
  let offset = 0;
  let rest = "";
  for (;;) {
    const query = { service, index, generation, stream, offset, isFollowed };
    const { value: part, pauseMs } = await client.log(executionId, query, signal);
    offset = part.next;
    const lines = (rest + part.text).split("\n");
    rest = lines.pop() ?? "";
    for (const text of lines) line(text);
    if (part.done || (!isFollowed && part.text === "")) break;
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  if (rest !== "") line(rest);
}

export interface ReadOptions {
  readonly isFollowed: boolean;
  readonly signal?: AbortSignal;
  readonly line: (text: string) => void;
}

export class LogFollower {
  #client: Client;
  #terminal: Terminal;
  #id: string;
  #signal: AbortSignal;
  #begun = new Set<string>();
  #reading = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  constructor(client: Client, terminal: Terminal, id: string, signal: AbortSignal) {
    this.#client = client;
    this.#terminal = terminal;
    this.#id = id;
    this.#signal = signal;
  }

  /** From now on it looks every second who began to run, and reads along. */
  start(execution: ExecutionAnswer): void {
    this.#timer ??= setInterval(() => this.#look(isMany(execution), AT_ONCE), LOOK_MS).unref();
  }

  /** Those who are read are read to their ends, but nobody else. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** The execution has ended: what was not read yet is read now. */
  async end(execution: ExecutionAnswer): Promise<void> {
    this.stop();
    await this.#looking;
    await this.#begin(isMany(execution), Number.POSITIVE_INFINITY);
    await Promise.allSettled(this.#reading);
  }

  #look(withName: boolean, most: number): void {
    this.#looking ??= this.#begin(withName, most)
      .catch(() => {})
      .finally(() => {
        this.#looking = undefined;
      });
  }

  async #begin(withName: boolean, most: number): Promise<void> {
    for await (const instance of this.#client.instances(this.#id)) {
      if (this.#signal.aborted) return;
      if (instance.startedAt === undefined && instance.state !== "running") continue;
      const name = instanceName(instance);
      if (this.#begun.has(name)) continue;
      if (this.#reading.size >= Math.min(most, AT_ONCE)) {
        if (!Number.isFinite(most)) await Promise.race(this.#reading);
        else return;
      }
      this.#begun.add(name);
      this.#read(instance, withName ? linePrefix(this.#terminal, instance) : "");
    }
  }

  #read(instance: InstanceAnswer, prefix: string): void {
    const reading = readBoth(this.#client, this.#terminal, instance, {
      ...{ prefix, isFollowed: true, signal: this.#signal },
    }).catch(() => {});
    this.#reading.add(reading);
    void reading.finally(() => this.#reading.delete(reading));
  }
}

/** stdout to stdout, stderr to stderr. */
export async function readBoth(
  client: Client,
  terminal: Terminal,
  instance: InstanceAnswer,
  options: { prefix: string; isFollowed: boolean; signal?: AbortSignal; only?: Stream },
): Promise<void> {
  const { prefix, only, ...rest } = options;
  const out = (line: string) => terminal.say(prefix + harmless(line));
  const err = (line: string) => terminal.warn(prefix + harmless(line));
  await Promise.all([
    only === "stderr" || readLog(client, instance, "stdout", { ...rest, line: out }),
    only === "stdout" || readLog(client, instance, "stderr", { ...rest, line: err }),
  ]);
}

export function linePrefix(terminal: Terminal, instance: InstanceAnswer): string {
  const { service, index, label } = instance;
  return terminal.paint("dim", `${label ?? `${service}-${index}`} | `);
}

function isMany({ services }: ExecutionAnswer): boolean {
  return services.length > 1 || services.some(({ count }) => count > 1);
}
