// moto, another double of AWS (PyPI `moto[server]`), where this machine has it: our suites run over it too, so that ours isn't its own only witness.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { freePort } from "#test/free-port.ts";

export interface Moto {
  /** For a client of the SDK. */
  readonly client: {
    readonly region: string;
    readonly endpoint: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /** It forgets all that was made. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** Why a suite is skipped; undefined where moto is there. */
export function whyNoMoto(): string | undefined {
  const found = spawnSync("moto_server", ["--help"], { stdio: "ignore" });
  return found.error === undefined && found.status === 0
    ? undefined
    : "moto is not installed: pip install 'moto[server]'";
}

export async function startMoto(): Promise<Moto> {
  const port = await freePort();
  const server = spawn("moto_server", ["-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
  const endpoint = `http://127.0.0.1:${port}`;
  await answers(`${endpoint}/moto-api/`, server);
  return {
    client: {
      region: "us-east-1",
      endpoint,
      credentials: { accessKeyId: "AKIATEST", secretAccessKey: "test" },
    },
    reset: async () => void (await fetch(`${endpoint}/moto-api/reset`, { method: "POST" })),
    close: () =>
      new Promise((resolve) => {
        server.once("exit", () => resolve());
        server.kill("SIGKILL");
      }),
  };
}

async function answers(url: string, server: ChildProcess): Promise<void> {
  const until = Date.now() + 60_000;
  while (Date.now() < until) {
    if (server.exitCode !== null) throw new Error(`moto_server ended with ${server.exitCode}.`);
    const isThere = await fetch(url).then(
      () => true,
      () => false,
    );
    if (isThere) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  server.kill("SIGKILL");
  throw new Error("moto_server did not answer within a minute.");
}
