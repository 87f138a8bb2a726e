// The tasks of one queue: their positions, ids, payloads and states. Who holds them is ./queue.ts.
import { isOwnId } from "#functions/task-rules.ts";
import type { Appended, Batch, Written } from "./batch.ts";
import { IdIndex } from "./id-index.ts";
import { type Chunk, idsOf, Payloads, type Window } from "./payloads.ts";
import { STATE, TaskStates } from "./task-states.ts";

export interface Added {
  readonly ids: readonly string[];
  readonly added: number;
  /** One of them is a repeat of a task that is not durable yet itself. */
  readonly repeatsPutting: boolean;
}

export class Tasks {
  readonly states = new TaskStates();
  readonly #ids = new IdIndex();
  readonly #payloads: Payloads;

  constructor(queue: number, window: Window) {
    this.#payloads = new Payloads(queue, window);
  }

  payloadOf(position: number): string {
    return this.#payloads.payloadOf(position);
  }

  idOf(position: number): string {
    return this.#givenIdOf(position) ?? ownId(position);
  }

  #givenIdOf(position: number): string | undefined {
    return this.#ids.size === 0 ? undefined : this.#payloads.givenIdOf(position);
  }

  find(id: string): number | undefined {
    if (!isOwnId(id)) return this.#ids.find(id, this.#hasId);
    const position = Number(id.slice(OWN_PREFIX.length));
    const isThere = this.states.of(position) !== STATE.none;
    return isThere && this.idOf(position) === id ? position : undefined;
  }

  /** Ids of tasks that were never put in the end stay in the index: their positions have no task. */
  readonly #hasId = (position: number, id: string): boolean =>
    this.states.of(position) !== STATE.none && this.#payloads.givenIdOf(position) === id;

  /** Gives each new task its position; it may be leased once the batch is durable. */
  append(
    part: Written,
    batch: Batch,
    payloads: readonly string[],
    ids: readonly (string | undefined)[] | undefined,
  ): Added {
    const all: string[] = [];
    const before = this.states.count(STATE.putting);
    let repeatsPutting = false;
    for (const [index, payload] of payloads.entries()) {
      const id = ids?.[index];
      const known = id === undefined ? undefined : this.find(id);
      if (known !== undefined && this.states.of(known) === STATE.putting) repeatsPutting = true;
      if (known === undefined) all.push(this.#add(part, batch, payload, id));
      else all.push(id ?? "");
    }
    return { ids: all, added: this.states.count(STATE.putting) - before, repeatsPutting };
  }

  #add(part: Written, batch: Batch, payload: string, id: string | undefined): string {
    const appended = part.appended ?? this.#begin(part);
    const position = this.states.size;
    this.states.move(position, STATE.putting);
    if (id !== undefined) this.#ids.add(id, position);
    appended.payloads.push(payload);
    appended.ids.push(id);
    batch.characters += payload.length;
    return id ?? ownId(position);
  }

  #begin(part: Written): Appended {
    part.appended = { first: this.states.size, payloads: [], ids: [] };
    this.#payloads.putting(part.appended);
    return part.appended;
  }

  /** The part's tasks are durable: they wait. */
  wrote({ appended, parts }: Written): void {
    if (!appended) return;
    this.#payloads.written(appended, parts);
    this.#moveAll(appended, STATE.waiting);
  }

  lost({ appended }: Written): void {
    if (!appended) return;
    this.#payloads.failed(appended);
    this.#moveAll(appended, STATE.none);
  }

  #moveAll({ first, payloads }: Chunk, state: typeof STATE.waiting | typeof STATE.none): void {
    for (let position = first; position < first + payloads.length; position++)
      this.states.move(position, state);
  }

  /** A chunk found on disk. */
  load(first: number, count: number, ids: string | null): void {
    this.#payloads.has(first);
    for (let position = first; position < first + count; position++)
      this.states.move(position, STATE.waiting);
    if (ids === null) return;
    for (const [index, id] of idsOf(ids).entries())
      if (id !== undefined) this.#ids.add(id, first + index);
  }
}

const OWN_PREFIX = "zoe-";

function ownId(position: number): string {
  return `${OWN_PREFIX}${position}`;
}
