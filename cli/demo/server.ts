// The demo's own control plane: started on a free port with its state in a temporary folder, ended and cleared away again.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { VisibleError } from "#shared/fault.ts";
import type { DemoOptions } from "./options.ts";

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const LOCAL_BODY = join(ROOT, "local", "main.ts");
/** With all that it talks to in the same process. */
const AWS_BODY = join(ROOT, "test", "aws", "story", "main.ts");

const START_SECONDS = 60;
/** To end in order; then it is ended by force. */
const END_SECONDS = 30;
const LOOK_MS = 25;

export interface DemoServer {
  readonly address: string;
  readonly tokenFile: string;
  readonly pid: number;
  readonly folder: string;
  /** Ends it and clears its folder away; twice is fine. */
  end(): Promise<void>;
  /** It goes on when the demo has ended. */
  keep(): void;
}

/** In a process group of its own: Ctrl-C reaches the demo alone, which then ends it in order. */
export async function startServer(
  { engine, body, isTraced }: Pick<DemoOptions, "engine" | "body" | "isTraced">,
  signal: AbortSignal,
): Promise<DemoServer> {
  const folder = mkdtempSync(join(tmpdir(), "zoe-demo-"));
  const log = join(folder, "server.log");
  const state = join(folder, "state");
  const output = openSync(log, "w");
  const words =
    body === "aws"
      ? [AWS_BODY, "--state", state, ...(isTraced ? ["--trace"] : [])]
      : [LOCAL_BODY, "--state", state, "--port", "0", "--engine", engine];
  const child = spawn(process.execPath, words, {
    ...{ cwd: ROOT, detached: true },
    stdio: ["ignore", isTraced ? "inherit" : output, output],
  });
  const end = once(async () => {
    await endProcess(child);
    rmSync(folder, { recursive: true, force: true });
  });
  try {
    const address = await addressIn(log, child, signal);
    const tokenFile = join(state, "admin-token");
    return { address, tokenFile, pid: child.pid ?? 0, folder, end, keep: () => child.unref() };
  } catch (error) {
    await end();
    throw error;
  }
}

async function addressIn(log: string, child: ChildProcess, signal: AbortSignal): Promise<string> {
  const until = Date.now() + START_SECONDS * 1000;
  for (;;) {
    const text = readFileSync(log, "utf8");
    const address = /listening on (http:\/\/\S+)/.exec(text)?.[1];
    if (address !== undefined) return address;
    const isOver = child.exitCode !== null || child.signalCode !== null;
    if (isOver || Date.now() > until) {
      const why = isOver ? "it ended" : `nothing was heard of it for ${START_SECONDS} s`;
      throw new VisibleError(
        "unavailable",
        `The control plane did not start: ${why}.\n${text.trim()}`,
      );
    }
    await sleep(LOOK_MS, undefined, { signal });
  }
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const late = new AbortController();
  await Promise.race([
    ended,
    sleep(END_SECONDS * 1000, undefined, { signal: late.signal }).catch(() => {}),
  ]);
  late.abort();
  if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
}

function once(act: () => Promise<void>): () => Promise<void> {
  let acting: Promise<void> | undefined;
  return () => {
    acting ??= act();
    return acting;
  };
}
