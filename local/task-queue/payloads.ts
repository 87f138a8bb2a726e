// Where a task's payload and id are: in chunks on disk, of which a few that are needed now lie in memory.
import type { DatabaseSync } from "node:sqlite";

/** Consecutive tasks. `ids`: those that callers gave; undefined where Zoe's own, null where all are. */
export interface Chunk {
  readonly first: number;
  readonly payloads: readonly string[];
  readonly ids: readonly (string | undefined)[] | null;
}

/** Text kept in memory over all queues, in characters. */
const WINDOW_CHARACTERS = 16 * 1024 * 1024;

/** The chunks in memory, of all queues; the one that was longest unused goes first. */
export class Window {
  readonly #read: (queue: number, first: number) => Chunk;
  readonly #chunks = new Map<string, { readonly chunk: Chunk; readonly characters: number }>();
  #characters = 0;

  constructor(reader: DatabaseSync) {
    const select = reader.prepare(
      "select first, ids, payloads from task_chunks where queue = ? and first = ?",
    );
    this.#read = (queue, first) => {
      const row = select.get(queue, first);
      if (!row) throw new Error(`Queue ${queue} has no chunk at ${first}.`);
      return chunkOf(row);
    };
  }

  get(queue: number, first: number): Chunk {
    const key = `${queue} ${first}`;
    const kept = this.#chunks.get(key);
    if (!kept) return this.#keep(key, this.#read(queue, first));
    this.#chunks.delete(key);
    this.#chunks.set(key, kept);
    return kept.chunk;
  }

  /** A chunk that was just put is kept where there is room: in a long queue others are needed sooner. */
  offer(queue: number, chunk: Chunk): void {
    if (this.#characters + charactersOf(chunk) <= WINDOW_CHARACTERS)
      this.#keep(`${queue} ${chunk.first}`, chunk);
  }

  #keep(key: string, chunk: Chunk): Chunk {
    const characters = charactersOf(chunk);
    this.#chunks.set(key, { chunk, characters });
    this.#characters += characters;
    for (const [oldest, kept] of this.#chunks) {
      if (this.#characters <= WINDOW_CHARACTERS || oldest === key) break;
      this.#drop(oldest, kept.characters);
    }
    return chunk;
  }

  forget(queue: number, first: number): void {
    const key = `${queue} ${first}`;
    const kept = this.#chunks.get(key);
    if (kept) this.#drop(key, kept.characters);
  }

  #drop(key: string, characters: number): void {
    this.#chunks.delete(key);
    this.#characters -= characters;
  }
}

function charactersOf({ payloads }: Chunk): number {
  let characters = 0;
  for (const payload of payloads) characters += payload.length;
  return characters;
}

function chunkOf(row: Record<string, unknown>): Chunk {
  const ids = row["ids"] === null ? null : idsOf(String(row["ids"]));
  return { first: Number(row["first"]), ids, payloads: String(row["payloads"]).split("\n") };
}

/** As they are written: an empty text stands for an id of Zoe's own. */
export function idsOf(text: string): (string | undefined)[] {
  return text.split("\n").map((id) => (id === "" ? undefined : id));
}

/** One queue's chunks: finds the one of a position. */
export class Payloads {
  readonly #queue: number;
  readonly #window: Window;
  readonly #firsts: number[] = [];
  /** Not durable yet, so not on disk. */
  readonly #putting = new Set<Chunk>();
  #current: Chunk | undefined;

  constructor(queue: number, window: Window) {
    this.#queue = queue;
    this.#window = window;
  }

  /** A chunk that lies on disk. */
  has(first: number): void {
    this.#firsts.push(first);
  }

  putting(chunk: Chunk): void {
    this.#putting.add(chunk);
  }

  failed(chunk: Chunk): void {
    this.#putting.delete(chunk);
  }

  /** It was cut into `parts`, which are on disk now. */
  written(chunk: Chunk, parts: readonly Chunk[]): void {
    this.#putting.delete(chunk);
    for (const part of parts) {
      this.has(part.first);
      this.#window.offer(this.#queue, part);
    }
  }

  payloadOf(position: number): string {
    const { first, payloads } = this.#chunkOf(position);
    return payloads[position - first] ?? "null";
  }

  /** The id that the caller gave. */
  givenIdOf(position: number): string | undefined {
    const { first, ids } = this.#chunkOf(position);
    return ids?.[position - first];
  }

  #chunkOf(position: number): Chunk {
    if (this.#current && holds(this.#current, position)) return this.#current;
    for (const chunk of this.#putting) if (holds(chunk, position)) return chunk;
    const first = this.#firsts[lastUpTo(this.#firsts, position)] ?? 0;
    this.#current = this.#window.get(this.#queue, first);
    return this.#current;
  }
}

function holds({ first, payloads }: Chunk, position: number): boolean {
  return position >= first && position < first + payloads.length;
}

/** The index of the last number that is not above the one wanted, in a list that rises. */
function lastUpTo(numbers: readonly number[], wanted: number): number {
  let [low, high] = [0, numbers.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((numbers[middle] ?? 0) <= wanted) low = middle;
    else high = middle - 1;
  }
  return low;
}
