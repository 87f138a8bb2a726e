// How often each function was on the way to what is done now. AWS carries it in the trace header of a message; in one process the context of the call does.
import { AsyncLocalStorage } from "node:async_hooks";

export type Lineage = Readonly<Record<string, number>>;

const current = new AsyncLocalStorage<Lineage>();

export function lineageOfCaller(): Lineage {
  return current.getStore() ?? {};
}

/** Everything that `act` sends has this lineage. */
export function withLineage<T>(lineage: Lineage, act: () => T): T {
  return current.run(lineage, act);
}
