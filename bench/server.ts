// Starts the control plane for a bench, as `npm start` does, with its state in a temporary folder; and takes it away again.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../local/main.ts", import.meta.url));

export interface BenchServer {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
  readonly state: string;
  /** One JSON request; throws when it is refused. */
  ask<T>(method: string, path: string, body?: unknown): Promise<T>;
  stop(): Promise<void>;
}

/** Shipped settings, but for the rate limit, raised by its documented flag, and the flags given. */
export async function startServer(flags: readonly string[] = []): Promise<BenchServer> {
  const state = mkdtempSync(join(tmpdir(), "zoe-bench-"));
  const args = [
    "--max-semi-space-size=16",
    MAIN,
    "--state",
    join(state, "zoe"),
    "--port",
    "0",
    "--requests-per-second",
    "1000000",
    ...flags,
  ];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const url = await new Promise<string>((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const found = /listening on (\S+)[\s\S]*Token/.exec(text)?.[1];
      if (found) resolve(found);
    });
    child.once("exit", (code) =>
      reject(new Error(`The control plane ended at its start with code ${code}.`)),
    );
  });
  const token = readFileSync(join(state, "zoe", "admin-token"), "utf8").trim();
  return {
    ...{ url, token, pid: child.pid ?? 0, state },
    async ask(method, path, body) {
      const response = await fetch(url + path, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body !== undefined && { "content-type": "application/json" }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      if (!response.ok)
        throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
      return (await response.json()) as never;
    },
    async stop() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
      rmSync(state, { recursive: true, force: true });
    },
  };
}
