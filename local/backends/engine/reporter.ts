// Tells what happened to instances: all of one turn of the event loop in one call. That a program began is told a little later, so that of a
// short one only its end is told, which says when it began.
import type { InstanceEvent } from "#functions/backend.ts";
import type { Log } from "#functions/world.ts";
import { instanceName } from "#shared/instance.ts";

/** Takes the events in the order of its calls; resolves when they are kept. */
export type Emit = (events: readonly InstanceEvent[]) => Promise<void> | void;

const BEGINNING_MS = 30;
/** Where many run at once, ends are gathered a little: a millisecond for every two of them, at most so many. */
const MOST_GATHERING_MS = 50;
const LIVE_PER_MS = 2;

export class Reporter {
  readonly #emit: Emit;
  readonly #log: Log;
  readonly #live: () => number;
  #events: InstanceEvent[] = [];
  readonly #begun = new Map<string, InstanceEvent>();
  #timer: NodeJS.Timeout | undefined;
  readonly #telling = new Set<Promise<void>>();

  /** `live`: how many instances there are now. */
  constructor(emit: Emit, log: Log, live: () => number) {
    this.#emit = emit;
    this.#log = log;
    this.#live = live;
  }

  say(event: InstanceEvent): void {
    const key = `${event.instance.executionId}/${instanceName(event.instance)}`;
    if (event.kind === "running") {
      this.#begun.set(key, event);
      this.#timer ??= setTimeout(() => this.#sayBegun(), BEGINNING_MS);
    } else {
      this.#begun.delete(key);
      this.#push([event]);
    }
  }

  /** Everything said so far has been taken. */
  async settled(): Promise<void> {
    this.#sayBegun();
    this.#tell();
    await Promise.all(this.#telling);
  }

  #sayBegun(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const begun = [...this.#begun.values()];
    this.#begun.clear();
    this.#push(begun);
  }

  #push(events: readonly InstanceEvent[]): void {
    if (this.#events.length === 0 && events.length > 0) {
      const gatheringMs = Math.min(MOST_GATHERING_MS, Math.floor(this.#live() / LIVE_PER_MS));
      if (gatheringMs > 0) setTimeout(() => this.#tell(), gatheringMs);
      else setImmediate(() => this.#tell());
    }
    this.#events.push(...events);
  }

  #tell(): void {
    const events = this.#events.splice(0);
    if (events.length === 0) return;
    const telling = this.#send(events);
    this.#telling.add(telling);
    void telling.then(() => this.#telling.delete(telling));
  }

  /** An event that can't be taken now is lost; the sweep asks for it with `look`. */
  async #send(events: readonly InstanceEvent[]): Promise<void> {
    try {
      await this.#emit(events);
    } catch (error) {
      this.#log.error("Events of instances couldn't be handed on; the sweep will look for them.", {
        events: events.length,
        error: String(error),
      });
    }
  }
}
