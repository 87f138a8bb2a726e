// What is to be written next, of all queues together: while one batch is on its way to the disk, the next one gathers. Each is one transaction.
import type { Writer } from "#local/database/writer.ts";
import { type Row, type Rows, tasksModule } from "./module.ts";
import type { Chunk, ChunkText } from "./payloads.ts";

/** The queue's side of a batch: told when what it gave is on the disk, or never will be. */
export interface Author {
  readonly id: number;
  wrote(written: Written): void;
  lost(written: Written): void;
}

/** One queue's part of a batch. */
export interface Written {
  readonly results: ResultRow[];
  readonly letters: Letter[];
  readonly attempts: Attempt[];
  readonly starts: Start[];
  /** The tasks put, all one behind the other; and as they were cut for the disk. */
  appended?: Appended;
  parts: readonly ChunkText[];
}

export interface ResultRow {
  readonly seq: number;
  readonly worker: string;
  readonly at: number;
  readonly positions: number[];
  readonly attempts: number[];
  readonly outputs: string[];
  characters: number;
}

export interface Letter {
  readonly seq: number;
  readonly worker: string;
  readonly at: number;
  readonly position: number;
  readonly attempts: number;
  readonly output: string | null;
  readonly error: string;
}

export interface Attempt {
  readonly position: number;
  readonly attempts: number;
  readonly deliveries: number;
  readonly lastFailed: string;
  /** Of the delivery that its worker still holds, or held when it was killed. */
  readonly isCurrent: boolean;
}

/** A suspect that is about to run alone. */
export interface Start {
  readonly position: number;
  readonly attempts: number;
  readonly deliveries: number;
  readonly lastFailed: string | undefined;
  readonly worker: string;
  readonly lease: string;
}

export interface Appended extends Chunk {
  readonly payloads: string[];
  readonly ids: (string | undefined)[];
}

/** Batches on their way at the same time: one is written, the next lies ready for the writer. */
const FLYING = 2;
/** A batch of this much text goes at once. */
const LARGE_CHARACTERS = 1024 * 1024;
/** Of results in one row: what a page or a look at one task has to read. */
const ROW_CHARACTERS = 256 * 1024;
const ROW_RESULTS = 1000;
const CHUNK_CHARACTERS = 256 * 1024;
const CHUNK_TASKS = 500;

export class Batch {
  readonly parts = new Map<Author, Written>();
  readonly done = Promise.withResolvers<void>();
  characters = 0;

  of(author: Author): Written {
    const known = this.parts.get(author);
    if (known) return known;
    const part: Written = { results: [], letters: [], attempts: [], starts: [], parts: [] };
    this.parts.set(author, part);
    return part;
  }
}

export class Batches {
  readonly #writer: Writer;
  #open: Batch | undefined;
  #latest: Promise<void> = Promise.resolve();
  #flying = 0;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  /** The batch that gathers; it leaves by itself, at the latest when the one before has landed. */
  open(): Batch {
    if (this.#open) return this.#open;
    this.#open = new Batch();
    this.#latest = this.#open.done.promise;
    this.#latest.catch(() => {});
    setImmediate(() => this.#leave());
    return this.#open;
  }

  /** What was said to the queues until now is on the disk; rejects when the last of it could not be written. */
  settled(): Promise<void> {
    return this.#latest;
  }

  /** Sends what has gathered, so that a call to the writer comes after it. */
  flush(): void {
    if (this.#open) this.#send(this.#open);
  }

  #leave(): void {
    const batch = this.#open;
    if (!batch) return;
    if (this.#flying < FLYING || batch.characters > LARGE_CHARACTERS) this.#send(batch);
  }

  #send(batch: Batch): void {
    this.#open = undefined;
    this.#flying++;
    this.#writer
      .call(tasksModule, "write", rowsOf(batch))
      .then(
        () => land(batch),
        (error: unknown) => crash(batch, error),
      )
      .finally(() => {
        this.#flying--;
        this.#leave();
      });
  }
}

function land(batch: Batch): void {
  for (const [author, part] of batch.parts) author.wrote(part);
  batch.done.resolve();
}

function crash(batch: Batch, error: unknown): void {
  for (const [author, part] of batch.parts) author.lost(part);
  batch.done.reject(error);
}

function rowsOf(batch: Batch): Rows {
  const rows = {
    chunks: [] as Row[],
    results: [] as Row[],
    letters: [] as Row[],
    troubles: [] as Row[],
  };
  for (const [{ id }, part] of batch.parts) {
    part.parts = part.appended ? cut(part.appended) : [];
    for (const chunk of part.parts)
      rows.chunks.push([id, chunk.first, chunk.count, chunk.ids, chunk.payloads]);
    for (const result of part.results) rows.results.push(resultRow(id, result));
    for (const letter of part.letters) rows.letters.push(letterRow(id, letter));
    for (const attempt of part.attempts) rows.troubles.push(attemptRow(id, attempt));
    for (const start of part.starts) rows.troubles.push(startRow(id, start));
  }
  return rows;
}

function cut({ first, payloads, ids }: Appended): ChunkText[] {
  const chunks: ChunkText[] = [];
  for (let start = 0; start < payloads.length; ) {
    const end = endOfChunk(payloads, start);
    const part = ids.slice(start, end);
    const given = part.some((id) => id !== undefined) ? part.join("\n") : null;
    const text = payloads.slice(start, end).join("\n");
    chunks.push({ first: first + start, count: end - start, ids: given, payloads: text });
    start = end;
  }
  return chunks;
}

function endOfChunk(payloads: readonly string[], start: number): number {
  let end = start;
  for (let characters = 0; end < payloads.length && end < start + CHUNK_TASKS; end++) {
    characters += payloads[end]?.length ?? 0;
    if (end > start && characters > CHUNK_CHARACTERS) break;
  }
  return end;
}

/** The row that takes the worker's next result. */
export function rowFor(rows: ResultRow[], worker: string, fresh: () => ResultRow): ResultRow {
  const row = rows.findLast((each) => each.worker === worker);
  if (row && row.characters < ROW_CHARACTERS && row.positions.length < ROW_RESULTS) return row;
  const added = fresh();
  rows.push(added);
  return added;
}

function resultRow(queue: number, row: ResultRow): Row {
  const attempts = row.attempts.some((count) => count > 0)
    ? bytesOf(new Uint16Array(row.attempts))
    : null;
  const positions = bytesOf(new Uint32Array(row.positions));
  return [queue, row.seq, row.worker, row.at, positions, attempts, row.outputs.join("\n")];
}

function bytesOf(numbers: Uint16Array | Uint32Array): Uint8Array {
  return new Uint8Array(numbers.buffer);
}

function letterRow(queue: number, row: Letter): Row {
  return [queue, row.seq, row.worker, row.at, row.position, row.attempts, row.output, row.error];
}

function attemptRow(queue: number, row: Attempt): Row {
  return [queue, row.position, row.attempts, row.deliveries, row.lastFailed, null, null];
}

function startRow(queue: number, row: Start): Row {
  const { position, attempts, deliveries, lastFailed, worker, lease } = row;
  return [queue, position, attempts, deliveries, lastFailed ?? null, worker, lease];
}
