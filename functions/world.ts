// All that a step may touch outside itself. Two bodies build it (local/world.ts and functions/aws/world.ts); the simulation is a third.
import type { DecideMessage, LaunchMessage, TickMessage } from "#shared/message.ts";
import type { Frameworks } from "#shared/zapp/framework.ts";
import type { WrittenZapp } from "#shared/zapp/written.ts";
import type { Backend, InstanceEvent } from "./backend.ts";
import type { Logs } from "./logs.ts";
import type { Objects } from "./objects.ts";
import type { MessageQueue } from "./queue.ts";
import type { Settings } from "./settings.ts";
import type { Store } from "./store.ts";
import type { TaskQueues } from "./task-queues.ts";

export interface World {
  readonly store: Store;
  readonly queues: {
    readonly decide: MessageQueue<DecideMessage>;
    readonly launch: MessageQueue<LaunchMessage>;
    readonly observe: MessageQueue<InstanceEvent>;
    readonly tick: MessageQueue<TickMessage>;
  };
  readonly tasks: TaskQueues;
  readonly backends: readonly Backend[];
  readonly objects: Objects;
  readonly logs: Logs;
  readonly secrets: Secrets;
  /** The zapps that ship with this host, by name; those a tenant installed are records (catalogue.ts). */
  readonly builtIn: ReadonlyMap<string, BuiltInZapp>;
  /** What descriptions may use. */
  readonly frameworks: Frameworks;
  /** Absent where programs have no rights of their own. */
  readonly rights?: Rights;
  readonly settings: Settings;
  /** Names this host in leases; no two hosts share one. */
  readonly host: string;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** `exe_01J...`: ids of a kind sort by time. */
  readonly newId: (kind: string) => string;
  readonly log: Log;
}

/** `document` as parsed from `text`, with the frameworks that it uses laid in; `version` is a hash of its content; `programRoot` where its folder lies on this host. */
export interface BuiltInZapp {
  readonly name: string;
  readonly version: string;
  readonly text: string;
  readonly document: unknown;
  readonly readme?: string;
  readonly programRoot?: string;
}

/** Values by name, per tenant; never stored in an execution, shown or logged. */
export interface Secrets {
  put(tenant: string, name: string, value: string): Promise<void>;
  names(tenant: string): Promise<readonly string[]>;
  /** Only the host's engine asks for values. Undefined where there is none. */
  value(tenant: string, name: string): Promise<string | undefined>;
  delete(tenant: string, name: string): Promise<void>;
}

/** What programs may reach in the body's cloud, made ready for a tenant before anything of hers is submitted. Safe to repeat. */
export interface Rights {
  /** For all zapps that ship with this host, and for descriptions of her own. */
  prepareTenant(tenant: string): Promise<void>;
  /** For a zapp that she has installed. */
  prepareZapp(tenant: string, zapp: WrittenZapp): Promise<void>;
}

/** One JSON line each; `about` says of what. */
export interface Log {
  info(text: string, about?: Readonly<Record<string, unknown>>): void;
  warn(text: string, about?: Readonly<Record<string, unknown>>): void;
  error(text: string, about?: Readonly<Record<string, unknown>>): void;
}
