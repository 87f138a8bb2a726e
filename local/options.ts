// The flags of `npm start`: what they mean, their defaults, and clear words for what is wrong with them.
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { LogLevel } from "#functions/host/log.ts";
import { LocalEnv } from "#shared/env.ts";
import { VisibleError } from "#shared/fault.ts";
import { type ContainerSettings, containerSettings } from "./container-settings.ts";

export interface HostOptions {
  /** Where everything is kept. */
  readonly state: string;
  readonly port: number;
  readonly host: string;
  readonly logLevel: LogLevel;
  /** What the engine may hold; the machine's own size without them. */
  readonly cpus?: number;
  readonly memoryMib?: number;
  readonly retentionDays?: number;
  readonly requestsPerSecond?: number;
  /** process by default. auto: containers where a runtime answers, else processes. */
  readonly engine?: "process" | "container" | "auto";
  readonly containers?: ContainerSettings;
}

export const USAGE = `Runs Zoe's control plane on this machine, in the foreground. Ctrl-C or SIGTERM ends it in order.

  npm start -- [flags]

  --state DIR               where everything is kept   (ZOE_STATE; default ~/.local/state/zoe)
  --port N                  0 takes a free one         (ZOE_PORT; default 7420)
  --host ADDRESS            loopback only, unless --expose is given (ZOE_HOST; default 127.0.0.1)
  --expose                  listen on other addresses, without TLS: put a proxy with TLS in front
  --engine process|container|auto   programs as processes, or as containers of Docker or Podman; auto: containers
                            where one of them answers  (ZOE_ENGINE; default process; DOCKER_HOST names another socket)
  --images PATTERNS         where images of zapps that did not come with Zoe may be from, as docker.io/library/*,quay.io/lab/*
                            (ZOE_IMAGES; default: anywhere; administrators are free)
  --host-volumes NAME=DIR[:rw],...  folders of this machine that zapps may mount by these names (ZOE_HOST_VOLUMES)
  --read-only-root          containers can write to their own folders and volumes only (ZOE_READ_ONLY_ROOT)
  --cpus N                  vCPU the engine may hold   (ZOE_CPUS; default: all of this machine)
  --memory-mib N            memory the engine may hold (ZOE_MEMORY_MIB; default: 90 % of this machine)
  --retention-days N        ended executions, their files, logs and results are kept so long (ZOE_RETENTION_DAYS; default 30)
  --requests-per-second N   of one token               (ZOE_REQUESTS_PER_SECOND; default 200)
  --log error|warn|info     JSON lines on stderr       (ZOE_LOG; default warn)

Example:  npm start -- --state ./state --port 7420
`;

const LOOPBACK = /^(127(\.\d{1,3}){3}|localhost|::1)$/;

const flags = {
  state: { type: "string" },
  port: { type: "string" },
  host: { type: "string" },
  expose: { type: "boolean" },
  cpus: { type: "string" },
  "memory-mib": { type: "string" },
  "retention-days": { type: "string" },
  "requests-per-second": { type: "string" },
  engine: { type: "string" },
  images: { type: "string" },
  "host-volumes": { type: "string" },
  "read-only-root": { type: "boolean" },
  log: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

/** Undefined when help was asked for. Throws `VisibleError` with every fault. */
export function readOptions(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): HostOptions | undefined {
  const given = parse(argv);
  if (given.help) return undefined;
  const env = check({
    ...known(environment),
    ...named("ZOE_STATE", given.state),
    ...named("ZOE_PORT", given.port),
    ...named("ZOE_HOST", given.host),
    ...named("ZOE_CPUS", given.cpus),
    ...named("ZOE_MEMORY_MIB", given["memory-mib"]),
    ...named("ZOE_RETENTION_DAYS", given["retention-days"]),
    ...named("ZOE_REQUESTS_PER_SECOND", given["requests-per-second"]),
    ...named("ZOE_ENGINE", given.engine),
    ...named("ZOE_IMAGES", given.images),
    ...named("ZOE_HOST_VOLUMES", given["host-volumes"]),
    ...named("ZOE_READ_ONLY_ROOT", given["read-only-root"] ? "true" : undefined),
    ...named("ZOE_LOG", given.log),
  });
  const host = env.ZOE_HOST ?? "127.0.0.1";
  if (!LOOPBACK.test(host) && given.expose !== true) throw exposed(host);
  const containers = containerSettings(env);
  return {
    ...{ host, port: env.ZOE_PORT ?? 7420, logLevel: env.ZOE_LOG ?? "warn" },
    // The spawner works in another folder.
    state: resolve(env.ZOE_STATE ?? join(homedir(), ".local", "state", "zoe")),
    ...(env.ZOE_ENGINE !== undefined && { engine: env.ZOE_ENGINE }),
    containers,
    ...(env.ZOE_CPUS !== undefined && { cpus: env.ZOE_CPUS }),
    ...(env.ZOE_MEMORY_MIB !== undefined && { memoryMib: env.ZOE_MEMORY_MIB }),
    ...(env.ZOE_RETENTION_DAYS !== undefined && { retentionDays: env.ZOE_RETENTION_DAYS }),
    ...(env.ZOE_REQUESTS_PER_SECOND !== undefined && {
      requestsPerSecond: env.ZOE_REQUESTS_PER_SECOND,
    }),
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: flags, strict: true }).values;
  } catch (cause) {
    const text = cause instanceof Error ? cause.message : String(cause);
    throw new VisibleError("invalid", `${text} See --help.`, [], { cause });
  }
}

function known(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const names = Object.keys(LocalEnv.shape);
  return Object.fromEntries(
    names.flatMap((name) => Object.entries(named(name, environment[name]))),
  );
}

function named(name: string, value: string | undefined): Record<string, string> {
  return value === undefined || value === "" ? {} : { [name]: value };
}

function check(values: Record<string, string>): LocalEnv {
  const parsed = LocalEnv.safeParse(values);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => ({
    pointer: `/${path.join("/")}`,
    detail: `${path.join(".")}: ${message}; got ${JSON.stringify(values[String(path[0])])}.`,
  }));
  throw new VisibleError("invalid", faults.map(({ detail }) => detail).join("\n"), faults);
}

function exposed(host: string): VisibleError {
  return new VisibleError(
    "invalid",
    `Listening on ${host} would let others read tokens on the way: Zoe speaks no TLS itself. Put a proxy with TLS in front of 127.0.0.1, or say --expose if you know what you do.`,
  );
}
