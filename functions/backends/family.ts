// What ECS and Batch do differently; what they do alike is aws-backend.ts.
import type { LaunchRequest } from "#functions/backend.ts";
import type { Usage } from "#shared/instance.ts";
import type { Capabilities } from "#shared/pool.ts";
import type { Bundle, BundleId } from "./bundle.ts";
import type { End } from "./end.ts";
import type { Failure } from "./failure.ts";
import type { LaunchRecord } from "./launch-book.ts";
import type { Told } from "./program.ts";

export type Composed =
  | { readonly kind: "call"; readonly call: string; readonly file?: Told["file"] }
  | { readonly kind: "refused"; readonly reason: string }
  /** Not now: something is still being prepared. */
  | { readonly kind: "later"; readonly reason: string };

export type Sent =
  /** Fewer ids than asked for: the first so many were placed, and `failure` says why the rest was not. */
  { readonly kind: "sent"; readonly ids: readonly string[]; readonly failure?: Failure } | Failure;

/** What became of a call whose answer was lost. `absent` is certain. */
export type Resolved =
  | { readonly kind: "found"; readonly ids: readonly string[] }
  | { readonly kind: "absent" }
  | { readonly kind: "unknown" };

export type Sight =
  | { readonly kind: "starting" }
  | { readonly kind: "running" }
  | { readonly kind: "ended"; readonly end: End; readonly usage: Usage };

/** An instance that runs, as AWS lists it. */
export interface Listed {
  readonly bundle: BundleId;
  readonly id: string;
  /** Where AWS knows it; else its place among the record's ids tells. */
  readonly offset?: number;
  /** All indices of the bundle at once. */
  readonly isWhole?: boolean;
}

export interface Family {
  readonly name: "ecs" | "batch";
  readonly capabilities: Capabilities;
  /** Most copies of it that one call starts. */
  most(request: LaunchRequest): number;
  formOf(bundle: Bundle): LaunchRecord["form"];
  compose(bundle: Bundle, role: string, secret: string): Promise<Composed>;
  send(call: string): Promise<Sent>;
  resolve(record: LaunchRecord): Promise<Resolved>;
  /** Another start of the same bundle, when the one known lost its claim to it. */
  sibling(record: LaunchRecord): Promise<readonly string[] | undefined>;
  /** Those that AWS can tell of now. */
  look(ids: readonly string[]): Promise<ReadonlyMap<string, Sight>>;
  /** `indices`: those of the record that are to stop. */
  stop(record: LaunchRecord, indices: readonly number[], text: string): Promise<void>;
  list(): Promise<readonly Listed[]>;
}

/** What AWS calls one index of a record; undefined while no answer came. */
export function idAt({ form, ids, from }: LaunchRecord, index: number): string | undefined {
  const [first] = ids;
  if (form === "tasks") return ids[index - from];
  return form === "array" && first !== undefined ? `${first}:${index - from}` : first;
}
