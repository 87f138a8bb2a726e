// A local server of its own for a test file, and `zoe` against it: in this process, or as a process where that matters.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import type { Cli } from "#cli/cli.ts";
import { runProgram } from "#cli/program.ts";
import { Terminal } from "#cli/show/terminal.ts";

const ROOT = join(import.meta.dirname, "..", "..");

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface TestServer {
  readonly address: string;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** In this process: fast. */
  zoe(
    args: readonly string[],
    more?: { stdin?: string; environment?: object; columns?: number },
  ): Promise<Said>;
  /** Ends it in order, and starts it again where it was. */
  restart(): Promise<void>;
  /** Through its door, as people start it. */
  spawnZoe(args: readonly string[], more?: { cwd?: string; environment?: object }): Running;
  end(): Promise<void>;
}

/** `more`: further words for it. */
export async function startTestServer(
  more: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), "zoe-cli-"));
  const state = join(folder, "state");
  const begin = (port: string) => {
    const words = [join(ROOT, "local", "main.ts"), "--state", state, "--port", port];
    return spawn(process.execPath, [...words, ...more, "--requests-per-second", "2000"], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, ...environment },
    });
  };
  let child = begin("0");
  const address = await addressOf(child);
  const ofClients = {
    ...{ ZOE_SERVER: address, ZOE_TOKEN_FILE: join(state, "admin-token") },
    HOME: folder,
    PATH: process.env.PATH ?? "",
  };
  return {
    ...{ address, folder, environment: ofClients },
    zoe: (args, { stdin = "", environment: more = {}, columns } = {}) =>
      zoeHere(args, { ...ofClients, ...more, ...(columns && { COLUMNS: String(columns) }) }, stdin),
    spawnZoe: (args, { cwd = folder, environment: more = {} } = {}) =>
      new Running(
        spawn("node", [join(ROOT, "cli", "zoe.mjs"), ...args], {
          cwd,
          env: { ...ofClients, ...more },
        }),
      ),
    async restart() {
      await ended(child);
      child = begin(new URL(address).port);
      await addressOf(child);
    },
    async end() {
      await ended(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  child.kill("SIGTERM");
  await new Promise((resolve) => child.once("exit", resolve));
}

async function addressOf(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("The server must have a stdout.");
  for await (const line of createInterface({ input: child.stdout })) {
    const address = /listening on (http:\S+)/.exec(line)?.[1];
    if (address !== undefined) {
      child.stdout.resume();
      return address;
    }
  }
  throw new Error("The server ended before it listened.");
}

export async function zoeHere(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  stdin = "",
): Promise<Said> {
  const said = { out: "", err: "" };
  const screen = (name: "out" | "err") => ({
    write: (text: string) => {
      said[name] += text;
    },
  });
  const terminal = new Terminal({ out: screen("out"), err: screen("err"), environment });
  const cli: Cli = {
    terminal,
    stdin: Readable.from([Buffer.from(stdin)]),
    environment,
    exitCode: 0,
  };
  const code = await runProgram(cli, args);
  return { code, ...said };
}

/** A `zoe` that runs: what it says can be waited for. */
export class Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Said>;
  #said = { out: "", err: "" };
  #waiting = new Set<() => void>();

  constructor(child: ChildProcess) {
    this.child = child;
    for (const [name, stream] of [
      ["out", child.stdout],
      ["err", child.stderr],
    ] as const) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#said[name] += text;
        for (const look of this.#waiting) look();
      });
    }
    this.ended = new Promise((resolve) => {
      child.once("close", (code, signal) =>
        resolve({ code: code ?? (signal === "SIGHUP" ? 129 : 255), ...this.#said }),
      );
    });
  }

  /** Until it says something that fits, on stderr or stdout; the match. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(this.#said.err + this.#said.out);
        if (found === null) return;
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      void this.ended.then((said) => reject(new Error(`It ended without ${pattern}: ${said.err}`)));
      look();
    });
  }
}
