// What every body of the store answers, fact by fact. Random histories are in store-histories.ts.
import { afterAll, beforeAll, describe } from "vitest";
import { conditionFacts } from "./store-facts/conditions.ts";
import { itemFacts } from "./store-facts/items.ts";
import { queryFacts } from "./store-facts/queries.ts";
import type { OpenStore, StoreUnderTest } from "./store-under-test.ts";

/** All are asked of one body: a real table is never empty. */
export function storeFacts(name: string, open: OpenStore): void {
  describe(`${name}: facts`, () => {
    let body: StoreUnderTest;
    beforeAll(async () => {
      body = await open();
    });
    afterAll(() => body.close());

    const opened = () => body;
    itemFacts(opened);
    conditionFacts(opened);
    queryFacts(opened);
  });
}
