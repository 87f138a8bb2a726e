// What a sidecar tells of its instance: which task of ECS it runs in, as which its log is named, and what its program used. One item of the work table.
import type { Store } from "#functions/store.ts";

export interface InstanceNote {
  /** The last part of its ARN; known when the program is. */
  readonly task?: string;
  /** Of the program: cpu in seconds, memory in MiB; none before its first measurement. */
  readonly used?: { readonly cpuSeconds: number; readonly peakMemoryMib: number };
  /** Why inputs could not be had, or outputs not be kept. */
  readonly problem?: string;
}

export interface Noted {
  /** `tenant#zapp`: what a task role's keys begin with. */
  readonly owner: string;
  readonly executionId: string;
  /** What AWS calls it: a task's id; a job's, with `:n` for a child of an array and `#n` for a node. */
  readonly id: string;
}

/** Of a node of a gang; the children of an array have such ids of Batch's own. */
export function nodeId(job: string, node: number): string {
  return `${job}#${node}`;
}

/** Longer than logs and ended executions are usually kept. */
const KEPT_MS = 100 * 86_400_000;

const keyOf = ({ owner, executionId, id }: Noted) => ({
  pk: `${owner}#${executionId}#notes`,
  sk: id,
});

/** Task roles may not write in batches. */
export async function writeNote(store: Store, of: Noted, note: InstanceNote, now: number) {
  const item = { ...keyOf(of), value: { ...note }, expiresAt: now + KEPT_MS };
  await store.transact([{ kind: "put", item }]);
}

export async function readNote(store: Store, of: Noted): Promise<InstanceNote | undefined> {
  const item = await store.get(keyOf(of));
  return item && (item.value as unknown as InstanceNote);
}
