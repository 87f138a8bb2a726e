// The door of workers: opens the runtime API for each that starts, and knows of its execution whether it may leave and whether it drains.
import type { LaunchRequest } from "#functions/backend.ts";
import { Items } from "#functions/instances.ts";
import { keys, read } from "#functions/records.ts";
import { openRuntime, type Runtime } from "#functions/runtime-api/runtime.ts";
import type { Store } from "#functions/store.ts";
import type { QueueRef } from "#functions/task-queues.ts";
import type { Log } from "#functions/world.ts";
import { type InstanceId, instanceName, type Outcome } from "#shared/instance.ts";
import type { WorkerService } from "#shared/zapp/service.ts";
import type { LocalTaskQueues } from "./task-queue/task-queues.ts";

export interface WorkerDoorOptions {
  readonly tasks: LocalTaskQueues;
  readonly store: Store;
  readonly now: () => number;
  readonly log: Log;
}

/** What the store says of a worker's service, looked at while any of its workers lives. */
interface Standing {
  readonly isDraining: boolean;
  readonly live: number;
}

/** How often the store is asked: so long a worker may ask for tasks after `zoe drain`. */
const LOOK_MS = 500;

export class WorkerDoor {
  readonly #runtime: Runtime;
  readonly #store: Store;
  readonly #log: Log;
  readonly #open = new Map<string, { readonly instance: InstanceId; readonly ref: QueueRef }>();
  #standings = new Map<string, Standing>();
  readonly #timer: NodeJS.Timeout;

  constructor(runtime: Runtime, { store, log }: WorkerDoorOptions) {
    this.#runtime = runtime;
    this.#store = store;
    this.#log = log;
    this.#timer = setInterval(() => void this.#look(), LOOK_MS);
    this.#timer.unref();
  }

  /** The address that its program finds in ZOE_RUNTIME_API. */
  open(instance: InstanceId, { service }: LaunchRequest): string {
    if (service.run !== "worker")
      throw new Error(`${service.name} must be a worker to lease tasks.`);
    const ref = { executionId: instance.executionId, queue: service.queue };
    this.#open.set(nameOf(instance), { instance, ref });
    const { idleSeconds, retireAfterSeconds, maxTasks } = service;
    return this.#runtime.open({
      ...{ ref, worker: instanceName(instance), idleSeconds, retireAfterSeconds, maxTasks },
      mayLeave: () => this.#mayLeave(instance, service),
      draining: () => this.#standings.get(serviceOf(instance))?.isDraining === true,
    });
  }

  /** A worker that fell without being stopped may have been taken down by the task it held. */
  async close(instance: InstanceId, outcome: Outcome): Promise<void> {
    const known = this.#open.get(nameOf(instance));
    if (known === undefined) return;
    this.#open.delete(nameOf(instance));
    const isKilled = outcome.kind === "failed" || outcome.kind === "outOfMemory";
    await this.#runtime.close(known.ref, instanceName(instance), isKilled);
  }

  /** For programs in containers: ../sidecar/local-door.mjs hands their calls on to it. */
  listenAt(socket: string): Promise<void> {
    return this.#runtime.listenAt(socket);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#runtime.stop();
  }

  #mayLeave(instance: InstanceId, { count }: WorkerService): boolean {
    const standing = this.#standings.get(serviceOf(instance));
    return standing !== undefined && standing.live > count.min;
  }

  /** One read for all services that have a worker here. */
  async #look(): Promise<void> {
    const services = new Map(
      [...this.#open.values()].map(({ instance }) => [serviceOf(instance), instance]),
    );
    if (services.size === 0) return;
    const wanted = [...services.values()].flatMap(keysOf);
    try {
      const items = await Items.read({ store: this.#store }, wanted);
      this.#standings = new Map(
        [...services].map(([name, instance]) => [name, standingOf(items, instance)]),
      );
    } catch (error) {
      this.#log.warn("Could not look at the executions of workers; they go on.", { error });
    }
  }
}

export async function openWorkerDoor(options: WorkerDoorOptions): Promise<WorkerDoor> {
  const { tasks, now, log } = options;
  return new WorkerDoor(await openRuntime({ tasks, now, log }), options);
}

const nameOf = (instance: InstanceId) => `${instance.executionId}/${instanceName(instance)}`;
const serviceOf = ({ executionId, service }: InstanceId) => `${executionId}/${service}`;

function keysOf({ executionId, service }: InstanceId) {
  return [keys.execution(executionId), keys.placement(executionId, service)];
}

function standingOf(items: Items, instance: InstanceId): Standing {
  const [execution, placement] = keysOf(instance).map((key) => items.get(key));
  return {
    isDraining: execution !== undefined && read.execution(execution).draining === true,
    live: placement === undefined ? 0 : read.placement(placement).live,
  };
}
