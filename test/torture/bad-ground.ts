// Bad ground under the control plane: a disk that is full, a clock that jumps, a state directory that can't be written.
import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { type Answer, pause, Server } from "./server.ts";

const NOBODY = 65_534;
const CLOCK = fileURLToPath(new URL("./clock-shift.mjs", import.meta.url));
const DISK_MIB = 48;

/** What a scenario found; a skipped one says why. */
export type Finding =
  | { readonly ok: boolean; readonly text: string }
  | { readonly skipped: string };

/** A queue whose one worker only sleeps. */
const queue = {
  version: 4,
  name: "queue-only",
  queues: { work: {} },
  services: [
    {
      ...{ name: "worker", run: "worker", queue: "work", program: ".", command: ["sleep", "600"] },
      ...{ count: { min: 0, max: 1 }, resources: { cpu: 0.1, memory: "64MiB" } },
    },
  ],
};

/** Tasks are put until the disk is full: a clear error, nothing corrupt, and it goes on when there is room. */
export async function fullDisk(folder: string, port: number): Promise<Finding> {
  const disk = join(folder, "disk");
  mkdirSync(disk);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_MIB}m`, "tmpfs", disk], {
      stdio: "ignore",
    });
  } catch {
    return { skipped: "full disk: a small file system can't be mounted here (it needs root)" };
  }
  const server = new Server({ state: join(disk, "state"), port });
  try {
    await server.start();
    const {
      execution: { id },
    } = await server.insist<{ execution: { id: string } }>("POST", "/v1/executions", {
      description: queue,
    });
    const { acknowledged, refusal } = await fill(server, id);
    const after = await server.ask("GET", `/v1/executions/${id}`);
    writeFileSync(join(disk, "note"), "");
    execFileSync("mount", ["-o", `remount,size=${DISK_MIB * 4}m`, disk]);
    const again = await put(server, id, 1);
    const counts = await server.insist<{ put: number }>("GET", `/v1/executions/${id}/queues/work`);
    await server.end("SIGKILL");
    await server.start();
    const restarted = await server.insist<{ put: number }>(
      "GET",
      `/v1/executions/${id}/queues/work`,
    );
    await server.end("SIGTERM");
    const intact = integrity(join(disk, "state", "zoe.db"));
    const ok =
      refusal?.status === 503 &&
      after?.status === 200 &&
      again?.status === 200 &&
      counts.put >= acknowledged &&
      restarted.put >= acknowledged &&
      intact === "ok";
    return {
      ok,
      text: `full disk: refused with ${refusal?.status} (${detailOf(refusal)}); ${acknowledged} tasks acknowledged, ${restarted.put} there after a kill; next put ${again?.status}; integrity ${intact}`,
    };
  } finally {
    await server.end("SIGKILL");
    execFileSync("umount", ["-l", disk], { stdio: "ignore" });
  }
}

async function fill(
  server: Server,
  id: string,
): Promise<{ acknowledged: number; refusal: Answer | undefined }> {
  let acknowledged = 0;
  for (let n = 0; n < 1000; n++) {
    const answer = await put(server, id, 1000);
    if (answer === undefined || answer.status !== 200) return { acknowledged, refusal: answer };
    acknowledged += 1000;
  }
  return { acknowledged, refusal: undefined };
}

function put(server: Server, id: string, n: number): Promise<Answer | undefined> {
  const tasks = Array.from({ length: n }, () => ({ payload: { text: "x".repeat(2000) } }));
  return server.ask("POST", `/v1/executions/${id}/queues/work/tasks`, tasks);
}

function detailOf(answer: Answer | undefined): string {
  return answer === undefined ? "no answer" : String((answer.body as { detail?: string }).detail);
}

function integrity(path: string): string {
  const database = new DatabaseSync(path);
  const row = database.prepare("pragma integrity_check").get() as { integrity_check: string };
  database.close();
  return row.integrity_check;
}

/** An hour forth, two hours back, a day forth: what was sent still runs to its end, once. */
export async function jumpingClock(folder: string, port: number): Promise<Finding> {
  const shiftFile = join(folder, "shift");
  writeFileSync(shiftFile, "0");
  process.env.CLOCK_SHIFT_FILE = shiftFile;
  const server = new Server({ state: join(folder, "clock"), port, nodeFlags: ["--import", CLOCK] });
  try {
    await server.start();
    const outcomes: string[] = [];
    for (const hours of [0, 1, -2, 24]) {
      const {
        execution: { id },
      } = await server.insist<{ execution: { id: string } }>("POST", "/v1/executions", {
        description: sleeper,
      });
      await pause(300);
      writeFileSync(shiftFile, String(hours * 3_600_000));
      outcomes.push(await outcomeOf(server, id));
    }
    const ok = outcomes.every((outcome) => outcome === "succeeded");
    return { ok, text: `clock that jumps: ${outcomes.join(", ")}` };
  } finally {
    await server.end("SIGTERM");
  }
}

const sleeper = {
  version: 4,
  name: "sleeper",
  services: [
    {
      name: "main",
      run: "array",
      count: 4,
      program: ".",
      command: ["sleep", "1"],
      resources: { cpu: 0.25, memory: "64MiB" },
    },
  ],
};

async function outcomeOf(server: Server, id: string): Promise<string> {
  for (let n = 0; n < 300; n++) {
    const { state, outcome } = await server.insist<{ state: string; outcome?: { kind: string } }>(
      "GET",
      `/v1/executions/${id}`,
    );
    if (state === "ended") return outcome?.kind ?? "none";
    await pause(100);
  }
  return "it never ended";
}

/** A start on a directory that can't be written says so; one that turns so while it runs refuses clearly, and goes on after. */
export async function readOnlyState(folder: string, port: number): Promise<Finding> {
  if (process.getuid?.() !== 0)
    return { skipped: "read-only state: only root can become another user" };
  const home = join(folder, "read-only");
  mkdirSync(home);
  chownSync(home, NOBODY, NOBODY);
  for (const path of [folder]) chmodSync(path, 0o755);
  const state = join(home, "state");
  const server = new Server({ state, port, uid: NOBODY });
  try {
    await server.start();
    setWritable(state, false);
    const refused = await upload(server);
    setWritable(state, true);
    const taken = await upload(server);
    const live = await server.ask("GET", "/healthz");
    await server.end("SIGTERM");
    setWritable(state, false);
    const refusal = await server.start().then(
      () => "it started",
      (error: Error) => error.message,
    );
    setWritable(state, true);
    const ok =
      refused === 503 &&
      taken === 201 &&
      live?.status === 200 &&
      /writ|read-only|permission/i.test(refusal);
    return {
      ok,
      text: `read-only state: an upload ${refused}, after it ${taken}; a start: ${refusal.trim().slice(0, 200)}`,
    };
  } finally {
    setWritable(state, true);
    await server.end("SIGKILL");
    rmSync(home, { recursive: true, force: true });
  }
}

async function upload(server: Server): Promise<number> {
  const response = await fetch(`${server.url}/v1/uploads?name=note.txt`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${server.token}`,
      "content-type": "application/octet-stream",
    },
    body: "x",
  });
  await response.text();
  return response.status;
}

function setWritable(path: string, writable: boolean): void {
  execFileSync("chmod", ["-R", writable ? "u+w" : "a-w", path]);
}
