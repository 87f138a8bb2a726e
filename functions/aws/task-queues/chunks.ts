// Chunks: the payloads of one put, durable before anything is sent. Small ones lie in the work table, large ones in S3.
import type { Item, NewItem } from "#functions/store.ts";
import { firstOf, type QueueKeys } from "./keys.ts";
import type { LargeTexts, TaskQueueParts } from "./parts.ts";
import { type Place, textOf } from "./records.ts";

/** One task of a chunk. */
export interface ChunkTask {
  readonly id: string;
  /** JSON text. */
  readonly payload: string;
  readonly round: number;
}

/** In an item a KiB costs as much as the write; in S3 a chunk costs eight KiB of that, whatever its size. */
const INLINE_CHARACTERS = 32 * 1024;

export interface NewChunk {
  readonly sk: string;
  /** Absent for tasks with ids of ours. */
  readonly ids?: readonly string[];
  readonly payloads: readonly string[];
  /** Redrives before, of each task. */
  readonly rounds?: readonly number[];
  readonly now: number;
}

/** What is large is written first; a crash before the item leaves an object that nobody asks for. */
export async function chunkItem(
  keys: QueueKeys,
  texts: LargeTexts,
  { sk, ids, payloads, rounds, now }: NewChunk,
): Promise<NewItem> {
  const text = payloads.join("\n");
  const isLarge = text.length > INLINE_CHARACTERS;
  if (isLarge) await texts.put(keys.payload(sk), text);
  return {
    pk: keys.chunks,
    sk,
    indexes: { byState: unsentKey(keys, sk, now) },
    value: {
      count: payloads.length,
      sent: false,
      ...(ids && { ids: ids.join("\n") }),
      ...(rounds && { rounds: rounds.join(" ") }),
      ...(!isLarge && { payloads: text }),
    },
  };
}

/** The sweep lists what was not sent, oldest first. */
export const UNSENT = "unsent";

function unsentKey(keys: QueueKeys, sk: string, now: number) {
  return { pk: UNSENT, sk: `${String(now).padStart(15, "0")}#${keys.chunks}#${sk}` };
}

export async function tasksOf(
  item: Item,
  keys: QueueKeys,
  texts: LargeTexts,
): Promise<readonly ChunkTask[]> {
  const { sk, value } = item;
  const inline = textOf(value.payloads);
  const payloads = (inline ?? (await texts.get(keys.payload(sk)))).split("\n");
  const ids = textOf(value.ids)?.split("\n");
  const rounds = textOf(value.rounds)?.split(" ");
  return payloads.map((payload, index) => ({
    id: ids?.[index] ?? ownId(firstOf(sk) + index),
    payload,
    round: Number(rounds?.[index] ?? 0),
  }));
}

export function ownId(number: number): string {
  return `zoe-${number}`;
}

export function ownNumber(id: string): number {
  return Number(id.slice("zoe-".length));
}

/** Reads payloads, each chunk once. */
export class PayloadReader {
  readonly #parts: TaskQueueParts;
  readonly #keys: QueueKeys;
  readonly #chunks = new Map<string, Promise<readonly ChunkTask[]>>();

  constructor(parts: TaskQueueParts, keys: QueueKeys) {
    this.#parts = parts;
    this.#keys = keys;
  }

  async payloadOf(id: string, from: Place): Promise<string | undefined> {
    if (from) return (await this.#chunk(from.chunk))[from.index]?.payload;
    const item = await this.#parts.store.get(this.#keys.task(id));
    return item && textOf(item.value.payload);
  }

  #chunk(sk: string): Promise<readonly ChunkTask[]> {
    const known = this.#chunks.get(sk);
    if (known !== undefined) return known;
    const read = this.#read(sk);
    this.#chunks.set(sk, read);
    return read;
  }

  async #read(sk: string): Promise<readonly ChunkTask[]> {
    const { store, texts } = this.#parts;
    const item = await store.get({ pk: this.#keys.chunks, sk });
    return item ? tasksOf(item, this.#keys, texts) : [];
  }
}
