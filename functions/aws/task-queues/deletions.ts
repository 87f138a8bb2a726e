// Deletes messages that are needed no more: those of one moment together, ten a call.
import type { TaskMessages } from "./messages.ts";

interface Gathering {
  readonly receipts: Set<string>;
  readonly done: Promise<void>;
}

export class Deletions {
  readonly #messages: TaskMessages;
  readonly #gathering = new Map<string, Gathering>();

  constructor(messages: TaskMessages) {
    this.#messages = messages;
  }

  /** Resolves when they are deleted. */
  delete(url: string, receipts: Iterable<string>): Promise<void> {
    const gathering = this.#gathering.get(url) ?? this.#begin(url);
    for (const receipt of receipts) gathering.receipts.add(receipt);
    return gathering.done;
  }

  #begin(url: string): Gathering {
    const receipts = new Set<string>();
    const leave = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      this.#gathering.delete(url);
      await this.#messages.delete(url, [...receipts]);
    };
    const gathering = { receipts, done: leave() };
    this.#gathering.set(url, gathering);
    return gathering;
  }
}
