// The world of the steps on one machine: SQLite for what is stored and queued, folders for files, processes for programs.
import { fileURLToPath } from "node:url";
import type { InstanceEvent } from "#functions/backend.ts";
import { readBuiltIn, readFrameworks } from "#functions/host/built-in.ts";
import { idMaker } from "#functions/host/ids.ts";
import { DEFAULT_SETTINGS, type Settings } from "#functions/settings.ts";
import type { Log, World } from "#functions/world.ts";
import type { DecideMessage, LaunchMessage, TickMessage } from "#shared/message.ts";
import type { EngineBackend } from "./backends/engine/backend.ts";
import type { Database } from "./database/database.ts";
import { openEngine } from "./engine.ts";
import { LocalLogs } from "./logs.ts";
import { fileObjects } from "./objects/file-objects.ts";
import type { HostOptions } from "./options.ts";
import type { LocalQueues } from "./pump.ts";
import { memoryQueue } from "./queue/memory-queue.ts";
import { sqliteQueue } from "./queue/sqlite-queue.ts";
import { fileSecrets } from "./secrets.ts";
import type { StateDirectory } from "./state-directory.ts";
import { sqliteStore } from "./store/sqlite-store.ts";
import { type LocalTaskQueues, openTaskQueues } from "./task-queue/task-queues.ts";
import { openWorkerDoor, type WorkerDoor } from "./worker-door.ts";

const CATALOGUE = fileURLToPath(new URL("../zapps/", import.meta.url));

export interface LocalWorld {
  readonly world: World;
  readonly queues: LocalQueues;
  readonly engine: EngineBackend;
  readonly door: WorkerDoor;
  readonly tasks: LocalTaskQueues;
}

export async function buildWorld(
  options: HostOptions,
  state: StateDirectory,
  database: Database,
  log: Log,
): Promise<LocalWorld> {
  const now = Date.now;
  const queues = openQueues(database, log);
  const store = sqliteStore(database, { now });
  const newId = idMaker(now);
  const objects = await fileObjects(state.path, { newId: () => newId("tmp") });
  const secrets = fileSecrets(state.file("secrets"));
  const tasks = openTaskQueues({
    ...{ database, now },
    onChange: ({ executionId }) => void queues.tick.send([{ executionId }]),
  });
  const door = await openWorkerDoor({ tasks, store, now, log });
  const logs = new LocalLogs(state.file("logs"));
  const settings = settingsOf(options);
  const engine = await openEngine(options, log, {
    stateDirectory: state.path,
    capacity: capacityOf(options),
    emit: (events) => queues.observe.send(events),
    secrets: (tenant, names) => valuesOf(secrets, tenant, names),
    runtime: door,
    serveRuntimeAt: (socket) => door.listenAt(socket),
    objects,
    ...{ logs, now, log, graceSeconds: settings.graceSeconds },
  });
  const world: World = {
    ...{ store, queues, tasks, objects, logs, secrets, settings, log, now },
    backends: [engine],
    builtIn: readBuiltIn(CATALOGUE),
    frameworks: readFrameworks(CATALOGUE),
    newId,
    host: `local-${process.pid}`,
  };
  return { world, queues, engine, door, tasks };
}

/** What only wakes means nothing after a restart, when the first sweep looks at everything. What happened to instances must outlive it. */
function openQueues(database: Database, log: Log): LocalQueues {
  const now = Date.now;
  return {
    decide: memoryQueue<DecideMessage>({ name: "decide", now, log }),
    tick: memoryQueue<TickMessage>({ name: "tick", now, log }),
    launch: memoryQueue<LaunchMessage>({ name: "launch", now, log }),
    observe: sqliteQueue<InstanceEvent>(database, { name: "observe", now, log }),
  };
}

function settingsOf({ retentionDays }: HostOptions): Settings {
  return {
    ...DEFAULT_SETTINGS,
    tickSeconds: 5,
    ...(retentionDays !== undefined && { retentionDays }),
  };
}

function capacityOf({ cpus, memoryMib }: HostOptions) {
  return {
    ...(cpus !== undefined && { cpu: cpus }),
    ...(memoryMib !== undefined && { memoryMib }),
  };
}

async function valuesOf(
  secrets: World["secrets"],
  tenant: string,
  names: readonly string[],
): Promise<Record<string, string>> {
  const values = await Promise.all(names.map((name) => secrets.value(tenant, name)));
  return Object.fromEntries(
    names.flatMap((name, n) => (values[n] === undefined ? [] : [[name, values[n]]])),
  );
}
