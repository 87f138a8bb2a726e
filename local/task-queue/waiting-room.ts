// Where long polls wait: in order of arrival, one ticking clock for all of them, none of their own.

/** Between two looks at the clock while somebody waits. */
const TICK_MILLISECONDS = 100;
/** Every so many ticks all are tried: a lease may have ended without a word. */
const TICKS_PER_TRY = 10;

export interface Wish<T> {
  /** Those of one room are tried together. */
  readonly room: string;
  /** Unix milliseconds. */
  readonly until: number;
  readonly signal?: AbortSignal | undefined;
  /** What was waited for, or undefined as long as there is none. */
  readonly attempt: () => T | undefined;
  /** The answer when the time is over. */
  readonly otherwise: () => T;
}

interface Waiter {
  readonly wish: Wish<unknown>;
  readonly resolve: (value: unknown) => void;
}

export class WaitingRooms {
  readonly #now: () => number;
  readonly #rooms = new Map<string, Set<Waiter>>();
  #timer: NodeJS.Timeout | undefined;
  #ticks = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  get isEmpty(): boolean {
    return this.#rooms.size === 0;
  }

  has(room: string): boolean {
    return this.#rooms.has(room);
  }

  /** Tries at once, and again at each `serve` of the room until the time is over. */
  async wait<T>(wish: Wish<T>): Promise<T> {
    if (wish.signal?.aborted) return wish.otherwise();
    const found = wish.attempt();
    if (found !== undefined) return found;
    if (wish.until <= this.#now()) return wish.otherwise();
    return new Promise<T>((resolve) =>
      this.#enter({ wish, resolve: resolve as Waiter["resolve"] }),
    );
  }

  /** Something came into the room: those who wait are tried in order, while `goesOn`. */
  serve(room: string, goesOn: () => boolean = () => true): void {
    for (const waiter of this.#rooms.get(room) ?? []) {
      if (!goesOn()) return;
      const found = waiter.wish.attempt();
      if (found !== undefined) this.#settle(waiter, found);
    }
  }

  /** Nobody waits any longer: in one room, or anywhere. */
  empty(room?: string): void {
    const rooms = room === undefined ? [...this.#rooms.keys()] : [room];
    for (const name of rooms)
      for (const waiter of this.#rooms.get(name) ?? [])
        this.#settle(waiter, waiter.wish.otherwise());
  }

  #enter(waiter: Waiter): void {
    const { room, signal } = waiter.wish;
    const others = this.#rooms.get(room);
    if (others) others.add(waiter);
    else this.#rooms.set(room, new Set([waiter]));
    signal?.addEventListener("abort", () => this.#settle(waiter, waiter.wish.otherwise()), {
      once: true,
    });
    this.#timer ??= setInterval(() => this.#tick(), TICK_MILLISECONDS);
  }

  #tick(): void {
    const now = this.#now();
    const isTry = ++this.#ticks % TICKS_PER_TRY === 0;
    for (const room of this.#rooms.values())
      for (const waiter of room)
        if (waiter.wish.until <= now) this.#settle(waiter, lastTry(waiter.wish));
    if (isTry) for (const room of this.#rooms.keys()) this.serve(room);
  }

  #settle(waiter: Waiter, value: unknown): void {
    const { room } = waiter.wish;
    const others = this.#rooms.get(room);
    if (!others?.delete(waiter)) return;
    if (others.size === 0) this.#rooms.delete(room);
    if (this.isEmpty) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    waiter.resolve(value);
  }
}

function lastTry(wish: Wish<unknown>): unknown {
  return wish.attempt() ?? wish.otherwise();
}
