// Where a task's payload and id are: in chunks on disk, of which a few that are needed now lie in memory.
import type { DatabaseSync } from "node:sqlite";

/** Consecutive tasks. `ids`: those that callers gave; undefined where Zoe's own, null where all are. */
export interface Chunk {
  readonly first: number;
  readonly payloads: readonly string[];
  readonly ids: readonly (string | undefined)[] | null;
}

/** As it lies on disk: one line each. */
export interface ChunkText {
  readonly first: number;
  readonly count: number;
  readonly ids: string | null;
  readonly payloads: string;
}

/** Text kept in memory over all queues, in characters. */
const WINDOW_CHARACTERS = 8 * 1024 * 1024;

interface Kept {
  readonly queue: number;
  readonly chunk: Chunk;
  readonly characters: number;
}

/** The chunks in memory, of all queues; the one that was longest unused goes first. */
export class Window {
  readonly #read: (queue: number, first: number) => ChunkText;
  readonly #chunks = new Map<string, Kept>();
  #latest: Kept | undefined;
  #characters = 0;

  constructor(reader: DatabaseSync) {
    const select = reader.prepare(
      "select first, count, ids, payloads from task_chunks where queue = ? and first = ?",
    );
    this.#read = (queue, first) => {
      const row = select.get(queue, first);
      if (!row) throw new Error(`Queue ${queue} has no chunk at ${first}.`);
      const ids = row.ids === null ? null : String(row.ids);
      return { first, count: Number(row.count), ids, payloads: String(row.payloads) };
    };
  }

  /** The chunk that was used last, if it has the position: most often it does. */
  latest(queue: number, position: number): Chunk | undefined {
    const kept = this.#latest;
    return kept?.queue === queue && holds(kept.chunk, position) ? kept.chunk : undefined;
  }

  get(queue: number, first: number): Chunk {
    const key = `${queue} ${first}`;
    const kept = this.#chunks.get(key) ?? this.#keep(queue, this.#read(queue, first));
    this.#chunks.delete(key);
    this.#chunks.set(key, kept);
    this.#latest = kept;
    return kept.chunk;
  }

  /** A chunk that was just put is kept where there is room: in a long queue others are needed sooner. */
  offer(queue: number, chunk: ChunkText): void {
    if (this.#characters + chunk.payloads.length <= WINDOW_CHARACTERS) this.#keep(queue, chunk);
  }

  /** What is kept refers to the text of its chunk alone, never to the body that it came in. */
  #keep(queue: number, { first, ids, payloads }: ChunkText): Kept {
    const chunk = { first, ids: ids === null ? null : idsOf(ids), payloads: payloads.split("\n") };
    const kept = { queue, chunk, characters: payloads.length };
    this.#chunks.set(`${queue} ${first}`, kept);
    this.#characters += kept.characters;
    for (const [oldest, { characters }] of this.#chunks) {
      if (this.#characters <= WINDOW_CHARACTERS || this.#chunks.size === 1) break;
      this.#chunks.delete(oldest);
      this.#characters -= characters;
    }
    return kept;
  }
}

/** As they are written: an empty line stands for an id of Zoe's own. */
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
  written(chunk: Chunk, parts: readonly ChunkText[]): void {
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
    const latest = this.#window.latest(this.#queue, position);
    if (latest) return latest;
    for (const chunk of this.#putting) if (holds(chunk, position)) return chunk;
    const first = this.#firsts[lastUpTo(this.#firsts, position)] ?? 0;
    return this.#window.get(this.#queue, first);
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
