// The SDK's standard way of trying again, with its waits on the double's clock: a minute of backoff takes no time.
import type { Clock } from "./clock.ts";

interface Token {
  getRetryCount(): number;
  getRetryDelay(): number;
  getRetryCost(): number | undefined;
}

interface ErrorInfo {
  readonly errorType: "THROTTLING" | "TRANSIENT" | "SERVER_ERROR" | "CLIENT_ERROR";
}

/** First wait, doubled with each attempt, 20 s at most. */
const BASE_MS = { throttled: 1_000, else: 100 };
const MOST_MS = 20_000;

export class QuickRetries {
  readonly mode = "standard";
  readonly #clock: Clock;
  readonly #maxAttempts: number;

  constructor(clock: Clock, maxAttempts: number) {
    this.#clock = clock;
    this.#maxAttempts = maxAttempts;
  }

  async maxAttempts(): Promise<number> {
    return this.#maxAttempts;
  }

  async acquireInitialRetryToken(_scope: string): Promise<Token> {
    return token(0);
  }

  async refreshRetryTokenForRetry(last: Token, { errorType }: ErrorInfo): Promise<Token> {
    const attempts = last.getRetryCount() + 1;
    if (errorType === "CLIENT_ERROR" || attempts >= this.#maxAttempts)
      throw new Error("No retry token available");
    const base = errorType === "THROTTLING" ? BASE_MS.throttled : BASE_MS.else;
    const wait = Math.min(MOST_MS, base * 2 ** (attempts - 1));
    await new Promise<void>((resolve) => {
      this.#clock.after(wait, resolve);
    });
    return token(attempts);
  }

  recordSuccess(_token: Token): void {}
}

function token(attempts: number): Token {
  return { getRetryCount: () => attempts, getRetryDelay: () => 0, getRetryCost: () => undefined };
}
