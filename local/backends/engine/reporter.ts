// Tells what happened to instances: all of one turn of the event loop in one call.
import type { InstanceEvent } from "#functions/backend.ts";
import type { Log } from "#functions/world.ts";

export type Emit = (events: readonly InstanceEvent[]) => Promise<void> | void;

export class Reporter {
  readonly #emit: Emit;
  readonly #log: Log;
  #events: InstanceEvent[] = [];
  #telling: Promise<void> = Promise.resolve();

  constructor(emit: Emit, log: Log) {
    this.#emit = emit;
    this.#log = log;
  }

  say(event: InstanceEvent): void {
    if (this.#events.push(event) > 1) return;
    setImmediate(() => {
      this.#telling = this.#tell(this.#events.splice(0), this.#telling);
    });
  }

  /** Everything said so far has been taken. */
  async settled(): Promise<void> {
    while (this.#events.length > 0) await new Promise(setImmediate);
    await this.#telling;
  }

  /** An event that can't be taken now is lost; the sweep asks for it with `look`. */
  async #tell(events: readonly InstanceEvent[], before: Promise<void>): Promise<void> {
    await before;
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
