// Who waits in this process, and what wakes them: something was recorded, a hand became empty, a queue was drained.

export class Waits {
  readonly #rooms = new Map<string, Set<AbortController>>();

  has(room: string): boolean {
    return this.#rooms.has(room);
  }

  /** Its signal ends with `wake`, or with the caller's. */
  async inside<T>(
    room: string,
    signal: AbortSignal | undefined,
    act: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const woken = new AbortController();
    const all = this.#rooms.get(room) ?? new Set();
    this.#rooms.set(room, all.add(woken));
    try {
      return await act(signal ? AbortSignal.any([signal, woken.signal]) : woken.signal);
    } finally {
      all.delete(woken);
      if (all.size === 0 && this.#rooms.get(room) === all) this.#rooms.delete(room);
    }
  }

  wake(room: string): void {
    for (const each of this.#rooms.get(room) ?? []) each.abort();
  }
}
