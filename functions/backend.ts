// The backend port: what can run placements. Adding one = one file, one line in the host's table, test/contract/backend.ts green.
import type { InstanceId, Outcome, Usage } from "#shared/instance.ts";
import type { Capabilities } from "#shared/pool.ts";
import type { Service } from "#shared/zapp.ts";

/**
 * The gang that an instance is a node of. All nodes of a generation come in one call of `launch`, and start together or not at all;
 * the instance's index is its node. Node 0's exit decides: when it has ended, the backend ends the other nodes too, as `cancelled`. When
 * another node ends before it by itself, the backend ends all of them as `lost`. A new generation comes only when the one before has ended.
 */
export interface GangRequest {
  readonly node: number;
  readonly nodes: number;
  /** Ranks of each node, in the order of the nodes. */
  readonly slots: readonly number[];
  /** Who waits for the others longer than this gives up. */
  readonly startWithinSeconds: number;
  /** The name, in `World.secrets` under the tenant, of what the nodes of this execution prove to each other that they belong together with. */
  readonly secret: string;
}

/** One instance to start: what differs between the copies of a service. Templates for the instance (sweep, addresses) are already replaced in `service`. */
export interface LaunchRequest {
  readonly instance: InstanceId;
  readonly tenant: string;
  readonly user: string;
  readonly zapp: string;
  /** Where the zapp's own folder lies (the process engine), when it has one. */
  readonly programRoot?: string;
  readonly service: Service;
  /** ZOE_PARAM_* and the zapp's own; secrets are named only, and resolved by the backend. */
  readonly environment: Readonly<Record<string, string>>;
  /** A label of the instance that people gave it, as in a sweep. */
  readonly label?: string;
  /** It runs a description that was sent with it, whatever that is called: none of the catalogue's rights are its own. */
  readonly isAdHoc?: true;
  /** Only of a service with `run: gang`. */
  readonly gang?: GangRequest;
}

export type LaunchReply =
  | { readonly kind: "launched"; readonly backendId: string }
  | { readonly kind: "noRoom"; readonly reason: string }
  | { readonly kind: "rejected"; readonly reason: string }
  /** No answer came: it may or may not run. Looked at again before anything else is started. */
  | { readonly kind: "unknown"; readonly reason: string };

/** `gone`: the backend proves that it does not run and will not. `unknown`: it can't say yet. */
export type InstanceLook =
  | { readonly kind: "running"; readonly backendId: string }
  | { readonly kind: "ended"; readonly outcome: Outcome; readonly usage?: Usage }
  | { readonly kind: "gone" }
  | { readonly kind: "unknown" };

/** What a backend says happened; late, twice and out of order are fine. Sent to the observe queue. */
export type InstanceEvent =
  | {
      readonly kind: "running";
      readonly instance: InstanceId;
      readonly at: number;
      readonly backendId: string;
    }
  | {
      readonly kind: "ended";
      readonly instance: InstanceId;
      readonly at: number;
      readonly startedAt?: number;
      readonly outcome: Outcome;
      readonly usage?: Usage;
    };

/** A command beside a running program. `late`: it ran longer than it may, and may go on; `missing`: nothing runs there; `closed`: it can't be entered. */
export type ExecReply =
  | {
      readonly kind: "ended";
      readonly exitCode: number;
      readonly stdout: string;
      readonly stderr: string;
      /** More came than is kept. */
      readonly isCut: boolean;
    }
  | { readonly kind: "late"; readonly seconds: number }
  | { readonly kind: "missing" }
  | { readonly kind: "closed" };

export const EXEC_LIMITS = { seconds: 60, outputBytes: 1024 * 1024 } as const;

export interface Backend {
  readonly name: string;
  readonly capabilities: Capabilities;
  /** Safe to repeat: an instance (with its generation) that was launched before is answered the same, and not started twice. In the order of the requests; the nodes of a gang are all answered alike. */
  launch(requests: readonly LaunchRequest[]): Promise<readonly LaunchReply[]>;
  /** Polite signal, grace, then force; stopping what does not run is fine. The end comes as an event. */
  stop(instances: readonly InstanceId[], reason: Outcome): Promise<void>;
  look(instances: readonly InstanceId[]): Promise<readonly InstanceLook[]>;
  /** All that runs here, so that the sweep can find what the store does not know. */
  list(): Promise<readonly InstanceId[]>;
  /** Within EXEC_LIMITS. Where it is missing, programs can't be entered. */
  exec?(instance: InstanceId, words: readonly string[]): Promise<ExecReply>;
  /** Executions that something is kept of besides instances: their volumes. The sweep lets go of those that are over. */
  keeps?(): Promise<readonly string[]>;
  letGo?(executionId: string): Promise<void>;
}
