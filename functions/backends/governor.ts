// Keeps the calls of one family of an API below a rate: half of AWS's, since two of us may call at once; a refusal halves it for a minute.

export interface GovernorOptions {
  readonly perSecond: number;
  /** Calls that may come at once. */
  readonly burst: number;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

const SLOW_MS = 60_000;

export class Governor {
  readonly #options: GovernorOptions;
  #level: number;
  #at: number;
  #slowUntil = 0;

  constructor(options: GovernorOptions) {
    this.#options = options;
    this.#level = options.burst;
    this.#at = options.now();
  }

  /** Resolves when it is this call's turn. */
  async turn(): Promise<void> {
    this.#refill();
    this.#level -= 1;
    if (this.#level < 0) await this.#options.sleep((-this.#level / this.#rate()) * 1000);
  }

  /** AWS said that it was too fast. */
  slowDown(): void {
    this.#slowUntil = this.#options.now() + SLOW_MS;
    this.#level = Math.min(this.#level, 0);
  }

  #refill(): void {
    const now = this.#options.now();
    const more = ((now - this.#at) / 1000) * this.#rate();
    this.#level = Math.min(this.#options.burst, this.#level + more);
    this.#at = now;
  }

  #rate(): number {
    const { now, perSecond } = this.#options;
    return now() < this.#slowUntil ? perSecond / 2 : perSecond;
  }
}
