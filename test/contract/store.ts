// The contract of the store port: what each body must answer to be one.
import { storeFacts } from "./store-facts.ts";
import { storeHistories } from "./store-histories.ts";
import { storeLimits } from "./store-limits.ts";
import type { OpenStore } from "./store-under-test.ts";

export function storeContract(
  name: string,
  open: OpenStore,
  options: { readonly numRuns?: number } = {},
): void {
  storeFacts(name, open);
  storeLimits(name, open);
  storeHistories(name, open, options);
}
