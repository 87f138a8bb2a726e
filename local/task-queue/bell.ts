// Rings when something came into a queue: those who wait for a task or for an outcome are served, and the host is told.
import type { TaskQueueHost } from "#functions/task-queues.ts";
import { Changes } from "./changes.ts";
import type { Held } from "./hands.ts";
import type { Queue } from "./queue.ts";
import { STATE } from "./task-states.ts";
import { WaitingRooms } from "./waiting-room.ts";

interface Heard {
  hadWaiting: boolean;
  wasDrained: boolean;
  /** Positions whose outcome somebody waits for. */
  readonly awaited: Set<number>;
}

interface LeaseWish {
  readonly queue: Queue;
  readonly waitSeconds: number;
  readonly signal: AbortSignal | undefined;
  readonly attempt: () => readonly Held[] | undefined;
}

export class Bell {
  readonly #now: () => number;
  readonly #rooms: WaitingRooms;
  readonly #changes: Changes;
  readonly #heard = new Map<Queue, Heard>();

  constructor(now: () => number, tell: NonNullable<TaskQueueHost["onChange"]>) {
    this.#now = now;
    this.#rooms = new WaitingRooms(now);
    this.#changes = new Changes(tell);
  }

  hang(queue: Queue): void {
    const heard = { hadWaiting: queue.hasWaiting, wasDrained: queue.isDrained };
    this.#heard.set(queue, { ...heard, awaited: new Set() });
    queue.changed = (ended) => this.ring(queue, ended);
  }

  unhang(queue: Queue): void {
    for (const position of this.#heard.get(queue)?.awaited ?? [])
      this.#rooms.empty(outcomeRoom(queue, position));
    this.#heard.delete(queue);
    this.#rooms.empty(taskRoom(queue));
    queue.changed = () => {};
  }

  stop(): void {
    this.#changes.end();
    this.#rooms.empty();
  }

  wait({ queue, waitSeconds, signal, attempt }: LeaseWish): Promise<readonly Held[]> {
    const until = this.#now() + waitSeconds * 1000;
    const otherwise = () => [];
    return this.#rooms.wait({ room: taskRoom(queue), until, signal, attempt, otherwise });
  }

  async waitForOutcome(queue: Queue, position: number, seconds: number): Promise<void> {
    const room = outcomeRoom(queue, position);
    const { awaited } = this.#heard.get(queue) ?? { awaited: new Set() };
    awaited.add(position);
    await this.#rooms.wait<true>({
      room,
      until: this.#now() + seconds * 1000,
      attempt: () => (queue.tasks.states.of(position) >= STATE.succeeded ? true : undefined),
      otherwise: () => true,
    });
    if (!this.#rooms.has(room)) awaited.delete(position);
  }

  /** Tasks were leased: the next that come fill an empty queue. */
  taken(queue: Queue): void {
    const heard = this.#heard.get(queue);
    if (heard && !queue.hasWaiting) heard.hadWaiting = false;
  }

  ring(queue: Queue, ended: readonly number[]): void {
    const heard = this.#heard.get(queue);
    if (!heard) return;
    if (ended.length > 0) this.#outcomes(queue, heard, ended);
    if (queue.hasWaiting && !heard.hadWaiting) this.#changes.happened(queue.ref, "filled");
    if (queue.isDrained && !heard.wasDrained) this.#changes.happened(queue.ref, "drained");
    heard.wasDrained = queue.isDrained;
    heard.hadWaiting = queue.hasWaiting;
    this.#rooms.serve(taskRoom(queue), () => queue.hasWaiting || queue.isDrained);
  }

  #outcomes(queue: Queue, { awaited }: Heard, ended: readonly number[]): void {
    this.#changes.happened(queue.ref, "progress");
    if (awaited.size === 0) return;
    for (const position of ended)
      if (awaited.has(position)) this.#rooms.serve(outcomeRoom(queue, position));
  }
}

function taskRoom(queue: Queue): string {
  return `tasks ${queue.id}`;
}

function outcomeRoom(queue: Queue, position: number): string {
  return `outcome ${queue.id} ${position}`;
}
