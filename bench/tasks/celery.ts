// The peer: Celery over RabbitMQ as Debian ships them, both started here on loopback with their own data, and ended by their process ids.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort } from "#test/free-port.ts";

const RABBITMQ = "/usr/lib/rabbitmq/bin/rabbitmq-server";
const PYTHON = "/usr/bin/python3";
const FOLDER = fileURLToPath(new URL(".", import.meta.url));
const START_SECONDS = 60;

/** Why the peer can't be measured here, or undefined. */
export function whyNoCelery(): string | undefined {
  const hint = "apt-get install python3-celery rabbitmq-server";
  if (!existsSync(RABBITMQ)) return `RabbitMQ is not installed (${hint})`;
  try {
    execFileSync(PYTHON, ["-c", "import celery"], { stdio: "ignore" });
  } catch {
    return `Celery is not installed (${hint})`;
  }
  return undefined;
}

/** No-op tasks a second, published and done together by two processes that prefetch 64. */
export async function celeryRate(count: number, payloadBytes: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "zoe-bench-rabbit-"));
  const running: ChildProcess[] = [];
  try {
    const broker = await startRabbit(folder, running);
    const env = { ...process.env, BENCH_BROKER: broker, PYTHONDONTWRITEBYTECODE: "1" };
    const words = [
      "-m",
      "celery",
      "-A",
      "celery_app",
      "worker",
      "--pool=prefork",
      "--concurrency=2",
    ];
    const quiet = [
      "--loglevel=ERROR",
      "--without-gossip",
      "--without-mingle",
      "--without-heartbeat",
    ];
    running.push(spawn(PYTHON, [...words, ...quiet], { cwd: FOLDER, env, stdio: "ignore" }));
    const program = [join(FOLDER, "celery_app.py"), String(count), String(payloadBytes)];
    const said = await outputOf(
      spawn(PYTHON, program, { env, stdio: ["ignore", "pipe", "inherit"] }),
    );
    return count / Number(said.trim().split(" ")[1]);
  } finally {
    for (const child of running.reverse()) await end(child);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Its own port mapper, node name and folders: nothing is shared with a RabbitMQ that runs as a service. */
async function startRabbit(folder: string, running: ChildProcess[]): Promise<string> {
  const [port, distribution, mapper] = await Promise.all([freePort(), freePort(), freePort()]);
  const env = {
    ...process.env,
    HOME: folder,
    ERL_EPMD_ADDRESS: "127.0.0.1",
    ERL_EPMD_PORT: String(mapper),
    RABBITMQ_NODENAME: `bench${port}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: "127.0.0.1",
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(distribution),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "-kernel inet_dist_use_interface {127,0,0,1}",
    RABBITMQ_MNESIA_BASE: join(folder, "data"),
    RABBITMQ_LOG_BASE: join(folder, "log"),
    RABBITMQ_CONFIG_FILE: join(folder, "rabbitmq"),
    RABBITMQ_CONF_ENV_FILE: join(folder, "rabbitmq-env.conf"),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, "plugins"),
  };
  writeFileSync(join(folder, "rabbitmq.conf"), "loopback_users.guest = true\n");
  writeFileSync(join(folder, "rabbitmq-env.conf"), "");
  writeFileSync(join(folder, "plugins"), "[].\n");
  running.push(spawn("epmd", [], { env, stdio: "ignore" }));
  const rabbit = spawn(RABBITMQ, [], { env, stdio: "ignore" });
  running.push(rabbit);
  await answering(port, rabbit);
  return `amqp://guest:guest@127.0.0.1:${port}//`;
}

async function answering(port: number, rabbit: ChildProcess): Promise<void> {
  const program = `import sys, amqp; c = amqp.Connection("127.0.0.1:${port}"); c.connect(); c.close()`;
  for (let waited = 0; waited < START_SECONDS; waited += 0.5) {
    if (rabbit.exitCode !== null)
      throw new Error(`RabbitMQ ended at its start with code ${rabbit.exitCode}.`);
    try {
      execFileSync(PYTHON, ["-c", program], { stdio: "ignore", timeout: 10_000 });
      return;
    } catch {
      await after(500);
    }
  }
  throw new Error(`RabbitMQ did not answer within ${START_SECONDS} seconds.`);
}

async function outputOf(child: ChildProcess): Promise<string> {
  let text = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  const code = await new Promise((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`The publisher of the bench ended with code ${code}.`);
  return text;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const force = setTimeout(() => child.kill("SIGKILL"), 15_000);
  await ended;
  clearTimeout(force);
}
