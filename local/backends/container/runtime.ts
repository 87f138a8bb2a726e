// Finds the container runtime of this machine, Docker or Podman, and asks what it can do. All that speak to it do so through the Docker API.
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Docker from "dockerode";
import { VisibleError } from "#shared/fault.ts";

const ANSWER_MS = 5000;
const SOCKETS = ["/var/run/docker.sock", "/run/podman/podman.sock"] as const;

export interface RuntimeChoice {
  /** As in DOCKER_HOST: only a socket of this machine will do, since folders of this machine are mounted. */
  readonly dockerHost?: string;
  /** XDG_RUNTIME_DIR: where the sockets of a user's own runtime lie. */
  readonly userSockets?: string;
}

export interface ContainerRuntime {
  readonly docker: Docker;
  readonly name: "Docker" | "Podman";
  readonly version: string;
  readonly socket: string;
  readonly cpu: number;
  readonly memoryMib: number;
  /** Devices that containers can be given. */
  readonly gpus: number;
  /** It has a small program that stands as process 1: hands signals on, and buries zombies. */
  readonly hasInit: boolean;
  /** For `zoe doctor`: what is missing, a sentence each. */
  readonly lacks: readonly string[];
}

/** Throws one sentence when there is none. */
export async function findRuntime(choice: RuntimeChoice): Promise<ContainerRuntime> {
  const runtime = await lookForRuntime(choice);
  if (typeof runtime !== "string") return runtime;
  throw new VisibleError("unavailable", runtime);
}

/** The runtime, or a sentence that says why there is none. */
export async function lookForRuntime(choice: RuntimeChoice): Promise<ContainerRuntime | string> {
  const sockets = socketsOf(choice);
  if (typeof sockets === "string") return sockets;
  const reasons: string[] = [];
  for (const socket of sockets) {
    const docker = new Docker({ socketPath: socket });
    const why = existsSync(socket) ? await whyMute(docker) : "not there";
    if (why === undefined) return describe(docker, socket);
    reasons.push(`${socket} (${why})`);
  }
  return `No container runtime answers: looked at ${reasons.join(", ")}. Start Docker or Podman (\`podman system service\`), name its socket with DOCKER_HOST=unix:///path, or take --engine process.`;
}

function socketsOf({ dockerHost, userSockets }: RuntimeChoice): readonly string[] | string {
  if (dockerHost === undefined || dockerHost === "") {
    const own = userSockets ? ["docker.sock", "podman/podman.sock"] : [];
    return [...SOCKETS, ...own.map((name) => join(userSockets ?? "", name))];
  }
  if (dockerHost.startsWith("unix://")) return [dockerHost.slice("unix://".length)];
  return `DOCKER_HOST is ${dockerHost}, and Zoe's container engine needs a socket of this machine, since it mounts folders of this machine: name one as unix:///path, or take --engine process.`;
}

async function whyMute(docker: Docker): Promise<string | undefined> {
  const silence = new AbortController();
  const late = sleep(ANSWER_MS, `no answer in ${ANSWER_MS / 1000} s`, { signal: silence.signal });
  const mute = late.catch(() => undefined);
  const answer = docker.ping().then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  try {
    return await Promise.race([answer, mute]);
  } finally {
    silence.abort();
  }
}

async function describe(docker: Docker, socket: string): Promise<ContainerRuntime> {
  const [version, info] = await Promise.all([docker.version(), docker.info()]);
  const isPodman = (version.Components ?? []).some(({ Name }) => Name.startsWith("Podman"));
  const name = isPodman ? "Podman" : "Docker";
  const hasInit = isPodman ? CATATONIT.some((path) => existsSync(path)) : hasDockerInit(info);
  const gpus = await gpusOf(info);
  return {
    ...{ docker, name, socket, hasInit, gpus },
    version: version.Version,
    cpu: info.NCPU,
    memoryMib: Math.floor(info.MemTotal / (1024 * 1024)),
    lacks: lacksOf({ info, hasInit, isPodman }),
  };
}

const CATATONIT = [
  "/usr/libexec/podman/catatonit",
  "/usr/lib/podman/catatonit",
  "/usr/bin/catatonit",
];

interface Facts {
  readonly MemoryLimit?: boolean;
  readonly CpuCfsQuota?: boolean;
  readonly PidsLimit?: boolean;
  readonly InitBinary?: string;
  readonly InitCommit?: { readonly ID?: string };
  readonly Runtimes?: Readonly<Record<string, unknown>>;
}

function hasDockerInit({ InitCommit }: Facts): boolean {
  return InitCommit?.ID !== undefined && InitCommit.ID !== "" && InitCommit.ID !== "N/A";
}

/** Docker gives them through NVIDIA's runtime, both through the descriptions of the Container Device Interface. */
async function gpusOf({ Runtimes }: Facts): Promise<number> {
  const canPass = Runtimes?.nvidia !== undefined || existsSync("/etc/cdi/nvidia.yaml");
  if (!canPass) return 0;
  const devices = await readdir("/dev").catch(() => []);
  return devices.filter((device) => /^nvidia\d+$/.test(device)).length;
}

function lacksOf(of: { info: Facts; hasInit: boolean; isPodman: boolean }): string[] {
  const { info, hasInit, isPodman } = of;
  const init = isPodman ? "install catatonit" : "install docker-init (tini)";
  return [
    info.MemoryLimit === false ? "it can't limit memory" : "",
    info.CpuCfsQuota === false ? "it can't limit cpu" : "",
    info.PidsLimit === false ? "it can't limit the number of processes" : "",
    hasInit ? "" : `programs that ignore SIGTERM as process 1 wait for force: ${init}`,
  ].filter(Boolean);
}
