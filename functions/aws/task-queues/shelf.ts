// The queues that this process knows: their keys, how they were made, where their messages are.
import { createHash } from "node:crypto";
import type { QueueRef } from "#functions/task-queues.ts";
import { executionKey, QueueKeys } from "./keys.ts";
import type { TaskQueueParts } from "./parts.ts";
import { metaOf, type QueueMeta } from "./records.ts";

export interface KnownQueue extends QueueMeta {
  readonly ref: QueueRef;
  readonly owner: string;
  readonly keys: QueueKeys;
}

const PAGE = 100;

export class Shelf {
  readonly #parts: TaskQueueParts;
  readonly #known = new Map<string, KnownQueue>();
  readonly #owners = new Map<string, string>();

  constructor(parts: TaskQueueParts) {
    this.#parts = parts;
  }

  async ownerOf(executionId: string): Promise<string | undefined> {
    const known = this.#owners.get(executionId);
    if (known !== undefined) return known;
    const owner = await this.#parts.ownerOf(executionId);
    if (owner !== undefined) this.#owners.set(executionId, owner);
    return owner;
  }

  /** As last seen, if it has its SQS queue by then: options and URL never change. */
  async known(ref: QueueRef): Promise<KnownQueue | undefined> {
    const found = this.#known.get(nameOf(ref));
    return found?.url === undefined ? this.look(ref) : found;
  }

  /** As it is now. */
  async look(ref: QueueRef): Promise<KnownQueue | undefined> {
    const owner = await this.ownerOf(ref.executionId);
    if (owner === undefined) return undefined;
    const keys = new QueueKeys(owner, ref);
    const item = await this.#parts.store.get(keys.meta);
    if (!item) {
      this.#known.delete(nameOf(ref));
      return undefined;
    }
    const queue = { ...metaOf(item), ref, owner, keys };
    this.#known.set(nameOf(ref), queue);
    return queue;
  }

  async all(executionId: string): Promise<readonly KnownQueue[]> {
    const owner = await this.ownerOf(executionId);
    if (owner === undefined) return [];
    const query = { pk: executionKey(owner, executionId), prefix: "queue#", limit: PAGE };
    const { items } = await this.#parts.store.query(query);
    return items.map((item) => {
      const meta = metaOf(item);
      const ref = { executionId, queue: meta.name };
      const queue = { ...meta, ref, owner, keys: new QueueKeys(owner, ref) };
      this.#known.set(nameOf(ref), queue);
      return queue;
    });
  }

  forget(executionId: string): void {
    for (const [name, { ref }] of this.#known)
      if (ref.executionId === executionId) this.#known.delete(name);
  }
}

export function nameOf({ executionId, queue }: QueueRef): string {
  return `${executionId} ${queue}`;
}

/** Never used again, since executions are not: SQS keeps a name busy for a minute. Rights are granted by the owner's part. */
export function sqsName(prefix: string, owner: string, { executionId, queue }: QueueRef): string {
  return `${prefix}${hashed(owner)}_${hashed(`${executionId}#${queue}`)}`;
}

const NAME_DIGITS = 20;

export function hashed(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, NAME_DIGITS);
}
