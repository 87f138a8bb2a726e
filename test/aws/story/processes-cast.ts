// Containers played by real processes: the bundled sidecar, as its image starts it, and the zapp's own program, over the double's port.
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { gangAgent } from "#local/gang-agent.ts";
import { FOLDERS, RUNTIME_PORT, SHARED_FOLDER } from "#shared/container-group.ts";
import type { Cast, ContainerView, Group, Stage } from "#test/aws/stage.ts";
import { freePort } from "#test/free-port.ts";
import { bundledSidecar, NODE_OPTIONS } from "#test/sidecar/bundle.ts";
import type { Cloud } from "./cloud.ts";
import { type Parts, partsOf, taskArnOf, taskName } from "./group.ts";
import { statsOf } from "./process-stats.ts";
import { builtImages } from "./settings.ts";

export interface Processes {
  readonly cast: Cast;
  /** Ends what still runs. */
  close(): Promise<void>;
}

const KILLED = 137;
const DOCKER_ID = "program";
const PATH = `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`;

export function processesCast(cloud: Cloud, endpoint: string, logGroup: string): Processes {
  const folder = mkdtempSync(join(tmpdir(), "zoe-story-"));
  const models = join(folder, "models");
  mkdirSync(models);
  let agent: Promise<string> | undefined;
  const ground = {
    ...{ models, cloud, endpoint, logGroup, folder, main: bundledSidecar(folder) },
    agent: () => {
      agent ??= gangAgent(folder);
      return agent;
    },
  };
  const live = new Map<Task, Promise<void>>();
  return {
    cast(group, stage) {
      const task = new Task(ground, group, stage);
      live.set(
        task,
        task.perform().finally(() => live.delete(task)),
      );
    },
    async close() {
      for (const task of live.keys()) task.kill();
      await Promise.all(live.values());
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Ground {
  readonly cloud: Cloud;
  readonly endpoint: string;
  readonly logGroup: string;
  readonly folder: string;
  /** What images bring along; here the first of all tasks makes it. */
  readonly models: string;
  readonly main: string;
  /** The folder of the agent of gangs, built when the first gang comes. */
  readonly agent: () => Promise<string>;
}

function copyModels(from: string, to: string): void {
  if (!existsSync(from)) return;
  for (const name of readdirSync(from))
    if (/^classifier-\w+\.json$/.test(name) && !existsSync(join(to, name)))
      copyFileSync(join(from, name), join(to, name));
}

interface Known {
  readonly DockerId: string;
  readonly Name: string;
  KnownStatus: "RUNNING" | "STOPPED";
  ExitCode?: number;
}

class Task {
  readonly #ground: Ground;
  readonly #group: Group;
  readonly #stage: Stage;
  readonly #parts: Parts;
  readonly #folder: string;
  readonly #known: Known = { DockerId: DOCKER_ID, Name: "program", KnownStatus: "RUNNING" };
  readonly #children = new Set<ChildProcess>();
  /** Of a node of a gang: all of one gang share an address of this machine. */
  readonly #address: string | undefined;
  /** Of the program, while it runs. */
  #pid: number | undefined;
  #port = 0;
  #isKilled = false;

  constructor(ground: Ground, group: Group, stage: Stage) {
    this.#ground = ground;
    this.#group = group;
    this.#stage = stage;
    this.#parts = partsOf(group);
    this.#folder = mkdtempSync(join(ground.folder, "task-"));
    this.#address = addressOf(this.#parts.enter.environment);
    stage.onStop(() => this.#signal("SIGTERM"));
  }

  kill(): void {
    this.#isKilled = true;
    this.#signal("SIGKILL");
  }

  #signal(signal: "SIGTERM" | "SIGKILL"): void {
    for (const child of this.#children) child.kill(signal);
  }

  async perform(): Promise<void> {
    const metadata = await this.#metadata();
    this.#port = await freePort();
    try {
      const environment = { ...this.#asSidecar(metadata), ...(await this.#asNode()) };
      const entered = await this.#run("enter", this.#sidecarWords("enter"), environment);
      if (entered !== 0) return this.#end({ enter: entered });
      this.#moveStart();
      copyModels(this.#ground.models, join(this.#folder, "cache"));
      const asProgram = { ...this.#asProgram(), ...(await this.#secrets()) };
      const program = this.#run("program", this.#programWords(), asProgram).then((code) => {
        Object.assign(this.#known, { KnownStatus: "STOPPED", ExitCode: code });
        return code;
      });
      const sidecar = await this.#run("sidecar", this.#sidecarWords("sidecar"), environment);
      this.#signal("SIGKILL");
      this.#end({ enter: 0, program: await program, sidecar });
    } finally {
      copyModels(join(this.#folder, "cache"), this.#ground.models);
      metadata.close();
      metadata.closeAllConnections();
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }

  #end(exitCodes: Readonly<Record<string, number>>): void {
    if (!this.#isKilled) this.#stage.end({ exitCodes });
  }

  #run(name: keyof Parts, [file = "", ...words]: readonly string[], env: NodeJS.ProcessEnv) {
    const cwd = name === "program" ? this.#programFolder() : this.#folder;
    const child = spawn(file, words, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    this.#children.add(child);
    if (name === "program") this.#pid = child.pid;
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on("line", (line) => this.#log(name, line));
    if (this.#isKilled) child.kill("SIGKILL");
    return new Promise<number>((resolve) => {
      const end = (code: number) => {
        this.#children.delete(child);
        if (name === "program") this.#pid = undefined;
        resolve(code);
      };
      child.once("error", (error) => {
        this.#log(name, String(error));
        end(127);
      });
      child.once("exit", (code, signal) => end(code ?? (signal === "SIGTERM" ? 143 : KILLED)));
    });
  }

  /** As the `awslogs` driver names its streams. */
  #log(name: string, message: string): void {
    const { cloud, logGroup } = this.#ground;
    cloud.logs.write(logGroup, `zoe/${name}/${taskName(this.#group)}`, [
      { timestamp: Date.now(), message },
    ]);
  }

  #sidecarWords(mode: string): readonly string[] {
    return [process.execPath, ...NODE_OPTIONS, this.#ground.main, mode];
  }

  #asSidecar(metadata: Server): NodeJS.ProcessEnv {
    const { aws } = this.#ground.cloud;
    const { accessKeyId, secretAccessKey } = aws.credentials(this.#group.taskRole ?? "");
    const address = `http://127.0.0.1:${(metadata.address() as AddressInfo).port}`;
    return {
      ...this.#parts.enter.environment,
      ...{ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
      ...{ AWS_ENDPOINT_URL: this.#ground.endpoint, ECS_CONTAINER_METADATA_URI_V4: address },
      ...{ ZOE_SHARED_FOLDER: this.#folder, ZOE_RUNTIME_PORT: String(this.#port) },
      MALLOC_ARENA_MAX: "2",
    };
  }

  async #asNode(): Promise<NodeJS.ProcessEnv> {
    const address = this.#address;
    if (address === undefined) return {};
    const main = "AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS";
    return {
      ...(main in this.#parts.enter.environment && { [main]: address }),
      ...{ ZOE_NODE_ADDRESS: address, ZOE_AGENT_FOLDER: await this.#ground.agent() },
    };
  }

  /** As the agent of ECS has them, by the execution role. */
  async #secrets(): Promise<Record<string, string>> {
    const wanted = Object.entries(this.#parts.program.secrets);
    if (wanted.length === 0) return {};
    const { aws } = this.#ground.cloud;
    const client = new SecretsManagerClient(aws.client(this.#group.executionRole ?? ""));
    const values = wanted.map(async ([name, SecretId]) => {
      const { SecretString = "" } = await client.send(new GetSecretValueCommand({ SecretId }));
      return [name, SecretString] as const;
    });
    return Object.fromEntries(await Promise.all(values));
  }

  /** Containers have folders and a port of their own; here they share a machine. */
  #own(text: string): string {
    return text
      .replaceAll(`127.0.0.1:${RUNTIME_PORT}`, `127.0.0.1:${this.#port}`)
      .replaceAll(new RegExp(`(?<![\\w/.])${SHARED_FOLDER}/`, "g"), `${this.#folder}/`);
  }

  #moveStart(): void {
    const file = join(this.#folder, FOLDERS.start.slice(SHARED_FOLDER.length));
    const isThere = this.#parts.program.command?.includes(FOLDERS.start);
    if (isThere) writeFileSync(file, this.#own(readFileSync(file, "utf8")), { mode: 0o755 });
  }

  #programWords(): readonly string[] {
    return (this.#parts.program.command ?? []).map((word) => this.#own(word));
  }

  #asProgram(): NodeJS.ProcessEnv {
    const own = Object.entries(this.#parts.program.environment).map(([name, value]) => [
      name,
      this.#own(value),
    ]);
    return { PATH, ...(this.#address && ONE_MACHINE), ...Object.fromEntries(own) };
  }

  /** The image's working directory. */
  #programFolder(): string {
    return folderOf(this.#parts.program) ?? this.#folder;
  }

  async #metadata(): Promise<Server> {
    const TaskARN = taskArnOf(this.#group);
    const server = createServer(({ url }, response) => {
      const stats = { [DOCKER_ID]: this.#pid === undefined ? null : statsOf(this.#pid) };
      const metadata = { TaskARN, Containers: [this.#known] };
      response.end(JSON.stringify(url?.endsWith("/stats") ? stats : metadata));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return server;
  }
}

/** Of 4 million, one for each job of several nodes. */
function addressOf(environment: Readonly<Record<string, string>>): string | undefined {
  if (environment.AWS_BATCH_JOB_NODE_INDEX === undefined) return undefined;
  const [job = ""] = (environment.AWS_BATCH_JOB_ID ?? "").split("#");
  const [a = 0, b = 0, c = 0] = createHash("sha256").update(job).digest();
  return `127.${128 + (a % 64)}.${b}.${1 + (c % 254)}`;
}

/** Hosts have cores and memory of their own; these nodes share them. */
const ONE_MACHINE = {
  OMPI_MCA_btl: "tcp,self",
  OMPI_MCA_mpi_yield_when_idle: "1",
  OMPI_MCA_hwloc_base_binding_policy: "none",
};

function folderOf({ image }: ContainerView): string | undefined {
  return [...builtImages().values()].find(({ uri }) => uri === image)?.folder;
}
