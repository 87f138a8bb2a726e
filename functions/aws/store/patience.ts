// Trying again what DynamoDB left undone because it was busy: with growing waits, and not for ever.

export interface Patience {
  /** Milliseconds; on the clock of the host. */
  readonly wait: (milliseconds: number) => Promise<void>;
}

/** Waits 50 ms, then twice as long each time: about 6 s in all. */
const ATTEMPTS = 8;
const FIRST_WAIT_MS = 50;

/** Until `attempt` has something to answer. */
export async function patiently<T>(
  { wait }: Patience,
  attempt: () => Promise<T | undefined>,
): Promise<T> {
  for (let n = 0; n < ATTEMPTS; n++) {
    if (n > 0) await wait(FIRST_WAIT_MS * 2 ** (n - 1));
    const answer = await attempt();
    if (answer !== undefined) return answer;
  }
  throw new Error(
    `DynamoDB was too busy ${ATTEMPTS} times in a row. A table takes more load within minutes; this will be tried again.`,
  );
}
