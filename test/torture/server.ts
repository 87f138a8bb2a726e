// The control plane as a process of its own, to be killed and started again on the same state.
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../local/main.ts", import.meta.url));

export interface ServerOptions {
  readonly state: string;
  readonly port: number;
  readonly flags?: readonly string[];
  readonly nodeFlags?: readonly string[];
  readonly uid?: number;
  /** Beside its own. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly body: never;
}

export class Server {
  readonly #options: ServerOptions;
  #child: ChildProcess | undefined;
  /** What it wrote since its last start. */
  output = "";

  constructor(options: ServerOptions) {
    this.#options = options;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#options.port}`;
  }

  async start(): Promise<void> {
    const { state, port, flags = [], nodeFlags = [], uid, environment } = this.#options;
    this.output = "";
    const args = [
      ...nodeFlags,
      MAIN,
      "--state",
      state,
      "--port",
      String(port),
      "--requests-per-second",
      "100000",
      ...flags,
    ];
    const child = spawn(process.execPath, args, {
      stdio: ["ignore", "pipe", "pipe"],
      ...(environment && { env: { ...process.env, ...environment } }),
      ...(uid !== undefined && { uid, gid: uid }),
    });
    this.#child = child;
    child.stderr.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
    await new Promise<void>((resolve, reject) => {
      child.stdout.on("data", (chunk: Buffer) => {
        this.output += chunk.toString();
        if (this.output.includes("Token of")) resolve();
      });
      child.once("exit", (code) => reject(new Error(`It ended with code ${code}: ${this.output}`)));
    });
  }

  /** Answers when it is gone. */
  async end(signal: "SIGKILL" | "SIGTERM"): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return null;
    const gone = new Promise<number | null>((resolve) => child.once("exit", resolve));
    child.kill(signal);
    return gone;
  }

  get token(): string {
    return readFileSync(join(this.#options.state, "admin-token"), "utf8").trim();
  }

  /** Undefined while nobody answers. */
  async ask(method: string, path: string, body?: unknown): Promise<Answer | undefined> {
    try {
      const response = await fetch(this.url + path, {
        method,
        headers: {
          authorization: `Bearer ${this.token}`,
          ...(body !== undefined && { "content-type": "application/json" }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(30_000),
      });
      return { status: response.status, body: (await response.json()) as never };
    } catch {
      return undefined;
    }
  }

  /** Asks until somebody answers. */
  async insist<T>(method: string, path: string, body?: unknown): Promise<T> {
    for (;;) {
      const answer = await this.ask(method, path, body);
      if (answer !== undefined && answer.status < 300) return answer.body;
      if (answer !== undefined && answer.status < 500 && answer.status !== 429) {
        throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      }
      await pause(50);
    }
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Processes by what their environment says; of those that are gone nothing. */
export function processesWith(mark: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => readOf(pid, "environ").includes(mark))
    .map(Number);
}

export function childrenOf(parent: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => Number(readOf(pid, "stat").split(") ")[1]?.split(" ")[1]) === parent)
    .map(Number);
}

function readOf(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

export function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself first.
  }
}
